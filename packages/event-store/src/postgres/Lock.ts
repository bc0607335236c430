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

/** The turn to have the server prove its locks, while the transaction lasts. */
export const tryForProof = Query.raw(
  sql<{ isTaken: boolean }>`
    select pg_try_advisory_xact_lock(${sql.lit(classId + 2)}, 0) as "isTaken"`,
);

/** The lock to prove it with, taken as that of a log is, and the transaction that takes it. */
export const ofProof = Query.raw(
  sql<{ transaction: string }>`
    select pg_advisory_xact_lock(${sql.lit(classId + 2)}, 1),
      pg_current_xact_id()::text as transaction`,
);

/** Whether another one gets it, and whether that one sees that the transaction was committed. */
export const tryOfProof = Query.raw(
  sql<{ isTaken: boolean; isSeen: boolean }>`
    select pg_try_advisory_xact_lock(${sql.lit(classId + 2)}, 1) as "isTaken",
      pg_visible_in_snapshot(${""}::xid8, pg_current_snapshot()) as "isSeen"`,
);

/** Of all that make tables in this database. */
export const forSetup = Query.raw(sql`select pg_advisory_xact_lock(${sql.lit(classId)}, 0)`);

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
