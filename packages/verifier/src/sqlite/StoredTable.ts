import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import { sql } from "kysely";
import { query } from "../Query.ts";

/** A table of a SQLite file as it is stored, to be made again elsewhere as a temporary one. */
export interface StoredTable {
  readonly name: string;
  /** Those that are stored, in their order. */
  readonly columns: ReadonlyArray<{ readonly name: string; readonly affinity: Affinity }>;
  /** A name of the rowid that no column hides; undefined where there is none. */
  readonly alias: string | undefined;
}

type Affinity = "integer" | "text" | "blob" | "real" | "numeric";

/** Undefined where the file has no table of that name. Synchronous and throws, like the others. */
export const find = (database: Service, name: string): StoredTable | undefined => {
  const [found] = database.execute(
    query(sql<{ name: string; type: string; wr: bigint }>`
      select name, type, wr from pragma_table_list
      where schema = 'main' and name = ${name} collate nocase and type <> 'view'`),
  );
  if (found === undefined) return undefined;
  const columns = database.execute(
    query(sql<{ name: string; type: string; hidden: bigint }>`
      select name, type, hidden from pragma_table_xinfo(${found.name}, 'main')`),
  );
  const taken = new Set(columns.map((column) => folded(column.name)));
  const hasRowids = found.type === "table" && found.wr === 0n;
  return {
    name: found.name,
    columns: columns
      .filter(({ hidden }) => hidden !== virtual)
      .map((column) => ({ name: column.name, affinity: affinityOf(column.type) })),
    alias: hasRowids ? aliases.find((alias) => !taken.has(alias)) : undefined,
  };
};

export const empty = (name: string, columns: ReadonlyArray<string>): StoredTable => ({
  name,
  columns: columns.map((column) => ({ name: column, affinity: "blob" })),
  alias: "rowid",
});

/**
 * Makes the table as a temporary one, without rowids where it has none, so that this is reported.
 */
export const make = (database: Service, { name, columns, alias }: StoredTable): void => {
  const [first] = columns;
  const list = columns.map((column) => sql`${sql.id(column.name)} ${sql.raw(column.affinity)}`);
  const key = sql`primary key (${sql.id(first?.name ?? "")})`;
  database.execute(query(sql`drop table if exists ${sql.id("temp", name)}`));
  database.execute(
    query(
      alias === undefined
        ? sql`create temp table ${sql.id(name)} (${sql.join([...list, key])}) without rowid`
        : sql`create temp table ${sql.id(name)} (${sql.join(list)})`,
    ),
  );
};

/** On these columns, if it has them all. */
export const index = (
  database: Service,
  { name, columns }: StoredTable,
  key: ReadonlyArray<string>,
): void => {
  const has = new Set(columns.map((column) => folded(column.name)));
  if (!key.every((column) => has.has(column))) return;
  database.execute(
    query(sql`create index ${sql.id("temp", `${name}_stream`)} on ${sql.id(name)}
      (${sql.join(key.map((column) => sql.id(column)))})`),
  );
};

export const encoding = (database: Service): string | undefined => {
  const [found] = database.execute(
    query(sql<{ encoding: string }>`select encoding from pragma_encoding`),
  );
  return found?.encoding;
};

const aliases = ["rowid", "_rowid_", "oid"];
const virtual = 2n;

/** The affinity that SQLite derives from the declared type of a column. */
export const affinityOf = (type: string): Affinity => {
  if (/int/i.test(type)) return "integer";
  if (/char|clob|text/i.test(type)) return "text";
  if (type === "" || /blob/i.test(type)) return "blob";
  return /real|floa|doub/i.test(type) ? "real" : "numeric";
};
