import type { Service } from "./Database.ts";
import * as Query from "./Query.ts";
import { sql } from "kysely";

/** A table as a file has it; SQL views and what belongs to a virtual table are none themselves. */
export interface FileTable {
  readonly name: string;
  readonly columns: ReadonlyArray<string>;
}

/**
 * Every table of the file with its columns, generated ones too, in the order of their names. A
 * virtual table has none here, as what made it may not be at hand to tell; what it keeps in tables
 * of its own counts as that one. Synchronous and throws.
 */
export const read = (database: Service): ReadonlyArray<FileTable> => {
  const found = database.execute(
    Query.raw(sql<{ table: string; column: string | null }>`
      select tables.name as "table", columns.name as "column"
      from pragma_table_list as tables
        left join pragma_table_xinfo(iif(tables.type = 'table', tables.name, null), 'main') as columns
      where tables.schema = 'main' and tables.type in ('table', 'virtual')
      order by tables.name, columns.cid`),
  );
  const tables = new Map<string, Array<string>>();
  for (const { table, column } of found) {
    const columns = tables.get(table) ?? [];
    if (column !== null) columns.push(column);
    tables.set(table, columns);
  }
  return Array.from(tables, ([name, columns]) => ({ name, columns }));
};
