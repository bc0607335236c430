import { folded } from "@ledgerfold/declaration/internal/Folded";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import { type RawBuilder, sql } from "kysely";

/**
 * Tables WITHOUT ROWID. What reads rows knows them by their rowids, so a temporary copy with rowids
 * stands before each such table, under its name: its rows in the order of the primary key, numbered
 * from 1. The file itself is only read.
 */

interface Column {
  readonly name: string;
  readonly type: string;
  /** The place in the primary key, from 1; 0 of the others. */
  readonly pk: bigint;
}

/**
 * Copies those of these tables that have no rowids, as they are now; what was copied before goes.
 * Synchronous and throws.
 */
export const copy = (database: Service, tables: ReadonlyArray<string>): void => {
  const wanted = new Set(tables.map(folded));
  for (const { name, strict, isCopied } of withoutRowid(database)) {
    if (isCopied === 1n) execute(database, sql`drop table ${sql.id("temp", name)}`);
    if (wanted.has(folded(name))) fill(database, name, strict === 1n);
  }
};

const withoutRowid = (database: Service) =>
  database.execute(
    SqliteQuery.raw(sql<{ name: string; strict: bigint; isCopied: bigint }>`
      select name, strict, exists (select 1 from pragma_table_list as copied
        where copied.schema = 'temp' and copied.name = found.name collate nocase) as isCopied
      from pragma_table_list as found
      where schema = 'main' and type = 'table' and wr = 1`),
  );

const fill = (database: Service, table: string, isStrict: boolean): void => {
  const columns = database.execute(
    SqliteQuery.raw(sql<Column>`
      select name, type, pk from pragma_table_xinfo(${table}, 'main') order by cid`),
  );
  const names = columns.map(({ name }) => sql.id(name));
  const key = columns
    .filter(({ pk }) => pk > 0n)
    .sort((a, b) => Number(a.pk - b.pk))
    .map(({ name }) => sql.id(name));
  const [from, to] = [sql.id("main", table), sql.id("temp", table)];
  const declared = columns.map((column) => {
    const { collation } = collationOf(database, from, column);
    return sql`${sql.id(column.name)} ${sql.raw(affinity(column, isStrict))}
      collate ${sql.raw(collation)}`;
  });
  execute(database, sql`create temp table ${sql.id(table)} (${sql.join(declared)})`);
  execute(
    database,
    sql`insert into ${to} (${sql.join(names)}) select ${sql.join(names)} from ${from}
      order by ${sql.join(key.map((name) => sql`${name} collate binary`))}`,
  );
  // Rows are looked up by their key, as in the table itself.
  execute(
    database,
    sql`create index ${sql.id("temp", `ledgerfold_key_of_${table}`)}
      on ${sql.id(table)} (${sql.join(key)})`,
  );
  insistOnSame(database, { from, to, names, key });
};

interface Copied {
  readonly from: RawBuilder<unknown>;
  readonly to: RawBuilder<unknown>;
  readonly names: ReadonlyArray<RawBuilder<unknown>>;
  readonly key: ReadonlyArray<RawBuilder<unknown>>;
}

/** Fails where the affinity of a column in the copy has converted a cell. */
const insistOnSame = (database: Service, { from, to, names, key }: Copied): void => {
  const both = (
    list: ReadonlyArray<RawBuilder<unknown>>,
    of = (cell: RawBuilder<unknown>) => cell,
  ) =>
    sql`(${sql.join(list.map((name) => of(sql`was.${name}`)))})
      is (${sql.join(list.map((name) => of(sql`made.${name}`)))})`;
  const [found] = database.execute(
    SqliteQuery.raw(sql<{ rows: bigint; same: bigint }>`
      select (select count(*) from ${from}) as rows, count(*) as same
      from ${from} as was cross join ${to} as made on ${both(key)}
      where ${both(names)} and ${both(names, (cell) => sql`typeof(${cell})`)}`),
  );
  if (found?.rows === found?.same) return;
  throw new Error("a table WITHOUT ROWID could not be copied with all its cells as they are");
};

/**
 * The collation of a column, which no pragma tells. A UNION compares by that of its first part, so
 * which texts it takes for the same shows which collation it is.
 */
const collationOf = (database: Service, table: RawBuilder<unknown>, { name }: Column) => {
  const isSame = (one: string, other: string) =>
    sql`1 = (select count(*) from (
      select ${sql.id(name)} from ${table} where false
      union select ${sql.lit(one)} union select ${sql.lit(other)}))`;
  const [found] = database.execute(
    SqliteQuery.raw(sql<{ collation: string }>`
      select case when ${isSame("a", "A")} then 'nocase'
        when ${isSame("a", "a ")} then 'rtrim' else 'binary' end as collation`),
  );
  return { collation: found?.collation ?? "binary" };
};

/** A type that has the affinity that SQLite takes from the declared one. */
const affinity = ({ type }: Column, isStrict: boolean): string => {
  const declared = type.toUpperCase();
  const has = (...parts: ReadonlyArray<string>) => parts.some((part) => declared.includes(part));
  if (has("INT")) return "integer";
  if (has("CHAR", "CLOB", "TEXT")) return "text";
  if (has("BLOB") || declared === "" || (isStrict && declared === "ANY")) return "blob";
  return has("REAL", "FLOA", "DOUB") ? "real" : "numeric";
};

const execute = (database: Service, statement: RawBuilder<unknown>) =>
  database.execute(SqliteQuery.raw(statement));
