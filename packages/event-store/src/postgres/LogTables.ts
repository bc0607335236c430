import { type Kysely, sql } from "kysely";
import * as Query from "./Query.ts";

/** The tables of the log. Texts are compared by their bytes, as on the other engines. */
export interface LogTables {
  events: {
    position: number;
    aggregate_type: string;
    aggregate_id: string;
    /** From 1. */
    sequence: number;
    event_type: string;
    event_version: string;
    /** `json` and not `jsonb`, which would not keep the text. */
    payload: string;
    /** A flat JSON object of text by name. */
    metadata: string;
    event_id: string | null;
    /** When it was appended. */
    recorded_at: string | null;
  };
  /** The highest position of the log each time that some of it was erased. */
  erased_positions: { position: number };
  /** A row for each time that views were rebuilt or erased: rows cached before are stale. */
  rebuilt_views: { generation: number };
  snapshots: {
    aggregate_type: string;
    aggregate_id: string;
    last_sequence: number;
    payload: string;
    timestamp: string;
    schema_version: number;
  };
  ledgerfold_checkpoints: {
    name: string;
    /** Of the event it stands on, as are the next four; 0, and the others null, before the first. */
    position: number;
    aggregate_type: string | null;
    aggregate_id: string | null;
    sequence: number | null;
    digest: string | null;
    updated_at: string;
  };
  /** The runs that wrote to the log. */
  ledgerfold_runs: {
    run_id: string;
    moment: string;
    version: string;
    options: string;
    counts: string;
    roots: string;
    outcome: string;
    outcome_at: string;
  };
}

interface ViewTable {
  view_id: string;
  version: number;
  payload: string;
}

export const builder = (schema: string) => {
  const query = Query.builder<LogTables>(schema);
  /** The same for a view's table, whose name comes with its aggregate. */
  return { query, viewQuery: query as unknown as Kysely<Record<string, ViewTable>> };
};

/**
 * The cache epoch of the rows of views: a row that was read or written in another epoch is stale.
 * It changes when views are rebuilt or erased, and when the server starts (in microseconds),
 * because a standby that takes over may lack appends that the server before it had acknowledged.
 */
export const generation = (schema: string) => sql<number>`
  coalesce((select max(r.generation) from ${sql.id(schema, "rebuilt_views")} r), 0)
    + (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint`;

/**
 * The transaction that has written a row. With the server's start, which the generation holds, it
 * tells an event from any other that stood or will stand in its place, as in a log that was set back.
 */
export const writerOf = (table: string) =>
  sql<number | null>`${sql.id(table, "xmin")}::text::bigint`;

/** The same of the rows that this transaction writes outside of savepoints. */
export const writer = sql<number>`pg_current_xact_id()::xid::text::bigint`;
