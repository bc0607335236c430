import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { EventStore } from "@ledgerfold/event-store/EventStore";
import type { DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import { Effect, Schema } from "effect";
import type { BackupError } from "./Backup.ts";
import type { BadLegacyData } from "./BadData.ts";
import * as Chunk from "./Chunk.ts";
import * as Ledger from "@ledgerfold/declaration/internal/Ledger";
import type { ExistingEventsDiffer } from "./ExistingEvents.ts";
import { type Declared, type LegacyRows, LegacySource, noRows } from "./LegacySource.ts";
import { type Entry, MigrationLog } from "./MigrationLog.ts";
import * as TableMigration from "./TableMigration.ts";
import * as Run from "./Run.ts";
import type { Findings } from "@ledgerfold/declaration/internal/Checking";
import type { Table } from "@ledgerfold/declaration/internal/Table";

/** Why a migration fails; in each case nothing of it is kept. */
export type MigrationError =
  | BadLegacyData
  | ExistingEventsDiffer
  | LogChanged
  | Ledger.UndeclaredSchema
  | Ledger.NothingToLeaveOut
  | TableMigration.TableMigrationError
  | BackupError
  | DatabaseError;

/** The services that every migration needs. */
export type Services = LegacySource | EventStore | MigrationLog;

/** One aggregate's migration, ready to be run alone or among the others. */
export interface Defined {
  readonly aggregate: Aggregate.Any;
  readonly declared: Declared;
  readonly migrate: (
    run: Run.Run,
    options: TableMigration.Options,
  ) => Effect.Effect<TableOutcome, TableMigration.TableMigrationError, Services>;
}

export interface TableOutcome extends TableMigration.Outcome {
  /** What to say of it once it is kept. */
  readonly summary: ReadonlyArray<Entry>;
}

/**
 * A migration of this table. `make` is called once a run, and what it counts while
 * rows are written comes out in its summary.
 */
export const define = <A extends Aggregate.Any, Row>(
  aggregate: A,
  declared: Declared,
  make: (
    run: Run.Run,
    rows: LegacyRows,
  ) => Omit<Chunk.Migration<A, Row>, "aggregate"> & {
    readonly summary: (outcome: Chunk.Outcome) => ReadonlyArray<Entry>;
  },
): Defined => ({
  aggregate,
  declared,
  migrate: (run, options) =>
    Effect.gen(function* () {
      const log = yield* MigrationLog;
      const rows = yield* Effect.flatMap(LegacySource, (source) => source.rows(declared));
      if (rows === undefined) {
        const message = `This database has no table ${declared.table.names.join(" or ")}: nothing to migrate from it`;
        yield* log.write({ _tag: "Warning", message });
      }
      for (const name of rows?.missing ?? []) {
        const message = `This database has no table ${name}: no row of ${rows?.table} has any there`;
        yield* log.write({ _tag: "Warning", message });
      }
      const { summary, ...migration } = make(run, rows ?? noRows);
      const outcome = yield* TableMigration.migrate(
        { ...migration, aggregate },
        rows ?? noRows,
        options,
      );
      return { ...outcome, summary: summary(outcome) };
    }),
});

/** What is asked of a file as a whole. */
export interface Law {
  readonly tables: ReadonlyArray<Table>;
  readonly ledger: Ledger.Ledger;
  readonly findings: ReadonlyArray<Findings>;
}

/** Migrates the tables one after another in one transaction; whatever fails, nothing of any is kept. */
export const together = <K extends string>(
  migrations: Readonly<Record<K, Defined>>,
  run: Run.Run,
  options: Law & { readonly erase: Erase | undefined },
): Effect.Effect<
  Readonly<Record<K, TableOutcome>> & { readonly erased: number },
  MigrationError,
  Services
> =>
  Effect.gen(function* () {
    const store = yield* EventStore;
    const log = yield* MigrationLog;
    const defined = Object.values<Defined>(migrations);
    const aggregates = defined.map(({ aggregate }) => aggregate);
    const writes = run.execution !== "dry-run";
    const work = Effect.gen(function* () {
      if (run.execution === "commit" && run.onCommitted !== undefined)
        yield* store.afterCommit(run.onCommitted);
      yield* declare(options.ledger, run.leaveOut);
      const isSetUp = yield* store.isSetUp(aggregates);
      const beforeWriting = yield* Effect.once(
        Effect.zipRight(run.backup ?? Effect.void, store.setup(aggregates)),
      );
      const erased = options.erase
        ? yield* erase(aggregates, options.erase, writes ? beforeWriting : undefined)
        : 0;
      const counts = options.erase ? new Map() : yield* store.count(aggregates);
      const outcomes: Array<readonly [string, TableOutcome]> = [];
      const unclaimed = yield* Effect.flatMap(LegacySource, (source) =>
        source.unclaimed(options.tables),
      );
      for (const bad of unclaimed) yield* log.write({ _tag: "BadCell", bad });
      for (const [name, migration] of Object.entries<Defined>(migrations)) {
        const clean =
          unclaimed.length === 0 &&
          outcomes.every(([, { bad, differing }]) => bad === 0 && differing === 0);
        const existing = counts.has(migration.aggregate.type);
        const write = writes && clean ? { write: beforeWriting } : {};
        outcomes.push([name, yield* migration.migrate(run, { existing, ...write })]);
      }
      const apart = { ...Chunk.nothing, bad: unclaimed.length, firstBad: unclaimed[0] };
      yield* TableMigration.settle([apart, ...outcomes.map(([, outcome]) => outcome)]);
      yield* warn(options.findings);
      // A file without rows gets the tables of the log too, so that whoever reads them finds them.
      if (writes && !isSetUp) yield* beforeWriting;
      const hasWritten =
        !isSetUp || erased > 0 || outcomes.some(([, { written, mended }]) => written + mended > 0);
      if (writes && hasWritten) yield* keep(run, defined, outcomes, erased);
      if (run.execution === "commit") run.onCommitting?.();
      return { ...(Object.fromEntries(outcomes) as Record<K, TableOutcome>), erased };
    });
    yield* log.write({ _tag: "Started", runId: run.id, execution: run.execution });
    const result = yield* writes ? store.bulk(work) : store.transaction(work);
    if (options.erase !== undefined) {
      const verb = run.execution === "commit" ? "Deleted" : "Would delete";
      const message = `${verb} ${result.erased} events from event store`;
      yield* log.write({ _tag: "Result", message });
    }
    for (const name of Object.keys(migrations) as Array<K>) {
      for (const entry of result[name].summary) yield* log.write(entry);
    }
    return result;
  });

/** Keeps the run beside what it wrote. */
const keep = (
  { id, migratedAt, version = "", options = {} }: Run.Run,
  defined: ReadonlyArray<Defined>,
  outcomes: ReadonlyArray<readonly [string, TableOutcome]>,
  erased: number,
) => {
  const each = <A>(of: (outcome: TableOutcome) => A) =>
    Object.fromEntries(
      defined.flatMap(({ aggregate: { type } }, place) => {
        const [, outcome] = outcomes[place] ?? [];
        return outcome === undefined ? [] : [[type, of(outcome)] as const];
      }),
    );
  return Effect.flatMap(EventStore, ({ runs }) =>
    runs.put({
      id,
      at: new Date(Number(migratedAt / 1_000_000n)).toISOString(),
      version,
      options,
      counts: {
        written: each(({ written }) => written),
        alreadyThere: each(({ alreadyThere }) => alreadyThere),
        mended: each(({ mended }) => mended),
        erased,
      },
      roots: each(({ root }) => root),
    }),
  );
};

/** Refuses undeclared tables and columns, but for those that the operator has named. */
const declare = (ledger: Ledger.Ledger, leaveOut: ReadonlyArray<string> | undefined) =>
  Effect.gen(function* () {
    const schema = yield* Effect.flatMap(LegacySource, (source) => source.schema);
    const judged = ledger.judge(schema, leaveOut);
    const refusal = ledger.refusal(judged);
    if (refusal !== undefined) return yield* refusal;
    if (judged.leftOut.length === 0) return;
    const names = judged.leftOut.map(Ledger.show).join(", ");
    const absent = judged.absent.map(Ledger.show).join(", ");
    const lacks = absent === "" ? "" : `. Declared and not there: ${absent}`;
    const message = `Left out, as --leave-out says: ${names}${lacks}`;
    yield* Effect.flatMap(MigrationLog, (log) => log.write({ _tag: "Warning", message }));
  });

const warn = (all: ReadonlyArray<Findings>) =>
  Effect.gen(function* () {
    const log = yield* MigrationLog;
    const source = yield* LegacySource;
    for (const findings of all) {
      yield* source.check(findings, (found) =>
        Effect.forEach(found, (finding) => log.write({ _tag: "Finding", finding }), {
          discard: true,
        }),
      );
    }
  });

/** Deleting what is there first. `confirmed` is how many events somebody agreed to lose. */
export interface Erase {
  readonly confirmed: number;
}

/** Events were appended after the operator had agreed to delete what there was. */
export class LogChanged extends Schema.TaggedError<LogChanged>()("LogChanged", {
  confirmed: Schema.Int,
  actual: Schema.Int,
}) {
  override get message() {
    const were = this.confirmed === 1 ? "was 1 event" : `were ${this.confirmed} events`;
    return `There ${were} when deleting them was confirmed, and there are ${this.actual} now: somebody writes to this database. Nothing was deleted; stop the writer and run again.`;
  }
}

/** Counts the events and, unless it is a dry run and `beforeWriting` is undefined, deletes them. */
const erase = <E, R>(
  aggregates: ReadonlyArray<Aggregate.Any>,
  { confirmed }: Erase,
  beforeWriting: Effect.Effect<void, E, R> | undefined,
) =>
  Effect.gen(function* () {
    const store = yield* EventStore;
    const counts = yield* store.count(aggregates);
    const actual = [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (actual !== confirmed) return yield* new LogChanged({ confirmed, actual });
    if (beforeWriting !== undefined) {
      yield* beforeWriting;
      yield* store.erase(aggregates);
    }
    return actual;
  });

/** One migration in a run of its own. */
export const alone =
  (migration: Defined, law: Law) =>
  (options: Run.Options): Effect.Effect<TableOutcome, MigrationError, Services> =>
    Effect.gen(function* () {
      const run = yield* Run.make(options);
      const { only } = yield* together({ only: migration }, run, { ...law, erase: undefined });
      return only;
    });
