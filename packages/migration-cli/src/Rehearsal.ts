import type { Plan } from "@ledgerfold/declaration/Plan";
import { DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import { EventStore } from "@ledgerfold/event-store/EventStore";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import * as SetUp from "@ledgerfold/event-store/internal/sqlite/SetUp";
import * as TemporaryFile from "@ledgerfold/event-store/internal/sqlite/TemporaryFile";
import * as Backup from "@ledgerfold/migration/Backup";
import { quote } from "@ledgerfold/migration/internal/Cell";
import { Effect } from "effect";
import { sql } from "kysely";
import type { ConsoleReport } from "./ConsoleReport.ts";
import { LogFile } from "./log/Log.ts";
import * as PatientFile from "./PatientFile.ts";
import * as Places from "./Places.ts";
import { series } from "./Prose.ts";
import * as Rows from "./Rows.ts";
import { takenBack } from "./TakenBack.ts";

/**
 * A dry run that writes. What others have made of the log's tables may refuse rows that the same
 * tables of our own take, and only a write shows that: it is done in a copy of the log's file, and
 * taken back there.
 */

interface Asked {
  readonly plan: Plan;
  readonly clean: boolean;
  readonly report: ConsoleReport;
}

/** The places with a copy of the log's file, until the scope ends; undefined where none is needed. */
export const copied = ({ rows, log }: Places.Places, { plan, clean, report }: Asked) =>
  Effect.gen(function* () {
    const { file } = log;
    if (file === undefined || file.isNew) return undefined;
    yield* Effect.flatMap(EventStore, (store) => store.isSetUp(plan.aggregates));
    const source = yield* SqliteDatabase.SqliteDatabase;
    const copy = Effect.gen(function* () {
      const database = yield* SqliteDatabase.SqliteDatabase;
      const views = plan.aggregates.map(({ view }) => view.table);
      const strange = yield* SetUp.strange(database, views);
      if (strange.length === 0) return undefined;
      const path = yield* TemporaryFile.make(Rows.purpose);
      const { backup, run } = yield* Backup.size(database, source, plan.tables);
      // What is deleted stands in a journal beside it.
      const needed = (clean ? 2 * backup : backup) + run;
      yield* TemporaryFile.insistOnRoom("the copy that is written to", needed);
      yield* report.note(
        `The log's tables are not all as this command makes them (${named(strange)}): what it would write is written to a copy of the file, and taken back there.`,
      );
      yield* database.run("copying it", () =>
        database.execute(SqliteQuery.raw(sql`vacuum into ${path}`)),
      );
      return path;
    });
    if (log.elsewhere === undefined) {
      const path = yield* copy;
      return path === undefined ? undefined : { rows: { ...rows, path }, log: file.at(path) };
    }
    // Closed before the store's own connection, which leaves no trace of either.
    const path = yield* Effect.provide(copy, PatientFile.layer({ path: file.path, mode: "read" }));
    return path === undefined ? undefined : { rows, log: file.at(path) };
  });

const named = (strange: ReadonlyArray<SetUp.Strange>): string => {
  const names = strange.slice(0, most).map(({ type, name }) => `${type} ${quote(name)}`);
  const rest = strange.length - names.length;
  return series(rest > 0 ? [...names, `${rest} more`] : names, "and");
};

const most = 5;

/** Work that writes to the copy, of which nothing is kept; it fails as it would on the file itself. */
export const run = <A, E, R>(copy: Places.Places, file: string, work: Effect.Effect<A, E, R>) =>
  Effect.flatMap(LogFile, (database) =>
    database === undefined
      ? work
      : takenBack(database, insistOnKeys(database, Places.ofOneSnapshot(copy, work))),
  ).pipe(
    Effect.provide(Places.writing(copy)),
    Effect.mapError((error) => {
      if (!(error instanceof DatabaseError) || error.database !== copy.log.file?.path) return error;
      const { operation, code, cause } = error;
      return new DatabaseError({ database: file, operation, code, cause });
    }),
  );

/** A commit, which does not come here, looks at the foreign keys that are deferred until then. */
const insistOnKeys = <A, E, R>(database: SqliteDatabase.Service, work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const broken = database
      .run("commit", () => database.execute(brokenKeys)[0]?.count ?? 0n)
      // Of keys that refer to what is no key SQLite can tell nothing.
      .pipe(Effect.orElseSucceed(() => 0n));
    const before = yield* broken;
    const done = yield* work;
    if ((yield* broken) <= before) return done;
    return yield* new DatabaseError({
      database: database.path,
      operation: "commit",
      code: "SQLITE_CONSTRAINT_FOREIGNKEY",
      cause: new Error("FOREIGN KEY constraint failed"),
    });
  });

const brokenKeys = SqliteQuery.raw(
  sql<{ count: bigint }>`select count(*) as count from pragma_foreign_key_check`,
);
