import { truncateSync } from "node:fs";
import * as Sqlite from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import * as TemporaryFile from "@ledgerfold/event-store/sqlite/TemporaryFile";
import { breathe } from "@ledgerfold/event-store/breathe";
import type { Service as Postgres, Session } from "@ledgerfold/event-store/postgres/Database";
import * as Query from "@ledgerfold/event-store/postgres/Query";
import { type BadCell, BadLegacyData, keyOf } from "@ledgerfold/migration/BadData";
import { type Cell, quote } from "@ledgerfold/migration/Cell";
import type { FileTable } from "@ledgerfold/event-store/sqlite/FileSchema";
import { Effect, Schema } from "effect";
import { type RawBuilder, sql } from "kysely";
import * as Cancelling from "./Cancelling.ts";
import * as Catalog from "./Catalog.ts";
import * as Encoding from "./Encoding.ts";
import * as Snapshot from "./Snapshot.ts";
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
class ReadRefused extends Schema.TaggedError<ReadRefused>()("ReadRefused", {
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
    const pages: Array<Page> = [];
    yield* Effect.forEach(problemsOf(found, relations), bad.tell, { discard: true });
    for (const wanted of found.wanted) {
      const { columns, problems } = columnsOf(wanted, plan.zone);
      yield* Effect.forEach(problems, bad.tell, { discard: true });
      pages.push(page(wanted, columns));
    }
    yield* bad.refuse;
    yield* TemporaryFile.insistOnRoom(
      "the copy of the tables",
      yield* Snapshot.sizeOf(session, found.wanted),
    );
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
        for (const { query, insert, read, indexes } of pages) {
          const statement = yield* write(() => database.prepare(SqliteQuery.raw(insert)));
          yield* each(session, query, (rows) =>
            Effect.gen(function* () {
              const faults = yield* write(() =>
                rows.flatMap((row) => {
                  const { cells, problems } = read(row);
                  if (problems.length === 0) statement.run(...cells);
                  return problems;
                }),
              );
              yield* Effect.forEach(faults, bad.tell, { discard: true });
              done += rows.length;
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

interface CopiedColumn extends Encoding.Encoding {
  readonly column: Catalog.Column;
}

const columnsOf = ({ name, relation, columns }: Wanted.Wanted, zone: string | undefined) => {
  const copied: Array<CopiedColumn> = [];
  const problems: Array<BadCell> = [];
  for (const [own, { kind }] of columns) {
    const column = Catalog.columnOf(relation, own);
    if (column === undefined) continue;
    const encoding = own.includes(".")
      ? new Encoding.Refused("has a dot in its name: declare a view that calls it otherwise")
      : Encoding.of(column, kind?.zone ?? zone);
    if (encoding instanceof Encoding.Refused) {
      problems.push({ table: name, key: "", column: own, value: "", rule: encoding.rule });
    } else copied.push({ column, ...encoding });
  }
  return { columns: copied, problems };
};

type TextRow = Readonly<Record<string, string | null>>;

/** How the rows of one table get from there to here. */
interface Page {
  readonly query: RawBuilder<TextRow>;
  readonly insert: RawBuilder<unknown>;
  readonly read: (row: TextRow) => {
    readonly cells: ReadonlyArray<Cell>;
    readonly problems: ReadonlyArray<BadCell>;
  };
  readonly indexes: ReadonlyArray<RawBuilder<unknown>>;
}

const page = (wanted: Wanted.Wanted, columns: ReadonlyArray<CopiedColumn>): Page => {
  const { name, relation, key, sought, isSecret } = wanted;
  const order = (key.length > 0 ? key : [...wanted.columns.keys()]).map((column) => {
    const isText = Catalog.columnOf(relation, column)?.isText === true;
    return isText ? sql`${sql.id(column)} collate "C"` : sql.id(column);
  });
  const list = columns.map(
    ({ column, select }, place) => sql`${select(sql.id(column.name))} as ${sql.id(String(place))}`,
  );
  let place = 0n;
  return {
    query: sql<TextRow>`select ${sql.join(list)} from ${sql.id(relation.schema, relation.name)}
      ${order.length > 0 ? sql`order by ${sql.join(order)}` : sql``}`,
    insert:
      columns.length === 0
        ? sql`insert into ${sql.id(name)} default values`
        : sql`insert into ${sql.id(name)} (${sql.join(columns.map(({ column }) => sql.id(column.name)))})
            values (${sql.join(columns.map(() => null))})`,
    read: (row) => {
      place += 1n;
      const refused: Array<readonly [column: Catalog.Column, refused: Encoding.Refused]> = [];
      const cells = columns.map(({ column, read }, at): Cell => {
        const text = row[at] ?? null;
        const cell = text === null ? null : read(text);
        if (!(cell instanceof Encoding.Refused)) return cell;
        refused.push([column, new Encoding.Refused(cell.rule, cell.value ?? text ?? "")]);
        return null;
      });
      if (refused.length === 0) return { cells, problems: [] };
      const byName = Object.fromEntries(columns.map(({ column }, at) => [column.name, cells[at]]));
      const keyText = keyOf({ key, isSecret }, byName as Record<string, Cell>, place);
      const problems = refused.map(([{ name: column, base }, { rule, value = "" }]) => {
        return {
          table: name,
          key: keyText,
          column,
          value: isSecret ? "" : `${base} ${quote(value)}`,
          rule,
        };
      });
      return { cells, problems };
    },
    indexes: sought.map(
      (column) =>
        sql`create index ${sql.id(`ledgerfold_${name}_${column}`)} on ${sql.id(name)} (${sql.id(column)})`,
    ),
  };
};

/** Without types, so that no affinity turns a cell into another. */
const ddl = ({ name, columns }: FileTable): RawBuilder<unknown> =>
  sql`create table ${sql.id(name)} (${sql.join(columns.map((column) => sql.id(column)))})`;

/** Reads a query by a cursor, so many rows at a time that they take some megabytes. */
const each = <E>(
  session: Session,
  query: RawBuilder<TextRow>,
  work: (rows: ReadonlyArray<TextRow>) => Effect.Effect<void, E>,
) =>
  Effect.gen(function* () {
    const run = <Row>(query: RawBuilder<Row>) =>
      session.execute("copying the source", Query.raw(query));
    yield* run(sql`declare ledgerfold_copy no scroll cursor for ${query}`);
    let count = 100;
    for (;;) {
      const rows = yield* run(sql<TextRow>`fetch ${sql.lit(count)} from ledgerfold_copy`);
      yield* work(rows);
      if (rows.length < count) break;
      const characters = rows.reduce((sum, row) => sum + lengthOf(row), 0);
      const fitting = Math.floor((charactersAtOnce * count) / (characters + 1));
      count = Math.max(1, Math.min(fitting, count * 4, 5_000));
    }
    yield* run(sql`close ledgerfold_copy`);
  });

const charactersAtOnce = 4_000_000;

const lengthOf = (row: TextRow): number =>
  Object.values(row).reduce((sum, text) => sum + (text?.length ?? 4), 0);
