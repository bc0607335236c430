import { Effect } from "effect";
import { sql } from "kysely";
import type { StoreError } from "../DatabaseError.ts";
import { UnfitTable } from "../UnfitTable.ts";
import type { Service, Session } from "./Database.ts";
import * as Query from "./Query.ts";

/**
 * What a table of the log must be where a schema has one already, whoever made it. The store refuses
 * to write to another, and whoever reads a log by himself takes none for it. Constraints, indexes,
 * triggers and columns beyond these are its owner's.
 */
export interface TableShape {
  readonly table: string;
  readonly columns: Readonly<Record<string, Holds>>;
  /** The sets of columns in which no two rows are the same. */
  readonly keys: ReadonlyArray<ReadonlyArray<string>>;
}

/** Texts are compared by their bytes where rows are found by them. */
type Holds = "text" | "bigint" | "json" | "timestamp with time zone";

const stream = { aggregate_type: "text", aggregate_id: "text" } as const;
const instant = "timestamp with time zone";

export const ofEvents: TableShape = {
  table: "events",
  columns: {
    ...{ position: "bigint", ...stream, sequence: "bigint", event_type: "text" },
    ...{ event_version: "text", payload: "json", metadata: "json", event_id: "text" },
    recorded_at: instant,
  },
  keys: [["position"], [...Object.keys(stream), "sequence"], ["event_id"]],
};

export const ofView = (table: string): TableShape => ({
  table,
  columns: { view_id: "text", version: "bigint", payload: "json" },
  keys: [["view_id"]],
});

const own: ReadonlyArray<TableShape> = [
  ofEvents,
  { table: "erased_positions", columns: { position: "bigint" }, keys: [["position"]] },
  { table: "rebuilt_views", columns: { generation: "bigint" }, keys: [["generation"]] },
  {
    table: "snapshots",
    columns: {
      ...{ ...stream, last_sequence: "bigint", payload: "json", timestamp: instant },
      schema_version: "bigint",
    },
    keys: [Object.keys(stream)],
  },
  {
    table: "ledgerfold_checkpoints",
    columns: {
      ...{ name: "text", position: "bigint", ...stream, sequence: "bigint", digest: "text" },
      updated_at: instant,
    },
    keys: [["name"]],
  },
  {
    table: "ledgerfold_runs",
    columns: {
      ...{ run_id: "text", moment: instant, version: "text", options: "json", counts: "json" },
      ...{ roots: "json", outcome: "text", outcome_at: instant },
    },
    keys: [["run_id"]],
  },
];

/** All of a log's tables. */
export const ofLog = (viewTables: ReadonlyArray<string>): ReadonlyArray<TableShape> => [
  ...own,
  ...viewTables.map(ofView),
];

/** Fails with the first of these tables that is there and cannot be one of the log's. */
export const insistFit = (
  { database, schema }: Pick<Service, "database" | "schema">,
  session: Session,
  shapes: ReadonlyArray<TableShape>,
): Effect.Effect<void, StoreError | UnfitTable> =>
  Effect.gen(function* () {
    const rows = yield* session.execute(operation, tables, [schema]);
    const found = new Map(rows.map(({ name, found }) => [name, JSON.parse(found) as Found]));
    for (const shape of shapes) {
      const { table } = shape;
      const there = found.get(table);
      const faults = there === undefined ? [] : faultsOf(there, shape);
      if (there === undefined || faults.length === 0) continue;
      const first =
        there.kind === "r" && !there.hidesRows
          ? yield* session.execute(
              operation,
              Query.raw(sql`select 1 from ${sql.id(schema, table)} limit 1`),
            )
          : undefined;
      return yield* new UnfitTable({ database, table, faults, isEmpty: first?.length === 0 });
    }
  });

const operation = "looking at the tables of the log";

const faultsOf = (found: Found, { columns, keys }: TableShape): ReadonlyArray<string> => {
  if (found.kind !== "r") return [`is ${kinds[found.kind] ?? "no ordinary table"}`];
  const there = new Map(found.columns.map((column) => [column.name, column]));
  const missing = Object.keys(columns).filter((name) => !there.has(name));
  const named = new Set(keys.flat());
  const wrong = Object.entries(columns).flatMap(([name, holds]) => {
    const column = there.get(name);
    if (column === undefined) return [];
    if (column.isGenerated) return [`has a column ${name} that is generated`];
    if (column.type !== holds) return [`has a column ${name} of type ${column.type}, not ${holds}`];
    return holds === "text" && named.has(name) && column.collation !== "C"
      ? [`has a column ${name} of the collation ${column.collation}, not "C"`]
      : [];
  });
  const kept = new Set(found.keys.map((key) => key.toSorted().join()));
  const lost = keys
    .filter((key) => key.every((name) => there.has(name)) && !kept.has(key.toSorted().join()))
    .map((key) => `has no unique key of ${key.join(", ")}`);
  return [
    ...(missing.length > 0 ? [`has no column ${missing.join(", ")}`] : []),
    ...(found.isUnlogged ? ["is UNLOGGED, and a crash of the server empties it"] : []),
    ...(found.hidesRows ? ["has policies that may hide rows from this role"] : []),
    ...wrong,
    ...lost,
  ];
};

const kinds: Readonly<Record<string, string>> = {
  v: "a view",
  m: "a materialized view",
  p: "a partitioned table",
  f: "a foreign table",
};

interface Found {
  readonly kind: string;
  readonly isUnlogged: boolean;
  /** Whether policies decide which rows this role sees. */
  readonly hidesRows: boolean;
  readonly columns: ReadonlyArray<{
    readonly name: string;
    readonly type: string;
    readonly collation: string | null;
    readonly isGenerated: boolean;
  }>;
  /** Those that an insert can be told to mind. */
  readonly keys: ReadonlyArray<ReadonlyArray<string>>;
}

const tables = Query.raw(sql<{ name: string; found: string }>`
  select c.relname as name, json_build_object(
    'kind', c.relkind, 'isUnlogged', c.relpersistence = 'u',
    'hidesRows', row_security_active(c.oid),
    'columns', coalesce((
      select json_agg(json_build_object('name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod), 'collation', o.collname,
        'isGenerated', a.attgenerated <> '' or a.attidentity = 'a'))
      from pg_attribute a left join pg_collation o on o.oid = a.attcollation
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]'),
    'keys', coalesce((
      select json_agg((select json_agg(a.attname) from pg_attribute a where a.attrelid = c.oid
        and a.attnum = any ((i.indkey::smallint[])[0:i.indnkeyatts - 1])))
      from pg_index i
      where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate
        and i.indpred is null and i.indexprs is null), '[]'))::text as found
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = ${""} and c.relkind in ('r', 'v', 'm', 'p', 'f')`);
