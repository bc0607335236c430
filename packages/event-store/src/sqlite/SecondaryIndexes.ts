import { sql } from "kysely";
import type { Service } from "./Database.ts";
import { query } from "./LogTables.ts";
import * as Query from "./Query.ts";

/**
 * Indexes that only help to find rows. A bulk load takes those of an empty table away and makes them
 * again, to the letter, in the same transaction: to sort many entries at once costs less than to
 * insert them one by one.
 */

/** An index as the file has it. */
export interface SecondaryIndex {
  readonly name: string;
  readonly sql: string;
  /** What ANALYZE has found of it, which goes with it: rows by the table that has them. */
  readonly statistics: ReadonlyArray<readonly [table: string, rows: ReadonlyArray<Statistic>]>;
}

type Statistic = Readonly<Record<string, unknown>>;

/** Takes those of a table away. What is unique is a constraint, and stays. */
export const take = (database: Service, table: string): ReadonlyArray<SecondaryIndex> => {
  const found = database.prepare(indexesOf).all(table);
  return found.map(({ name, sql: made }) => {
    const statistics = database
      .prepare(statisticTables)
      .all()
      .map(({ name: of }) => [of, database.execute(statisticsOf(of, name))] as const);
    database.execute(query.schema.dropIndex(name));
    return { name, sql: made, statistics };
  });
};

/** Makes it again where it is not there, which a rollback may have brought back. */
export const putBack = (
  database: Service,
  { name, sql: made, statistics }: SecondaryIndex,
): void => {
  if (database.prepare(named).get(name) !== undefined) return;
  database.execute(Query.raw(sql.raw(made)));
  for (const [table, rows] of statistics) {
    for (const row of rows) {
      const columns = Object.keys(row).map((column) => sql.id(column));
      const cells = Object.values(row).map((cell) => sql`${cell}`);
      database.execute(
        Query.raw(sql`
          insert into ${sql.id(table)} (${sql.join(columns)}) values (${sql.join(cells)})`),
      );
    }
  }
};

const indexesOf = Query.once(sql<{ name: string; sql: string }>`
  select made.name, made.sql
  from sqlite_schema as made join pragma_index_list(${""}) as list on list.name = made.name
  where made.type = 'index' and made.sql is not null and not list."unique"
  order by made.rowid`);

const named = Query.once(sql`
  select 1 from sqlite_schema where type = 'index' and name = ${""} collate nocase`);

const statisticTables = Query.once(sql<{ name: string }>`
  select name from sqlite_schema where type = 'table' and name in ('sqlite_stat1', 'sqlite_stat4')`);

const statisticsOf = (table: string, index: string) =>
  Query.raw(sql<Statistic>`
    select rowid, * from ${sql.id(table)} where idx = ${index} collate nocase order by rowid`);
