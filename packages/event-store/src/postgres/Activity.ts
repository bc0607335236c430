import { setTimeout as sleep } from "node:timers/promises";
import { grace, type Holder, isAnswer, type Waiting } from "./Answer.ts";
import type { Connection } from "./Connection.ts";

/** What the server does for connections on which nothing comes, as it says on another one. */

export type Seen =
  /** To be looked at again after so many milliseconds of silence. */
  | { readonly _tag: "Working"; readonly after: number }
  /** It has waited for a lock for as long as the patience. */
  | { readonly _tag: "Held"; readonly holders: ReadonlyArray<Holder> }
  /** It has committed, and waits for its standby. */
  | { readonly _tag: "Unconfirmed" }
  /** It does nothing, and what it may have answered does not come. */
  | { readonly _tag: "Lost" }
  /** No other connection could be made. */
  | { readonly _tag: "Unreachable" };

export interface Options {
  readonly open: () => Connection;
  /** They are looked at together: many that wait at once take one connection more. */
  readonly all: () => Iterable<Connection>;
  readonly applicationName: string;
}

export const make = ({ open, all, applicationName }: Options) => {
  /** What the server says of these, and whether it knows them by their own numbers. */
  const ask = async (other: Connection, waits: ReadonlyArray<Wait>) => {
    const processes = waits.map(({ connection }) => connection.processID);
    const { rows } = await other.query<Row>(facts, [processes, applicationName]);
    const isDirect = !isPooled(other, rows);
    const rowOf = ({ connection, waiting }: Wait) =>
      rows.find(isDirect ? isProcessOf(connection) : hasText(waiting.text));
    return { isDirect, rowOf };
  };
  const look = async (): Promise<Look> => {
    const other = open();
    const seen = new Map<Waiting, Seen>();
    /** Gives those that seem to be lost, and the process of each where it is found. */
    const judgeAll = async (waits: ReadonlyArray<Wait>) => {
      const { isDirect, rowOf } = await ask(other, waits);
      return waits.flatMap((wait) => {
        const { connection, waiting } = wait;
        const row = rowOf(wait);
        const judged = judge(row, connection.patience);
        seen.set(waiting, judged);
        if (judged._tag !== "Lost") return [];
        return [{ connection, waiting, pid: isDirect ? row?.pid : undefined }];
      });
    };
    try {
      await other.connect();
      const doubted = await judgeAll(
        [...all()].flatMap((connection) =>
          connection.waiting === undefined ? [] : [{ connection, waiting: connection.waiting }],
        ),
      );
      if (doubted.length === 0) return seen;
      // An answer may be on its way just now.
      await sleep(grace / 2);
      const lost = await judgeAll(
        doubted.filter(({ connection, waiting }) => connection.waiting === waiting),
      );
      // The locks that it holds would keep others waiting until the server misses us. On a server
      // that has taken another's place, and through a pooler, its number is somebody else's.
      const processes = lost.flatMap(({ pid = [] }) => pid);
      await other.query(ending, [processes, applicationName]);
      return seen;
    } catch (cause) {
      return isAnswer(cause) ? "nothing" : "unreachable";
    } finally {
      void other.end();
    }
  };

  let current: Promise<Look> | undefined;
  /** Judges a connection that waits for this answer. A lost one is ended on the server, too. */
  const see = async (connection: Connection, waiting: Waiting): Promise<Seen> => {
    for (;;) {
      current ??= look().finally(() => {
        current = undefined;
      });
      const found = await current;
      if (found === "unreachable") return { _tag: "Unreachable" };
      const seen = found === "nothing" ? undefined : found.get(waiting);
      if (seen !== undefined) return seen;
      if (found === "nothing" || connection.waiting !== waiting) {
        return { _tag: "Working", after: connection.patience };
      }
      // It has begun to wait since, and is in the next look.
    }
  };
  /** Who holds the lock that it waits for; nothing where that is none, or where the server does not tell. */
  const holdersOf = async (wait: Wait): Promise<ReadonlyArray<Holder> | undefined> => {
    const other = open();
    try {
      await other.connect();
      const row = (await ask(other, [wait])).rowOf(wait);
      return row === undefined || row.waited === null ? undefined : (row.holders ?? []);
    } catch {
      return undefined;
    } finally {
      void other.end();
    }
  };
  return { see, holdersOf };
};

interface Wait {
  readonly connection: Connection;
  readonly waiting: Waiting;
}

/** `nothing` where a server that is there would not tell. */
type Look = ReadonlyMap<Waiting, Seen> | "nothing" | "unreachable";

interface Row {
  readonly isAsking: boolean;
  readonly pid: number;
  /** Of the connection, in milliseconds, and of its wait for a lock. */
  readonly age: number;
  readonly waited: number | null;
  readonly state: string | null;
  readonly query: string;
  readonly kind: string | null;
  readonly event: string | null;
  readonly holders: ReadonlyArray<Holder> | null;
}

const judge = (row: Row | undefined, patience: number): Seen => {
  // It may be gone, be done, or wait for us to send or to take something.
  if (row === undefined || row.state?.startsWith("idle") || row.kind === "Client") {
    return { _tag: "Lost" };
  }
  if (row.event === "SyncRep") return { _tag: "Unconfirmed" };
  const { waited, holders } = row;
  if (waited === null) return { _tag: "Working", after: patience };
  // The wait begins a little later than the silence.
  return waited + 50 < patience
    ? { _tag: "Working", after: patience - waited }
    : { _tag: "Held", holders: holders ?? [] };
};

/** A pooler gives each client a number of its own, by which the server knows nobody. */
const isPooled = (other: Connection, rows: ReadonlyArray<Row>): boolean =>
  rows.find(({ isAsking }) => isAsking)?.pid !== other.processID;

/** The number can be another's by now, who is younger. */
const isProcessOf = (connection: Connection) => (row: Row) =>
  row.pid === connection.processID &&
  Math.abs(performance.now() - connection.madeAt - row.age) < connection.patience + grace;

/** Of a long text the server keeps the beginning. */
const hasText = (text: string) => (row: Row) =>
  !row.isAsking && row.state === "active" && text.startsWith(row.query.slice(0, 500));

const facts = `
  select a.pid = pg_backend_pid() as "isAsking", a.pid, a.state, a.query,
    a.wait_event_type as kind, a.wait_event as event,
    (extract(epoch from clock_timestamp() - a.backend_start) * 1000)::float8 as age,
    (extract(epoch from clock_timestamp() - w.since) * 1000)::float8 as waited,
    case when w.since is not null then (
      select json_agg(json_build_object('pid', b.pid, 'application', b.application_name,
        'isUnconfirmed', b.wait_event is not distinct from 'SyncRep'))
      from pg_stat_activity b
      where b.pid = any (pg_blocking_pids(a.pid)) and b.wait_event_type is distinct from 'Lock')
    end as holders
  from pg_stat_activity a left join lateral (
    select min(l.waitstart) as since from pg_locks l where l.pid = a.pid and not l.granted) w on true
  where a.usename = current_user and a.datname = current_database()
    and (a.pid = any ($1::int[]) or a.application_name = $2)`;

const ending = `
  select pg_terminate_backend(a.pid) from pg_stat_activity a
  where a.usename = current_user and a.datname = current_database()
    and a.pid = any ($1::int[]) and a.application_name = $2`;
