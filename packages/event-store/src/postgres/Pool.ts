import { createHash } from "node:crypto";
import { type Cause, Duration, Effect, Redacted } from "effect";
import { type Compilable, sql } from "kysely";
import pg from "pg";
import { DatabaseBusy, DatabaseError, type StoreError } from "../DatabaseError.ts";
import * as Query from "./Query.ts";
import type { Restore } from "../internal/Transactions.ts";

/** The connections of a `PostgresDatabase`. */

export interface Options {
  /** `postgresql://user:password@host:port/database`, with the parameters that `pg` knows. */
  readonly url: string | Redacted.Redacted<string>;
  /** How many connections there may be. The default is ten. */
  readonly connections?: number;
  /** How long to wait for a connection, and for a lock. The default is ten seconds. */
  readonly patience?: Duration.DurationInput;
  /**
   * How long a transaction may do nothing before PostgreSQL ends it: one that has appended keeps all
   * other writers waiting. The default is a minute.
   */
  readonly idleInTransaction?: Duration.DurationInput;
  /**
   * Whether statements are prepared once a connection. The default is what `prepare` in the URL says,
   * or else true until a pooler shows that it does not know them.
   */
  readonly prepare?: boolean;
  /** What `pg_stat_activity` calls these connections. The default is `ledgerfold`. */
  readonly applicationName?: string;
}

/** What runs queries one after the other: a connection, or the pool, where each has its own. */
export interface Session {
  readonly isInTransaction: boolean;
  /** Parameters are in the order in which the query names them; by default those it was built with. */
  readonly execute: <Row>(
    operation: string,
    query: Compilable<Row>,
    parameters?: ReadonlyArray<unknown>,
  ) => Effect.Effect<ReadonlyArray<Row>, StoreError>;
  /** Calls `work` with each row as it comes, and keeps none. It must not throw. Gives their number. */
  readonly each: <Row>(
    operation: string,
    query: Compilable<Row>,
    work: (row: Row) => void,
  ) => Effect.Effect<number, StoreError>;
}

/** A connection whose transaction has begun. */
export interface Transaction {
  readonly session: Session;
  /** Runs a statement that begins or ends a part of the transaction. */
  readonly control: (statement: string) => Effect.Effect<void, StoreError>;
  /** Both give the connection back. */
  readonly commit: Effect.Effect<void, StoreError>;
  readonly rollback: Effect.Effect<void>;
}

export const make = (options: Options) =>
  Effect.gen(function* () {
    const url = typeof options.url === "string" ? options.url : Redacted.value(options.url);
    const database = yield* described(url);
    const prepare = yield* preparing(url);
    const patience = milliseconds(options.patience ?? "10 seconds");
    const idle = milliseconds(options.idleInTransaction ?? "1 minute");
    const failure = (operation: string, cause: unknown): StoreError => {
      const code = codeOf(cause);
      if (isLock(code) || cause instanceof PoolExhausted) return new DatabaseBusy({ database });
      if (isConflict(code)) return new DatabaseBusy({ database, reason: "overtaken" });
      return new DatabaseError({ database, operation, code, cause });
    };

    const processIds = new Set<unknown>();
    /** Those that lead to the server itself, and not through a pooler. */
    const direct = new WeakSet<pg.ClientBase>();
    const connections = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const pool = new pg.Pool({
          connectionString: url,
          max: options.connections ?? 10,
          connectionTimeoutMillis: patience,
          application_name: options.applicationName ?? "ledgerfold",
          types: { getTypeParser },
          onConnect: async (client) => {
            if (await isDirect(client)) direct.add(client);
          },
        });
        // A connection that breaks says so to whoever uses it next, not to the process.
        pool.on("error", () => {});
        pool.on("connect", (client) => {
          client.on("error", () => {});
          processIds.add(processOf(client));
        });
        pool.on("remove", (client) => {
          processIds.delete(processOf(client));
        });
        return pool;
      }),
      (pool) => Effect.promise(() => pool.end()),
    );

    let isPreparing = options.prepare ?? prepare;
    const names = new Map<string, string>();
    /** Says its text, as a connection that a pooler passes on has names of other processes, too. */
    const nameOf = (text: string): string => {
      const name = names.get(text) ?? `ledgerfold_${digest(text)}`;
      names.set(text, name);
      return name;
    };
    /** Sends a statement under its name, or again without one where a pooler has mixed up the names. */
    const named: Sending = (config, send) =>
      isPreparing
        ? Effect.catchIf(send({ ...config, name: nameOf(config.text) }), isOfName, () => {
            isPreparing = false;
            return send(config);
          })
        : send(config);
    const unnamed: Sending = (config, send) => send(config);
    /** Runs to its end: what PostgreSQL has been sent it does. */
    const query = (client: pg.PoolClient, operation: string, config: pg.QueryConfig) =>
      Effect.async<pg.QueryResult, StoreError>((resume) => {
        client.query(config).then(
          (result) => resume(Effect.succeed(result)),
          (cause) => resume(Effect.fail(failure(operation, cause))),
        );
      }).pipe(Effect.uninterruptible);
    const each = (
      client: pg.PoolClient,
      operation: string,
      config: pg.QueryConfig,
      work: (row: never) => void,
    ) =>
      Effect.async<number, StoreError>((resume) => {
        let count = 0;
        client
          .query(new pg.Query(config))
          .on("row", (row) => {
            count += 1;
            work(row as never);
          })
          .on("error", (cause) => resume(Effect.fail(failure(operation, cause))))
          .on("end", () => resume(Effect.succeed(count)));
      }).pipe(Effect.uninterruptible);
    const sessionOn = (
      using: <A>(
        work: (client: pg.PoolClient) => Effect.Effect<A, StoreError>,
      ) => Effect.Effect<A, StoreError>,
      {
        isInTransaction,
        sending,
      }: { readonly isInTransaction: boolean; readonly sending: Sending },
    ): Session => {
      const configOf = (query: Compilable, given?: ReadonlyArray<unknown>) => {
        const { sql: text, parameters } = query.compile();
        return { text, values: [...(given ?? parameters)] };
      };
      return {
        isInTransaction,
        execute: (operation, asked, given) =>
          Effect.map(
            using((client) =>
              sending(configOf(asked, given), (config) => query(client, operation, config)),
            ),
            ({ rows }) => rows as Array<never>,
          ),
        each: (operation, asked, work) =>
          using((client) =>
            sending(configOf(asked), (config) => each(client, operation, config, work)),
          ),
      };
    };

    /** The connection of whoever is interrupted in the very moment of getting it goes back. */
    const connect = (restore: Restore) =>
      Effect.suspend(() => {
        let wanted = true;
        let given: pg.PoolClient | undefined;
        return restore(
          Effect.async<pg.PoolClient, StoreError>((resume) => {
            // What is wrong with the URL's parameters is thrown, not rejected.
            (async () => connections.connect())().then(
              (client) => {
                if (!wanted) return client.release();
                given = client;
                resume(Effect.succeed(client));
              },
              (cause) => {
                const isFull = /timeout exceeded when trying to connect/.test(String(cause));
                resume(Effect.fail(failure("connecting", isFull ? new PoolExhausted() : cause)));
              },
            );
            return Effect.sync(() => {
              wanted = false;
            });
          }),
        ).pipe(Effect.onInterrupt(() => Effect.sync(() => given?.release())));
      });

    /** Each query on whichever connection is free. */
    const session = sessionOn(
      (work) =>
        Effect.uninterruptibleMask((restore) =>
          Effect.flatMap(connect(restore), (client) =>
            Effect.onExit(work(client), (exit) =>
              Effect.sync(() => client.release(exit._tag === "Failure" && isBroken(exit.cause))),
            ),
          ),
        ),
      { isInTransaction: false, sending: named },
    );

    const begin = (restore: Restore): Effect.Effect<Transaction, StoreError> =>
      Effect.flatMap(connect(restore), (client) => {
        let isGone = false;
        const give = (broken: boolean) =>
          Effect.sync(() => {
            if (!isGone) client.release(broken);
            isGone = true;
          });
        const control = (text: string) => Effect.asVoid(query(client, text, { text }));
        const transaction: Transaction = {
          session: sessionOn((work) => work(client), {
            isInTransaction: true,
            // A name that a pooler has mixed up would undo the whole.
            sending: direct.has(client) ? named : unnamed,
          }),
          control,
          commit: Effect.flatMap(query(client, "commit", { text: "commit" }), ({ command }) =>
            command === "COMMIT"
              ? give(false)
              : Effect.zipRight(
                  give(false),
                  new DatabaseError({
                    database,
                    operation: "commit",
                    code: "25P02",
                    cause: new Error("a statement in it had failed, so all was rolled back"),
                  }),
                ),
          ).pipe(
            Effect.catchAll((error) =>
              Effect.zipRight(give(true), Effect.fail(isLost(error) ? uncertain(error) : error)),
            ),
          ),
          rollback: Effect.suspend(() =>
            isGone
              ? Effect.void
              : Effect.matchEffect(control("rollback"), {
                  onFailure: () => give(true),
                  onSuccess: () => give(false),
                }),
          ),
        };
        const start = `begin isolation level read committed; set local lock_timeout = ${patience};
          set local idle_in_transaction_session_timeout = ${idle}`;
        return Effect.as(control(start), transaction).pipe(Effect.onError(() => give(true)));
      });

    // A wrong URL is to be known at once.
    yield* session.execute("connecting", connected);
    /** Whether this server process serves one of these connections. */
    const isOwn = (processId: number) => processIds.has(processId);
    return { url, database, patience, session, begin, isOwn };
  });

const connected = Query.raw(sql`select 1`);

/** How a session sends its statements. */
type Sending = <A>(
  config: { readonly text: string; readonly values: Array<unknown> },
  send: (config: pg.QueryConfig) => Effect.Effect<A, StoreError>,
) => Effect.Effect<A, StoreError>;

const digest = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 40);

/** Whether a prepared statement was not there, or another one was; nothing was done then. */
const isOfName = (error: StoreError): boolean =>
  error instanceof DatabaseError && /^(26000|42P05)$/.test(error.code);

/** At least 1, as PostgreSQL takes 0 for no limit, and at most what Node's timers take. */
const milliseconds = (duration: Duration.DurationInput): number =>
  Math.min(Math.max(Math.ceil(Duration.toMillis(duration)), 1), 2 ** 31 - 1);

/** The server's process for a connection, which `pg` knows and its types do not. */
const processOf = (client: pg.ClientBase): unknown =>
  "processID" in client ? client.processID : undefined;

/** Whether it is the server that has welcomed us, and no pooler, which passes queries on to another. */
export const isDirect = async (client: pg.ClientBase): Promise<boolean> => {
  const { rows } = await client.query<{ pid: unknown }>("select pg_backend_pid() as pid");
  return Number(rows[0]?.pid) === processOf(client);
};

/** All connections of the pool stayed in use for as long as one could be waited for. */
class PoolExhausted extends Error {}

/** The URL as messages may show it. */
const described = (url: string): Effect.Effect<string, DatabaseError> =>
  Effect.try({
    try: () => {
      const { protocol, username, host, pathname, search, hash } = new URL(url);
      if (!/^postgres(ql)?:$/.test(protocol)) throw new NoUrl(likeOne);
      // Of `me:12/34@host` a URL's reader makes the host `me` and the path `34@host`.
      if (`${pathname}${search}${hash}`.includes("@")) throw new NoUrl(unescaped);
      return `postgresql://${username === "" ? "" : `${username}@`}${host}${pathname}`;
    },
    // What the URL's own error says of it would hold the password.
    catch: (cause) => refused(cause instanceof NoUrl ? cause : new NoUrl(likeOne)),
  });

/** What `prepare` in the URL says; true where it says nothing. */
const preparing = (url: string): Effect.Effect<boolean, DatabaseError> => {
  const [said = "true", ...more] = new URL(url).searchParams.getAll("prepare");
  const isKnown = more.length === 0 && /^(true|false)$/.test(said);
  return isKnown ? Effect.succeed(said === "true") : refused(new NoUrl(neither));
};

const refused = (cause: NoUrl) =>
  new DatabaseError({
    database: "PostgreSQL",
    operation: "connecting",
    code: "no PostgreSQL code",
    cause,
  });

/** Repeats nothing of the URL, which may hold a password in the wrong place. */
class NoUrl extends Error {}
const likeOne = "this is no URL like postgresql://user@host:5432/database";
const neither = "prepare in the URL is neither true nor false";
const unescaped =
  "there is an @ behind the URL's host: in a user, a password and a parameter write / as %2F, ? as %3F, # as %23 and @ as %40";

/** The error of a write whose connection broke: whether it was kept, nobody here can know. */
export const uncertain = ({ database, operation, code, cause }: DatabaseError): DatabaseError =>
  new DatabaseError({
    ...{ database, code, cause },
    operation: `${operation}, whose outcome is unknown,`,
  });

/** Whether the connection was lost with the answer. */
export const isLost = (error: unknown): error is DatabaseError =>
  error instanceof DatabaseError &&
  (!/^[0-9A-Z]{5}$/.test(error.code) || /^(08|57P)/.test(error.code));

const isBroken = (cause: Cause.Cause<unknown>): boolean =>
  cause._tag === "Fail" ? isLost(cause.error) : true;

const isLock = (code: string) => code === "55P03" || code === "57014";
const isConflict = (code: string) => code === "40001" || code === "40P01";

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string"
    ? cause.code
    : "no PostgreSQL code";

/** `json` stays the text that it is. */
const getTypeParser = (oid: number) => (oid === bigint || oid === integer ? Number : String);
const bigint = 20;
const integer = 23;
