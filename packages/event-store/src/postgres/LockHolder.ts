import type { Effect } from "effect";
import { sql } from "kysely";
import type { StoreError } from "../EventStore.ts";
import type { Service } from "./Database.ts";
import * as Query from "./Query.ts";
import * as Lock from "./Lock.ts";

/** Whoever keeps the writers of a log waiting. */

/** Who keeps the writers of a log waiting: whoever has appended and has not ended the transaction. */
export interface LockHolder {
  /** The process of the server: `select pg_terminate_backend(pid)` ends it, and frees the rest. */
  readonly pid: number;
  readonly user: string;
  readonly application: string;
  /** The address it comes from; null for a local one. */
  readonly client: string | null;
  /** As `pg_stat_activity` has it: `idle in transaction` is one that its program forgot. */
  readonly state: string;
  readonly transactionSeconds: number;
  /** For how long it has been in this state. */
  readonly stateSeconds: number;
  /** How many wait, and the longest of them for how long. */
  readonly waiting: number;
  readonly waitingSeconds: number;
}

/** The holder of the log's lock; empty where nobody has it. Waits for nobody. */
export const find = (database: Service): Effect.Effect<ReadonlyArray<LockHolder>, StoreError> =>
  database.use((session) =>
    session.execute("looking for the holder of the log", query, [database.schema]),
  );

/** The same is in docs/scaling.md, for psql. */
const query = Query.raw(sql<LockHolder>`
  select a.pid, a.usename as user, a.application_name as application,
    host(a.client_addr) as client, a.state,
    extract(epoch from clock_timestamp() - a.xact_start)::integer as "transactionSeconds",
    extract(epoch from clock_timestamp() - a.state_change)::integer as "stateSeconds",
    count(w.pid)::integer as waiting,
    coalesce(extract(epoch from clock_timestamp() - min(w.waitstart)), 0)::integer
      as "waitingSeconds"
  from pg_locks l
    join pg_stat_activity a on a.pid = l.pid
    left join pg_locks w on not w.granted and w.locktype = l.locktype
      and w.database = l.database and w.classid = l.classid and w.objid = l.objid
  where l.granted and l.locktype = 'advisory' and l.classid = ${sql.lit(Lock.classId)}
    and l.database = (select oid from pg_database where datname = current_database())
    and l.objid = (
      select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ${""} and c.relname = 'events')
  group by a.pid, a.usename, a.application_name, a.client_addr, a.state, a.xact_start,
    a.state_change`);
