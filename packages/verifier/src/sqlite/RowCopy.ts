import { breathe } from "@ledgerfold/event-store/internal/breathe";
import type { DatabaseBusy, DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { Effect } from "effect";
import { type RawBuilder, sql } from "kysely";
import { copyOf, query } from "../Query.ts";
import { affinityOf } from "./StoredTable.ts";

/**
 * Copies of tables WITHOUT ROWID, numbered in the order of their primary keys: cases know their rows
 * by rowid. A copy is temporary and has a name of its own, as a copy of a log may have that of the
 * table.
 */

/**
 * Copies those of these tables that need a copy and have none yet; gives the names of the copies.
 */
export const make = (
  database: Service,
  tables: Iterable<string>,
): Effect.Effect<ReadonlyArray<string>, DatabaseBusy | DatabaseError> =>
  Effect.gen(function* () {
    const made: Array<string> = [];
    for (const table of new Set(tables)) {
      const isMade = yield* database.run(`copying ${table}`, () => copy(database, table));
      if (isMade) made.push(copyOf(table));
      yield* breathe;
    }
    return made;
  });

/** Synchronous and throws. */
export const drop = (database: Service, copies: ReadonlyArray<string>): void => {
  for (const name of copies) run(database, sql`drop table if exists ${sql.id("temp", name)}`);
};

const copy = (database: Service, table: string): boolean => {
  const [found] = database.execute(
    query(sql<{ strict: bigint }>`
      select strict from pragma_table_list
      where schema = 'main' and name = ${table} collate nocase and type = 'table' and wr = 1
        and not exists (select 1 from pragma_table_list where schema = 'temp' and name = ${copyOf(table)})`),
  );
  if (found === undefined) return false;
  const stored = sql.id("main", table);
  const made = sql.id("temp", copyOf(table));
  const columns = database.execute(
    query(sql<{ name: string; type: string; pk: bigint }>`
      select name, type, pk from pragma_table_xinfo(${table}, 'main')`),
  );
  const declared = columns.map(({ name, type }) => {
    // ANY keeps every value as it is in a STRICT table, and the affinity BLOB does in others.
    const isAny = found.strict === 1n && /^any$/i.test(type);
    return sql`${sql.id(name)} ${sql.raw(isAny ? "blob" : affinityOf(type))}
      collate ${sql.raw(collation(database, stored, name))}`;
  });
  const list = sql.join(columns.map(({ name }) => sql.id(name)));
  const key = columns.filter(({ pk }) => pk > 0n).toSorted((a, b) => (a.pk < b.pk ? -1 : 1));
  const names = key.map(({ name }) => sql.id(name));
  run(database, sql`create table ${made} (${sql.join(declared)})`);
  run(
    database,
    sql`insert into ${made} (${list}) select ${list} from ${stored}
      order by ${sql.join(names.map((name) => sql`${name} collate binary`))}`,
  );
  run(
    database,
    sql`create index ${sql.id("temp", `${copyOf(table)}_key`)}
      on ${sql.id(copyOf(table))} (${sql.join(names)})`,
  );
  for (const { name } of columns) {
    if (classes(database, stored, name) === classes(database, made, name)) continue;
    throw new Error(`the cells of ${table} ${name} could not be copied as they are`);
  }
  return true;
};

/** How many cells of the column there are of each storage class. */
const classes = (database: Service, table: RawBuilder<unknown>, column: string): string =>
  database
    .execute(
      query(sql<{ class: string; cells: bigint }>`
        select typeof(${sql.id(column)}) as class, count(*) as cells from ${table}
        group by 1 order by 1`),
    )
    .map((one) => `${one.class} ${one.cells}`)
    .join();

/**
 * The collation of a column, which no pragma tells. A UNION compares by that of its first part, so
 * how many of four texts it tells apart shows which collation it is.
 */
const collation = (database: Service, table: RawBuilder<unknown>, column: string): string => {
  const [found] = database.execute(
    query(sql<{ differ: bigint }>`
      select count(*) as differ from (select ${sql.id(column)} from ${table} where false
        union values ('x'), ('X'), ('x '), ('x  '))`),
  );
  switch (found?.differ) {
    case 3n:
      return "nocase";
    case 2n:
      return "rtrim";
    default:
      return "binary";
  }
};

const run = (database: Service, statement: RawBuilder<unknown>) =>
  void database.execute(query(statement));
