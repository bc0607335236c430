import { truncateSync } from "node:fs";
import * as Sqlite from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import * as TemporaryFile from "@ledgerfold/event-store/internal/sqlite/TemporaryFile";
import { breathe } from "@ledgerfold/event-store/internal/breathe";
import type { Service as Postgres, Session } from "@ledgerfold/event-store/postgres/Database";
import * as Query from "@ledgerfold/event-store/postgres/Query";
import { type BadCell, BadLegacyData } from "@ledgerfold/migration/BadData";
import { quote } from "@ledgerfold/migration/internal/Cell";
import type { FileTable } from "@ledgerfold/event-store/internal/sqlite/FileSchema";
import { Effect, Schema } from "effect";
import { type RawBuilder, sql } from "kysely";
import * as Cancelling from "./Cancelling.ts";
import * as Catalog from "./Catalog.ts";
import * as Size from "./Size.ts";
import * as Snapshot from "./Snapshot.ts";
import * as TableCopy from "./TableCopy.ts";
import * as Wanted from "./Wanted.ts";

/**
 * A database in PostgreSQL as a SQLite file that writer and verifier read like any other: one
 * snapshot of what a plan declares. It has every table of the schemas that declared tables are of,
 * with all columns, so that a ledger finds there what nobody has declared; but only what is declared
 * has rows, and only the columns that say something have values.
 */

export interface Observer {
  /** A value, or a whole column, that cannot be copied exactly. */
  readonly onBad: (bad: BadCell) => Effect.Effect<void>;
  /** In rows of all tables. */
  readonly onProgress: (done: number) => Effect.Effect<void>;
}

/** The role of the URL may not read all that is declared, or not every row of it. */
export class ReadRefused extends Schema.TaggedError<ReadRefused>()("ReadRefused", {
  database: Schema.String,
  reason: Schema.String,
}) {
  override get message() {
    return `${this.database}: ${this.reason}. The role of --legacy-url has to read every row of what is declared. Nothing was written; grant it SELECT on those columns and USAGE on their schemas and, where a policy hides rows from it, BYPASSRLS.`;
  }
}

/**
 * Into an empty file, or in the place of an older copy. No lock is taken. Gives which snapshot it is
 * of, and the tables with rows of another server, which are of none.
 */
export const fill = (source: Postgres, path: string, plan: Wanted.Copied, observer: Observer) =>
  Effect.gen(function* () {
    truncateSync(path);
    const database = yield* Sqlite.make({ path, synchronous: "normal" });
    const cancelling = yield* Cancelling.make(source);
    return yield* cancelling.during(
      source.transaction(
        source.use((session) =>
          Effect.gen(function* () {
            const snapshot = yield* Snapshot.take(session, source.database);
            yield* cancelling.on(session);
            const foreign = yield* copy(session, database, plan, observer);
            return { snapshot, foreign };
          }),
        ),
      ),
    );
  }).pipe(
    Effect.catchTags({
      DatabaseError: (error) =>
        error.code === insufficientPrivilege
          ? new ReadRefused({ database: error.database, reason: messageOf(error.cause) })
          : error,
    }),
    Effect.scoped,
  );

const insufficientPrivilege = "42501";

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));

const copy = (
  session: Session,
  database: Sqlite.Service,
  plan: Wanted.Copied,
  observer: Observer,
) =>
  Effect.gen(function* () {
    const relations = yield* Catalog.read(session);
    const found = Wanted.find(plan, relations);
    const bad = counting(observer.onBad);
    const copies: Array<TableCopy.TableCopy> = [];
    yield* Effect.forEach(problemsOf(found, relations), bad.tell, { discard: true });
    for (const wanted of found.wanted) {
      const { columns, problems } = TableCopy.columnsOf(wanted, plan.zone);
      yield* Effect.forEach(problems, bad.tell, { discard: true });
      copies.push(TableCopy.make(wanted, columns));
    }
    yield* bad.refuse;
    yield* TemporaryFile.insistOnRoom("the copy of the tables", yield* Size.of(session, copies));
    const write = <A>(work: () => A) => database.run("copying the source", work);
    const execute = (query: RawBuilder<unknown>) => database.execute(SqliteQuery.raw(query));
    yield* write(() => {
      // What goes wrong leaves no file: nothing has to be taken back, or to be on the disk.
      for (const pragma of ["journal_mode = memory", "synchronous = off"]) {
        execute(sql`pragma ${sql.raw(pragma)}`);
      }
    });
    let done = 0;
    yield* database.transaction(
      Effect.gen(function* () {
        yield* write(() => Catalog.schemaOf(relations, found).map(ddl).forEach(execute));
        for (const { query, insert, read, indexes } of copies) {
          const statement = yield* write(() => database.prepare(SqliteQuery.raw(insert)));
          const faults: Array<BadCell> = [];
          let failed: { readonly cause: unknown } | undefined;
          const take = (row: TableCopy.TextRow) => {
            if (failed !== undefined) return;
            try {
              const { cells, problems } = read(row);
              if (problems.length === 0) statement.run(...cells);
              faults.push(...problems);
            } catch (cause) {
              failed = { cause };
            }
          };
          yield* each(session, query, take, (count) =>
            Effect.gen(function* () {
              yield* write(() => {
                if (failed !== undefined) throw failed.cause;
              });
              yield* Effect.forEach(faults.splice(0), bad.tell, { discard: true });
              done += count;
              yield* observer.onProgress(done);
              yield* breathe;
            }),
          );
          yield* write(() => indexes.forEach(execute));
        }
        yield* bad.refuse;
      }),
    );
    return found.wanted
      .filter(({ relation }) => Catalog.isForeign(relations, relation))
      .map(({ name }) => name);
  });

/** Fails, once all has been looked at, where there was anything. */
const counting = (onBad: Observer["onBad"]) => {
  let count = 0;
  let first: BadCell | undefined;
  return {
    tell: (bad: BadCell) => {
      count += 1;
      first ??= bad;
      return onBad(bad);
    },
    refuse: Effect.suspend(() =>
      first === undefined ? Effect.void : new BadLegacyData({ count, first }),
    ),
  };
};

const problemsOf = (
  { wanted, ambiguous }: Wanted.Found,
  relations: ReadonlyArray<Catalog.Relation>,
): ReadonlyArray<BadCell> => {
  const problem = (table: string, rule: string) => {
    return { table, key: "", column: "", value: "", rule };
  };
  return [
    ...ambiguous.map(({ name, relations }) => {
      const all = relations.map((one) => quote(`${one.schema}.${one.name}`));
      return problem(name, `could be each of ${all.join(", ")}: declare it with its schema`);
    }),
    ...wanted.flatMap((one) =>
      wanted
        .filter((other) => Catalog.includes(relations, one.relation, other.relation))
        .map(({ name }) =>
          problem(one.name, `has the rows of ${name}, too, and both are declared: declare one`),
        ),
    ),
    ...wanted.flatMap((one) => {
      const alike = Wanted.alike(one);
      const names = alike.map((name) => quote(name)).join(", ");
      return alike.length === 0
        ? []
        : [problem(one.name, `has columns that differ in the case of letters alone: ${names}`)];
    }),
  ];
};

/** Without types, so that no affinity turns a cell into another. */
const ddl = ({ name, columns }: FileTable): RawBuilder<unknown> =>
  sql`create table ${sql.id(name)} (${sql.join(columns.map((column) => sql.id(column)))})`;

/** Reads a query by a cursor. `work` gets each row as it comes; `after` follows some thousands of them. */
const each = <E>(
  session: Session,
  query: RawBuilder<TableCopy.TextRow>,
  work: (row: TableCopy.TextRow) => void,
  after: (count: number) => Effect.Effect<void, E>,
) =>
  Effect.gen(function* () {
    const run = <Row>(query: RawBuilder<Row>) =>
      session.execute("copying the source", Query.raw(query));
    yield* run(sql`declare ledgerfold_copy no scroll cursor for ${query}`);
    const fetch = Query.raw(sql<TableCopy.TextRow>`fetch ${sql.lit(atOnce)} from ledgerfold_copy`);
    for (;;) {
      const count = yield* session.each("copying the source", fetch, work);
      yield* after(count);
      if (count < atOnce) break;
    }
    yield* run(sql`close ledgerfold_copy`);
  });

const atOnce = 2_000;
