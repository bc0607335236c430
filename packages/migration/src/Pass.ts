import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import {
  type AppendError,
  EventStore,
  type Metadata,
  type RecordedEvent,
  type StoreError,
} from "@ledgerfold/event-store/EventStore";
import { Effect, Either, type ParseResult } from "effect";
import type { BackupError } from "./Backup.ts";
import {
  type BadCell,
  BadLegacyData,
  fromParseError,
  keyOf,
  onePerCell,
  type RawRow,
} from "./BadData.ts";
import { breathe } from "@ledgerfold/event-store/breathe";
import { type DifferingStream, difference, ExistingEventsDiffer } from "./ExistingEvents.ts";
import type { LegacyRow, LegacyRows } from "./LegacySource.ts";
import { type AggregateName, type Entry, MigrationLog } from "./MigrationLog.ts";

/** One pass over one legacy table: every row is read and judged, and written while all is well. */

/** What a pass found; nothing of it is kept unless `bad` and `differing` are 0. */
export interface Outcome {
  /** Streams written or, in a dry run, that would be. */
  readonly written: number;
  readonly alreadyThere: number;
  readonly bad: number;
  readonly firstBad: BadCell | undefined;
  readonly differing: number;
  readonly firstDiffering: DifferingStream | undefined;
}

export const nothing: Outcome = {
  written: 0,
  alreadyThere: 0,
  bad: 0,
  firstBad: undefined,
  differing: 0,
  firstDiffering: undefined,
};

export interface Planned<A extends Aggregate.Any> {
  readonly event: Aggregate.Event<A>;
  /** With the run that writes it. */
  readonly metadata: Metadata;
}

export interface Migration<A extends Aggregate.Any, Row> {
  readonly name: AggregateName;
  readonly aggregate: A;
  /** The column that names a row in reports. */
  readonly key: string;
  readonly decode: (cells: RawRow) => Either.Either<Row, ParseResult.ParseError>;
  readonly id: (row: Row) => string;
  /** The event that a good row becomes, or what only its neighbours show to be bad about it. */
  readonly plan: (
    row: Row,
    cells: RawRow,
    key: () => string,
    existing: RecordedEvent | undefined,
  ) => Either.Either<Planned<A>, BadCell>;
  /** Counts a row that is written, and says what there is to say about it. */
  readonly onWritten: (row: Row, cells: RawRow) => ReadonlyArray<Entry>;
}

export type PassError = StoreError | AppendError | BackupError;

export interface Options {
  /**
   * What has to be done before something is written. Without it nothing is written: in a dry run, or
   * after an earlier pass found something bad.
   */
  readonly write?: Effect.Effect<void, StoreError | BackupError, MigrationLog>;
  /** Whether the log has streams of this aggregate: not when the same run erases them. */
  readonly existing: boolean;
}

export const pass = <A extends Aggregate.Any, Row>(
  migration: Migration<A, Row>,
  rows: LegacyRows,
  options: Options,
): Effect.Effect<Outcome, PassError, EventStore | MigrationLog> =>
  Effect.gen(function* () {
    const { name, aggregate } = migration;
    const store = yield* EventStore;
    const log = yield* MigrationLog;
    const [problem] = rows.problems;
    let outcome: Outcome = { ...nothing, bad: rows.problems.length, firstBad: problem };
    let mended = 0;
    for (const bad of rows.problems) yield* log.write({ _tag: "BadCell", bad });
    for (let from = 0; from < rows.total; from += chunkSize) {
      const to = Math.min(from + chunkSize, rows.total);
      const chunk = judge(migration, rows.table, yield* rows.chunk(from, to));
      const first = options.existing ? yield* store.readFirst(aggregate.type, chunk.ids) : [];
      const planned = plan(migration, chunk, first);
      outcome = add(outcome, planned);
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
        yield* store.appendAll(
          planned.toWrite.map(({ id, event, metadata }) => ({
            aggregate,
            id,
            expected: "none",
            events: [{ event, metadata }],
          })),
        );
      }
      yield* log.write({ _tag: "Progress", aggregate: name, done: to, total: rows.total });
      yield* breathe;
    }
    if (mended > 0) {
      const message = `${mended} views of ${name} were missing or were not what their events say: they are written again`;
      yield* log.write({ _tag: "Warning", message });
    }
    return outcome;
  });

/** Fails with what the passes found, bad data first: it is what has to be mended first. */
export const settle = (
  outcomes: ReadonlyArray<Outcome>,
): Effect.Effect<void, BadLegacyData | ExistingEventsDiffer> => {
  const { bad, firstBad, differing, firstDiffering } = outcomes.reduce(add, nothing);
  if (firstBad !== undefined) return new BadLegacyData({ count: bad, first: firstBad });
  return firstDiffering === undefined
    ? Effect.void
    : new ExistingEventsDiffer({ count: differing, first: firstDiffering });
};

const chunkSize = 500;

const add = (a: Outcome, b: Outcome): Outcome => ({
  written: a.written + b.written,
  alreadyThere: a.alreadyThere + b.alreadyThere,
  bad: a.bad + b.bad,
  firstBad: a.firstBad ?? b.firstBad,
  differing: a.differing + b.differing,
  firstDiffering: a.firstDiffering ?? b.firstDiffering,
});

interface Judged<Row> {
  readonly good: ReadonlyArray<{
    readonly place: number;
    readonly row: Row;
    readonly cells: RawRow;
    readonly key: () => string;
  }>;
  /** Of the good rows' streams. */
  readonly ids: ReadonlyArray<string>;
  readonly bad: ReadonlyArray<Placed>;
}

/** A bad cell and the place of its row in the chunk. */
type Placed = readonly [place: number, bad: BadCell];

const judge = <A extends Aggregate.Any, Row>(
  migration: Migration<A, Row>,
  table: string,
  rows: ReadonlyArray<LegacyRow>,
): Judged<Row> => {
  const good: Array<Judged<Row>["good"][number]> = [];
  const bad: Array<Placed> = [];
  for (const [place, { rowid, cells, problems }] of rows.entries()) {
    const key = () => keyOf(table, migration.key, cells[migration.key] ?? null, rowid);
    const decoded = migration.decode(cells);
    if (Either.isRight(decoded) && problems.length === 0) {
      good.push({ place, row: decoded.right, cells, key });
      continue;
    }
    const faults = Either.isLeft(decoded)
      ? fromParseError({ table, key: key(), cells }, decoded.left)
      : [];
    for (const cell of onePerCell([...faults, ...problems])) bad.push([place, cell]);
  }
  return { good, ids: good.map(({ row }) => migration.id(row)), bad };
};

interface Plan<A extends Aggregate.Any> extends Outcome {
  readonly toWrite: ReadonlyArray<Planned<A> & { readonly id: string }>;
  /** The streams that begin as planned already. */
  readonly same: ReadonlyArray<string>;
  readonly entries: ReadonlyArray<Entry>;
}

const plan = <A extends Aggregate.Any, Row>(
  migration: Migration<A, Row>,
  chunk: Judged<Row>,
  first: ReadonlyArray<RecordedEvent | undefined>,
): Plan<A> => {
  const { name, aggregate } = migration;
  const found = [...chunk.bad];
  const differing: Array<DifferingStream> = [];
  const toWrite: Array<Planned<A> & { readonly id: string }> = [];
  const entries: Array<Entry> = [];
  const same: Array<string> = [];
  chunk.good.forEach(({ place, row, cells, key }, index) => {
    const id = chunk.ids[index] as string;
    const existing = first[index];
    const planned = migration.plan(row, cells, key, existing);
    if (Either.isLeft(planned)) {
      found.push([place, planned.left]);
      return;
    }
    if (existing === undefined) {
      toWrite.push({ id, ...planned.right });
      entries.push(...migration.onWritten(row, cells));
      return;
    }
    const differs = difference(aggregate, planned.right, existing);
    if (differs === undefined) same.push(id);
    else differing.push({ aggregate: name, id, difference: differs });
  });
  const bad = found.sort(([a], [b]) => a - b).map(([, cell]) => cell);
  return {
    written: toWrite.length,
    alreadyThere: same.length,
    same,
    bad: bad.length,
    firstBad: bad[0],
    differing: differing.length,
    firstDiffering: differing[0],
    toWrite,
    entries: [
      ...bad.map((cell): Entry => ({ _tag: "BadCell", bad: cell })),
      ...differing.map((stream): Entry => ({ _tag: "ExistingEventDiffers", ...stream })),
      ...entries,
    ],
  };
};
