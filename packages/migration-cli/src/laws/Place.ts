import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { raw } from "@ledgerfold/event-store/sqlite/Query";
import { type RawBuilder, sql } from "kysely";

/** What tells a row of a copy from all others: its rowid or, without any, its table and its key. */
export type Place = bigint | string;

/** SQL for the rows of one table; they are known as `alias`, or by their columns alone. */
export interface Placed {
  readonly of: (alias?: string) => RawBuilder<Place>;
  /** In which order writer and verifier have rows that nothing else orders. */
  readonly order: (alias: string) => RawBuilder<unknown>;
}

export const placed = (database: Service, table: string): Placed => {
  const column = (name: string, alias?: string) =>
    sql.id<Place>(...(alias === undefined ? [] : [alias]), name);
  const key = keyOf(database, table);
  if (key.length === 0) {
    const of = (alias?: string) => column("rowid", alias);
    return { of, order: of };
  }
  return {
    of: (alias) => {
      // Neither alone tells all cells apart: texts of which only what follows a NUL differs, and REALs.
      const cells = key.flatMap((name) => [
        sql`quote(${column(name, alias)})`,
        sql`hex(${column(name, alias)})`,
      ]);
      return sql<Place>`json_array(${sql.lit(table)}, ${sql.join(cells)})`;
    },
    order: (alias) => sql.join(key.map((name) => sql`${column(name, alias)} collate binary`)),
  };
};

/** Of the file itself, whatever temporary table has its name. */
export const main = (table: string): RawBuilder<unknown> => sql.id("main", table);

/** The primary key of a table WITHOUT ROWID; of any other, nothing. */
export const keyOf = (database: Service, table: string): ReadonlyArray<string> =>
  database
    .execute(
      raw(sql<{ name: string }>`
        select info.name from pragma_table_list as list
          join pragma_table_xinfo(list.name, 'main') as info
        where list.schema = 'main' and list.name = ${table} and list.wr = 1 and info.pk > 0
        order by info.pk`),
    )
    .map(({ name }) => name);
