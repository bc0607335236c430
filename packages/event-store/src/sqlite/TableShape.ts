import { sql } from "kysely";
import { UnfitTable } from "../UnfitTable.ts";
import type { Service } from "./Database.ts";
import * as Query from "./Query.ts";

/**
 * What a table of the log must be where a file has one already, whoever made it. The store refuses to
 * write to another, and whoever reads a log by himself takes none for it. Constraints, indexes and
 * columns beyond these are the file's owner's.
 */
export interface TableShape {
  readonly table: string;
  readonly columns: Readonly<Record<string, Holds>>;
  /** Those that `setup` adds where they are not there. */
  readonly added?: Readonly<Record<string, Holds>>;
  /** The texts that tell its rows apart, letter for letter. */
  readonly key: ReadonlyArray<string>;
  /** Whether its rows are known by their rowids, as the positions of events are. */
  readonly hasRowids: boolean;
}

type Holds = "text" | "integer" | "json";

const stream = { aggregate_type: "text", aggregate_id: "text" } as const;

export const ofEvents: TableShape = {
  table: "events",
  columns: {
    ...stream,
    sequence: "integer",
    event_type: "text",
    event_version: "text",
    payload: "json",
    metadata: "json",
  },
  added: { event_id: "text", recorded_at: "text" },
  key: Object.keys(stream),
  hasRowids: true,
};

export const ofView = (table: string): TableShape => ({
  table,
  columns: { view_id: "text", version: "integer", payload: "json" },
  key: ["view_id"],
  hasRowids: true,
});

const ofSnapshots: TableShape = {
  table: "snapshots",
  columns: { ...stream, last_sequence: "integer", payload: "json", timestamp: "text" },
  added: { schema_version: "integer" },
  key: Object.keys(stream),
  hasRowids: false,
};

const ofRuns: TableShape = {
  table: "ledgerfold_runs",
  columns: {
    ...{ run_id: "text", moment: "text", version: "text", options: "json", counts: "json" },
    ...{ roots: "json", outcome: "text", outcome_at: "text" },
  },
  key: ["run_id"],
  hasRowids: false,
};

const ofCheckpoints: TableShape = {
  table: "ledgerfold_checkpoints",
  columns: {
    ...{ name: "text", position: "integer", aggregate_type: "text", aggregate_id: "text" },
    ...{ sequence: "integer", digest: "text", updated_at: "text" },
  },
  key: ["name"],
  hasRowids: false,
};

const own = [ofEvents, ofSnapshots, ofRuns, ofCheckpoints];

/** The first of a log's tables that cannot be one. Synchronous and throws. */
export const unfit = (
  database: Service,
  viewTables: ReadonlyArray<string>,
): UnfitTable | undefined => {
  for (const shape of [...own, ...viewTables.map(ofView)]) {
    const found = faults(database, shape);
    if (found.length === 0) continue;
    const { table } = shape;
    return new UnfitTable({
      ...{ database: database.path, table, faults: found },
      isEmpty: isEmpty(database, table),
    });
  }
  return undefined;
};

/**
 * Why the table that is there cannot be this one, each to be said after `it`; none where it can, or
 * where there is no such table. Synchronous and throws.
 */
export const faults = (
  database: Service,
  { table, columns, added = {}, key, hasRowids }: TableShape,
  schema: "main" | "temp" = "main",
): ReadonlyArray<string> => {
  const [found] = database.execute(tableOf(schema, table));
  if (found === undefined) return [];
  if (found.type !== "table") return [`is a ${found.type === "view" ? "view" : "virtual table"}`];
  const isStrict = found.strict === 1n;
  const there = new Map(
    database.execute(columnsOf(schema, table)).map((one) => [one.name.toLowerCase(), one]),
  );
  const missing = Object.keys(columns).filter((name) => !there.has(name));
  const wrong = Object.entries({ ...columns, ...added }).flatMap(([name, holds]) => {
    const column = there.get(name);
    if (column === undefined) return [];
    if (column.hidden !== 0n) return [`has a column ${name} that is generated`];
    if (!takes(column.type, isStrict, holds)) {
      return [`has a column ${name} of type ${column.type}, which ${wants[holds]} does not fit`];
    }
    return key.includes(name) && !isBinary(database, schema, table, name)
      ? [`has a column ${name} whose collation takes different texts for the same`]
      : [];
  });
  return [
    ...(missing.length > 0 ? [`has no column ${missing.join(", ")}`] : []),
    ...(hasRowids && found.wr === 1n ? ["is WITHOUT ROWID, and its rows need rowids"] : []),
    ...(hasRowids && there.has("rowid") ? ["has a column rowid, which hides its rowids"] : []),
    ...wrong,
  ];
};

const wants: Readonly<Record<Holds, string>> = {
  text: "text",
  integer: "a whole number",
  json: "JSON text",
};

/**
 * Whether a value comes out of the column as it went in. Text that is a whole number may come out as
 * that, and is read as the text again; JSON text may be any number that says the same.
 */
const takes = (type: string, isStrict: boolean, holds: Holds): boolean => {
  if (isStrict) {
    return /^any$/i.test(type) || (holds === "integer" ? /^int/i : /^text$/i).test(type);
  }
  const affinity = affinityOf(type);
  if (holds === "json" || affinity === "blob") return true;
  return holds === "text" ? affinity !== "real" : affinity === "numeric";
};

/** What SQLite makes of a value that goes in, where whole numbers are one of numbers. */
const affinityOf = (type: string): "numeric" | "text" | "blob" | "real" => {
  if (/int/i.test(type)) return "numeric";
  if (/char|clob|text/i.test(type)) return "text";
  if (type === "" || /blob/i.test(type)) return "blob";
  return /real|floa|doub/i.test(type) ? "real" : "numeric";
};

/** No pragma tells a column's collation. A UNION compares by that of its first part. */
const isBinary = (database: Service, schema: string, table: string, column: string): boolean => {
  const [found] = database.execute(
    Query.raw(sql<{ differ: bigint }>`
      select count(*) as differ from (select ${sql.id(column)} from ${sql.id(schema, table)} where false
        union values ('x'), ('X'), ('x '))`),
  );
  return found?.differ === 3n;
};

const isEmpty = (database: Service, table: string): boolean =>
  database.execute(tableOf("main", table))[0]?.type === "table" &&
  database.execute(Query.raw(sql`select 1 from ${sql.id("main", table)} limit 1`)).length === 0;

const tableOf = (schema: string, table: string) =>
  Query.raw(sql<{ type: string; wr: bigint; strict: bigint }>`
    select type, wr, strict from pragma_table_list
    where schema = ${schema} and name = ${table} collate nocase`);

const columnsOf = (schema: string, table: string) =>
  Query.raw(sql<{ name: string; type: string; hidden: bigint }>`
    select name, type, hidden from pragma_table_xinfo(${table}, ${schema})`);
