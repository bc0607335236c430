import { createHash } from "node:crypto";
import { Duration, Effect, Redacted } from "effect";
import { type Compilable, sql } from "kysely";
import pg from "pg";
import { type DatabaseBusy, DatabaseError, type StoreError } from "../DatabaseError.ts";
import * as Activity from "./Activity.ts";
import * as Address from "./Address.ts";
import { grace, HeldUp, Silent, Unconfirmed, type Waiting } from "./Answer.ts";
import { Connection } from "./Connection.ts";
import * as Failures from "./Failures.ts";
import * as Query from "./Query.ts";
import type { Restore } from "../internal/Transactions.ts";

/** The connections of a `PostgresDatabase`. */

export interface Options {
  /** `postgresql://user:password@host:port/database`, or what else `pg` takes, with its parameters. */
  readonly url: string | Redacted.Redacted<string>;
  /** How many connections there may be. The default is ten. */
  readonly connections?: number;
  /** How long to wait for a connection, for a lock, and in silence. The default is ten seconds. */
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
  /** Told of a lock that a statement has waited for since a second, and waits for still. */
  readonly onHeld?: (busy: DatabaseBusy) => void;
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
    const { shown: database, prepare } = yield* Address.read(url);
    const patience = milliseconds(options.patience ?? "10 seconds");
    /** The server's own limit, for where nobody can look who holds a lock. */
    const lockTimeout = Math.min(patience + Math.min(patience, 2_000), longest);
    const idle = milliseconds(options.idleInTransaction ?? "1 minute");
    const applicationName = options.applicationName ?? "ledgerfold";
    const config = {
      connectionString: url,
      connectionTimeoutMillis: patience,
      application_name: applicationName,
    };
    const limit = options.connections ?? 10;

    const all = new Set<Connection>();
    /** Whether this server process serves one of these connections. */
    const isOwn = (processId: number) => [...all].some(({ processID }) => processID === processId);
    const failure = Failures.make(database, isOwn);
    const { see, holdersOf } = Activity.make({
      open: () => new Connection({ ...config, query_timeout: patience }),
      all: () => all,
      applicationName,
    });
    const look = async (connection: Connection, waiting: Waiting): Promise<void> => {
      const found = await see(connection, waiting);
      if (connection.waiting !== waiting) return;
      switch (found._tag) {
        case "Working":
          return connection.watch(found.after);
        case "Held":
          waiting.holders = found.holders;
          await connection.cancel();
          return connection.watch(patience);
        case "Unconfirmed":
          return connection.drop(new Unconfirmed());
        case "Lost":
          return connection.drop(
            new Silent(patience, ", and it is not at work on what it was asked"),
          );
        case "Unreachable":
          return connection.drop(
            new Silent(patience, ", and no other connection to it could be made"),
          );
      }
    };

    const { onHeld } = options;
    /** Tells of a lock that is waited for until it is called. */
    const tellingOf = (connection: Connection): (() => void) => {
      const { waiting } = connection;
      if (onHeld === undefined || waiting === undefined) return () => {};
      const telling = setTimeout(async () => {
        const holders = await holdersOf({ connection, waiting });
        if (holders === undefined || connection.waiting !== waiting) return;
        onHeld(Failures.held(database, new HeldUp(holders), isOwn));
      }, untilTold);
      return () => clearTimeout(telling);
    };

    const losses = new Set<() => void>();
    const pool = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const types = { getTypeParser };
        const onConnect = (client: pg.ClientBase) => ours(client).greet();
        const pool = new pg.Pool({ ...config, max: limit, types, Client: Connection, onConnect });
        pool.on("error", () => {});
        pool.on("connect", (client) => {
          const connection = ours(client);
          all.add(connection);
          connection.onSilence = (waiting) => void look(connection, waiting);
          connection.on("error", () => {
            for (const work of losses) work();
          });
        });
        pool.on("remove", (client) => {
          all.delete(ours(client));
        });
        return pool;
      }),
      (pool) =>
        Effect.promise(async () => {
          const late = new Promise<void>((resolve) => {
            setTimeout(resolve, patience).unref();
          });
          await Promise.race([pool.end(), late]);
          for (const connection of all) connection.drop(new Silent(patience));
        }),
    );

    let isPreparing = options.prepare ?? prepare;
    const names = new Map<string, string>();
    /**
     * Says its text, as a connection that a pooler passes on has names of other processes, too. What
     * comes after very many has none: it is a text for each size of a batch, or of whoever writes
     * values into his texts, and a connection keeps what it has prepared.
     */
    const nameOf = (text: string): string | undefined => {
      const known = names.get(text);
      if (known !== undefined || names.size >= mostPrepared) return known;
      const name = `ledgerfold_${digest(text)}`;
      names.set(text, name);
      return name;
    };
    /** Sends a statement under its name, or again without one where a pooler has mixed up the names. */
    const named: Sending = (config, send) => {
      const name = isPreparing ? nameOf(config.text) : undefined;
      return name === undefined
        ? send(config)
        : Effect.catchIf(send({ ...config, name }), isOfName, () => {
            isPreparing = false;
            return send(config);
          });
    };
    const unnamed: Sending = (config, send) => send(config);
    /**
     * Whoever is interrupted in it has the server stop, and is free after a second at the most. What
     * the server answers meanwhile is settled; else the connection is given up.
     */
    const answer = <A>(
      connection: Connection,
      operation: string,
      text: string,
      send: () => Promise<A>,
    ) =>
      Effect.async<A, StoreError>((resume) => {
        const answered = connection.answer(text, send);
        const stopTelling = tellingOf(connection);
        answered.then(
          (answer) => {
            stopTelling();
            resume(Effect.succeed(answer));
          },
          (cause) => {
            stopTelling();
            const error = failure(operation, cause, connection);
            if (Failures.isLost(error)) connection.isSpoilt = true;
            // The others may be of the same server.
            if (Failures.isUnserved(error)) for (const each of all) each.isSpoilt = true;
            resume(Effect.fail(error));
          },
        );
        return Effect.promise(() => connection.callOff(answered));
      });
    const query = (connection: Connection, operation: string, config: pg.QueryConfig) =>
      answer<pg.QueryResult>(connection, operation, config.text, () => connection.query(config));
    const each = (
      connection: Connection,
      operation: string,
      config: pg.QueryConfig,
      work: (row: never) => void,
    ) =>
      answer<number>(
        connection,
        operation,
        config.text,
        () =>
          new Promise((resolve, reject) => {
            let count = 0;
            connection
              .query(new pg.Query(config))
              .on("row", (row) => {
                count += 1;
                work(row as never);
              })
              .on("error", reject)
              .on("end", () => resolve(count));
          }),
      );
    const sessionOn = (
      using: <A>(
        work: (connection: Connection) => Effect.Effect<A, StoreError>,
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
            using((connection) =>
              sending(configOf(asked, given), (config) => query(connection, operation, config)),
            ),
            ({ rows }) => rows as Array<never>,
          ),
        each: (operation, asked, work) =>
          using((connection) =>
            sending(configOf(asked), (config) => each(connection, operation, config, work)),
          ),
      };
    };

    /** One that is not known to be broken: nothing is sent on one that the server has closed. */
    const take = async (): Promise<Taken> => {
      for (;;) {
        const client = await pool.connect();
        const connection = ours(client);
        const { idleSince = Number.POSITIVE_INFINITY } = connection;
        // In a turn of the loop an end that came meanwhile is noticed.
        if (performance.now() - idleSince > 50) await turn().then(turn);
        if (!connection.isBroken && !connection.isSpoilt) return { client, connection };
        client.release(true);
      }
    };
    const give = ({ client, connection }: Taken) => {
      connection.idleSince = performance.now();
      client.release(connection.isBroken || connection.isSpoilt);
    };
    /** The connection of whoever is interrupted in the very moment of getting it goes back. */
    const connect = (restore: Restore) =>
      Effect.suspend(() => {
        let wanted = true;
        let given: Taken | undefined;
        return restore(
          Effect.async<Taken, StoreError>((resume) => {
            take().then(
              (taken) => {
                if (!wanted) return give(taken);
                given = taken;
                resume(Effect.succeed(taken));
              },
              (cause) => resume(Effect.fail(failure("connecting", unconnected(cause)))),
            );
            return Effect.sync(() => {
              wanted = false;
            });
          }),
        ).pipe(
          Effect.onInterrupt(() =>
            Effect.sync(() => {
              if (given !== undefined) give(given);
            }),
          ),
        );
      });
    const unconnected = (cause: unknown): unknown => {
      if (/client password must be/.test(String(cause))) return new Failures.NoPassword();
      if (!isTimeout(cause)) return cause;
      // While a server is silent the pool is full of connections that are none yet.
      return all.size < limit ? new Silent(patience) : new Failures.PoolExhausted();
    };

    /**
     * Each query on whichever connection is free. What one from earlier refuses without having begun
     * is asked again, on a new one.
     */
    const using = <A>(
      work: (connection: Connection) => Effect.Effect<A, StoreError>,
    ): Effect.Effect<A, StoreError> =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(connect(restore), (taken) => {
          const isNew = taken.connection.idleSince === undefined;
          return restore(work(taken.connection)).pipe(
            Effect.ensuring(Effect.sync(() => give(taken))),
            Effect.catchIf(
              (error) => !isNew && Failures.isUnserved(error),
              () => restore(using(work)),
            ),
          );
        }),
      );
    const session = sessionOn(using, { isInTransaction: false, sending: named });

    const beside = Effect.gen(function* () {
      const connection = yield* Effect.acquireRelease(
        Effect.sync(() => new Connection(config)),
        (connection) => Effect.promise(() => connection.end().catch(() => {})),
      );
      yield* Effect.tryPromise({
        try: () => connection.connect(),
        catch: (cause) => failure("connecting", isTimeout(cause) ? new Silent(patience) : cause),
      });
      return sessionOn((work) => work(connection), { isInTransaction: false, sending: unnamed });
    });

    const begin = (restore: Restore): Effect.Effect<Transaction, StoreError> =>
      Effect.flatMap(connect(restore), (taken) => {
        const { connection } = taken;
        const isNew = connection.idleSince === undefined;
        let isGone = false;
        const end = Effect.sync(() => {
          if (!isGone) give(taken);
          isGone = true;
        });
        /** What is not known to be over is not to serve another. */
        const spoil = Effect.sync(() => {
          connection.isSpoilt = true;
        });
        const control = (text: string) => Effect.asVoid(query(connection, text, { text }));
        const commit = Effect.suspend(() => {
          const isSent = !connection.isBroken;
          return query(connection, "commit", { text: "commit" }).pipe(
            Effect.mapError((error) =>
              isSent && Failures.isLost(error) ? Failures.uncertain(error) : error,
            ),
          );
        });
        const transaction: Transaction = {
          session: sessionOn((work) => work(connection), {
            isInTransaction: true,
            // A name that a pooler has mixed up would undo the whole.
            sending: connection.isDirect ? named : unnamed,
          }),
          control,
          commit: commit.pipe(
            Effect.filterOrFail(
              ({ command }) => command === "COMMIT",
              () =>
                new DatabaseError({
                  database,
                  operation: "commit",
                  code: "25P02",
                  cause: new Error("a statement in it had failed, so all was rolled back"),
                }),
            ),
            Effect.ensuring(end),
            Effect.asVoid,
          ),
          rollback: Effect.suspend(() => {
            if (isGone) return Effect.void;
            // It takes no time; without an answer the server does it when it ends the connection.
            const limit = setTimeout(() => connection.drop(new Silent(grace)), grace);
            return control("rollback").pipe(
              Effect.catchAll(() => spoil),
              Effect.ensuring(Effect.sync(() => clearTimeout(limit))),
              Effect.ensuring(end),
            );
          }),
        };
        const start = `begin isolation level read committed; set local lock_timeout = ${lockTimeout};
          set local idle_in_transaction_session_timeout = ${idle}`;
        return restore(control(start)).pipe(
          Effect.as(transaction),
          Effect.onError(() => Effect.zipRight(spoil, end)),
          // Nothing was asked for yet.
          Effect.catchIf(
            (error) => !isNew && Failures.isLost(error) && !(error.cause instanceof Silent),
            () => begin(restore),
          ),
        );
      });

    // A wrong URL is to be known at once.
    yield* session.execute("connecting", connected);
    const onLoss = (work: () => void) => void losses.add(work);
    return { url, database, patience, lockTimeout, session, beside, begin, isOwn, onLoss };
  });

const connected = Query.raw(sql`select 1`);

const mostPrepared = 500;

/** Milliseconds. */
const untilTold = 1_000;

const isTimeout = (cause: unknown): boolean => /timeout/.test(String(cause));

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
  Math.min(Math.max(Math.ceil(Duration.toMillis(duration)), 1), longest);

const longest = 2 ** 31 - 1;

interface Taken {
  readonly client: pg.PoolClient;
  readonly connection: Connection;
}

/** The pool makes no others. */
const ours = (client: pg.ClientBase): Connection => {
  if (!(client instanceof Connection)) throw new Error("the pool has made another client");
  return client;
};

/** One of the loop of events, in which what the network has brought is read. */
const turn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve);
  });

/** `json` stays the text that it is. */
const getTypeParser = (oid: number) => (oid === bigint || oid === integer ? Number : String);
const bigint = 20;
const integer = 23;
