import { sql } from "kysely";
import * as Query from "./Query.ts";

/**
 * Writers queue for an advisory lock, held until their transaction ends: in `pg_locks` it has this
 * `classid`, and the oid of the log's `events` as its `objid`.
 */
export const classId = 0x4c656467;

const ofLog = (schema: string) =>
  sql`${sql.lit(classId)}, ${sql.lit(`${quoted(schema)}.events`)}::regclass::oid::integer`;

/** For who writes to the log without the appending function. */
export const take = (schema: string) =>
  Query.raw(sql`select pg_advisory_xact_lock(${ofLog(schema)})`);

export const inFunction = (schema: string) => sql`perform pg_advisory_xact_lock(${ofLog(schema)})`;

/**
 * Locks the name of a checkpoint, whether there is one or not. The lock's key is a hash of the name:
 * in a collision, readers of another checkpoint wait although they need not.
 */
export const ofCheckpoint = Query.raw(
  sql`select pg_advisory_xact_lock(${sql.lit(classId + 1)}, hashtext(${""}))`,
);

/** Of all that make tables in this database. */
export const forSetup = Query.raw(sql`select pg_advisory_xact_lock(${sql.lit(classId)}, 0)`);

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
