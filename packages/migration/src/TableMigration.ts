import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { type AppendError, EventStore, type SetupError } from "@ledgerfold/event-store/EventStore";
import { Effect } from "effect";
import type { BackupError } from "./Backup.ts";
import * as Batch from "./Batch.ts";
import { BadLegacyData } from "./BadData.ts";
import { breathe } from "@ledgerfold/event-store/internal/breathe";
import * as Chunk from "./Chunk.ts";
import { ExistingEventsDiffer } from "./ExistingEvents.ts";
import type { LegacyRows } from "./LegacySource.ts";
import { MigrationLog } from "./MigrationLog.ts";
import * as Root from "./Root.ts";
import * as Twins from "./Twins.ts";

/** The migration of one legacy table, in one pass: every row is read and judged, and written while all is well. */

export type TableMigrationError = SetupError | AppendError | BackupError;

export interface Options {
  /**
   * What has to be done before something is written. Without it nothing is written: in a dry run, or
   * after an earlier table had something bad in it.
   */
  readonly write?: Effect.Effect<void, SetupError | BackupError, MigrationLog>;
  /** Whether the log has streams of this aggregate: not when the same run erases them. */
  readonly existing: boolean;
}

export interface Outcome extends Chunk.Outcome {
  /** Rows of views that were missing or wrong. */
  readonly mended: number;
  /** Of the events that were written, see `Root`. */
  readonly root: string;
}

export const migrate = <A extends Aggregate.Any, Row>(
  migration: Chunk.Migration<A, Row>,
  rows: LegacyRows,
  options: Options,
): Effect.Effect<Outcome, TableMigrationError, EventStore | MigrationLog> =>
  Effect.gen(function* () {
    const { name, aggregate } = migration;
    const store = yield* EventStore;
    const log = yield* MigrationLog;
    const problems = [...rows.problems, ...rows.strays];
    const [problem] = problems;
    let outcome: Chunk.Outcome = { ...Chunk.nothing, bad: problems.length, firstBad: problem };
    let mended = 0;
    const root = Root.make();
    const twins = Twins.make(migration, rows);
    const batch = Batch.make();
    const flush = Effect.suspend(() => {
      const streams = batch.take();
      if (streams.length === 0) return Effect.void;
      root.add(streams);
      return store.appendEncoded(aggregate, streams);
    });
    for (const bad of problems) yield* log.write({ _tag: "BadCell", bad });
    for (let from = 0; from < rows.total; from += chunkSize) {
      const to = Math.min(from + chunkSize, rows.total);
      const found = yield* rows.chunk(from, to);
      const { good, bad } = yield* twins.apart(
        from,
        found,
        Chunk.judge(migration, rows.table, found),
      );
      const judged = {
        good,
        bad: yield* Effect.forEach(bad, ([place, one]) =>
          Effect.map(
            rows.advised(found[place]?.rowid ?? 0n, one),
            (advised) => [place, advised] as const,
          ),
        ),
      };
      const ids = judged.good.map(({ id }) => id);
      const first = options.existing ? yield* store.readFirst(aggregate.type, ids) : [];
      const planned = Chunk.plan(migration, judged, first);
      outcome = Chunk.add(outcome, planned);
      for (const entry of planned.entries) yield* log.write(entry);
      const write = outcome.bad === 0 && outcome.differing === 0 ? options.write : undefined;
      const broken = yield* store.mendViews(aggregate, planned.same, { write: false });
      mended += broken;
      if (write !== undefined && broken > 0) {
        yield* write;
        yield* store.mendViews(aggregate, planned.same, { write: true });
      }
      if (write !== undefined && planned.toWrite.length > 0) {
        yield* write;
        if (batch.add(planned.toWrite)) yield* flush;
      }
      yield* log.write({ _tag: "Progress", aggregate: name, done: to, total: rows.total });
      yield* breathe;
    }
    if (outcome.bad === 0 && outcome.differing === 0) yield* flush;
    if (mended > 0) {
      const message =
        mended === 1
          ? `1 view of ${name} was missing or was not what its event says: it is written again`
          : `${mended} views of ${name} were missing or were not what their events say: they are written again`;
      yield* log.write({ _tag: "Warning", message });
    }
    return { ...outcome, mended, root: root.digest() };
  });

/** Fails with what all tables together had, bad data first: that has to be mended first. */
export const settle = (
  outcomes: ReadonlyArray<Chunk.Outcome>,
): Effect.Effect<void, BadLegacyData | ExistingEventsDiffer> => {
  const { bad, firstBad, differing, firstDiffering } = outcomes.reduce(Chunk.add, Chunk.nothing);
  if (firstBad !== undefined) return new BadLegacyData({ count: bad, first: firstBad });
  return firstDiffering === undefined
    ? Effect.void
    : new ExistingEventsDiffer({ count: differing, first: firstDiffering });
};

const chunkSize = 250;
