import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import * as LogShape from "@ledgerfold/declaration/internal/LogShape";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import { type RawBuilder, sql } from "kysely";

export const query = SqliteQuery.raw;

/** A parameter of a prepared statement; which value it gets is said when that runs. */
export const parameter = sql`${null}`;

export interface Table {
  readonly name: string;
  readonly schema: "main" | "temp";
  /** In lower case. */
  readonly columns: ReadonlySet<string>;
  /** Rows are known by their rowids; a table WITHOUT ROWID has those of its copy. */
  readonly hasRowids: boolean;
  /** Where SQL finds its rows. */
  readonly source: RawBuilder<unknown>;
}

/** SQL for a column of the table called `legacy`; NULL where the table has no such column. */
export const columnOf =
  ({ columns }: Table) =>
  (name: string): RawBuilder<unknown> =>
    columns.has(folded(name)) ? sql.id("legacy", name) : sql`null`;

/** A table of the legacy file itself, even where the copy of a log has a table of that name. */
export const legacyTable = (database: Service, name: string): Table | undefined => {
  const found = find(database, name, sql`'main'`);
  if (found === undefined || found.hasRowids) return found;
  const copy = find(database, copyOf(name), sql`'temp'`);
  return copy === undefined ? found : { ...copy, name };
};

/** What the copy with rowids of a table WITHOUT ROWID is called. */
export const copyOf = (name: string): string => `ledgerfold_verified_rows_of_${folded(name)}`;

/** The table of the log's events; undefined where the table of that name is a legacy one. */
export const log = (database: Service): Table | undefined => {
  const found = table(database, "events");
  return found === undefined || LogShape.isForeign(found.name, found.columns) ? undefined : found;
};

/**
 * Undefined where nothing has that name; SQL views are not tables. A temporary table, which only we
 * can have made, stands before one of the file, as in every query.
 */
export const table = (database: Service, name: string): Table | undefined =>
  find(database, name, sql`'main', 'temp'`);

const find = (database: Service, name: string, schemas: RawBuilder<unknown>): Table | undefined => {
  const [found] = database.execute(
    query(sql<{ schema: "main" | "temp"; type: string; wr: bigint }>`
      select schema, type, wr from pragma_table_list
      where schema in (${schemas}) and name = ${name} collate nocase and type <> 'view'
      order by schema desc limit 1`),
  );
  if (found === undefined) return undefined;
  const columns = database.execute(
    query(sql<{ name: string }>`select name from pragma_table_xinfo(${name}, ${found.schema})`),
  );
  return {
    name,
    schema: found.schema,
    columns: new Set(columns.map((column) => folded(column.name))),
    hasRowids: found.type === "table" && found.wr === 0n,
    source: sql.id(found.schema, name),
  };
};
