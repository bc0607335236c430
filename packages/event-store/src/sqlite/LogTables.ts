import type { Generated, Kysely } from "kysely";
import * as Query from "./Query.ts";

/** The tables of the log as other services made them, plus the nullable columns that are ours. */
export interface LogTables {
  events: {
    rowid: Generated<number>;
    aggregate_type: string;
    aggregate_id: string;
    /** From 1. */
    sequence: number;
    event_type: string;
    event_version: string;
    /** JSON text. */
    payload: string;
    /** A flat JSON object of text by name. */
    metadata: string;
    /** Ours: null in the rows of other services. */
    event_id: string | null;
    /** Ours: when it was appended, RFC 3339 in UTC. */
    recorded_at: string | null;
  };
  snapshots: {
    aggregate_type: string;
    aggregate_id: string;
    last_sequence: number;
    payload: string;
    timestamp: string;
    /** Ours: null in the rows of other services, whose states have other shapes. */
    schema_version: number | null;
  };
  /** Ours. */
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
  /** Ours: the runs that wrote to the log. */
  ledgerfold_runs: {
    run_id: string;
    moment: string;
    version: string;
    /** JSON texts, as are the next two. */
    options: string;
    counts: string;
    roots: string;
    outcome: string;
    outcome_at: string;
  };
}

export interface ViewTable {
  view_id: string;
  version: number;
  payload: string;
}

export const query = Query.builder<LogTables>();

/** The same for a view's table, whose name comes with its aggregate. */
export const viewQuery = query as unknown as Kysely<Record<string, ViewTable>>;
