import { Context, type Duration, Effect, Layer, type Redacted } from "effect";
import type { Compilable } from "kysely";
import type { StoreError } from "../EventStore.ts";
import * as Announcements from "./Notifications.ts";
import * as Clients from "./Pool.ts";
import * as Transactions from "../internal/Transactions.ts";

/**
 * One PostgreSQL database on a pool of connections. Queries are built and compiled by Kysely; texts
 * of JSON stay texts, and whole integers come back as numbers.
 */

/** What runs queries one after the other: a connection, or the pool, where each has its own. */
export interface Session {
  readonly isInTransaction: boolean;
  /** Parameters are in the order in which the query names them; by default those it was built with. */
  readonly execute: <Row>(
    operation: string,
    query: Compilable<Row>,
    parameters?: ReadonlyArray<unknown>,
  ) => Effect.Effect<ReadonlyArray<Row>, StoreError>;
}

export interface Service {
  /** The URL without its password. */
  readonly database: string;
  /** Where the tables are. */
  readonly schema: string;
  readonly patience: number;
  /**
   * Work on the transaction that the fiber is in, which no other fiber of that gets in between, or
   * outside of one on the pool.
   */
  readonly use: <A, E, R>(
    work: (session: Session) => Effect.Effect<A, E, R>,
  ) => Effect.Effect<A, E, R>;
  /**
   * All of `effect` or nothing, on a connection of its own: a failure or an interruption rolls back.
   * Each statement sees what was committed before it. Inside a transaction that runs already it is a
   * part of it: it can fail alone, and stays only if the whole does. A fiber that is forked inside
   * works in the transaction until that ends, and after it outside.
   */
  readonly transaction: <A, E, R>(
    effect: Effect.Effect<A, E, R>,
  ) => Effect.Effect<A, E | StoreError, R>;
  /**
   * Calls `work` once the outermost transaction around is committed, if it ever is; at once outside.
   * With `false` where the connection broke on the commit, so that nobody here can know.
   */
  readonly afterCommit: (work: (isKnown: boolean) => void) => Effect.Effect<void>;
  /** Signals of all who write to the log in this schema, in this process and in others. */
  readonly changes: Announcements.Announcements;
}

export class PostgresDatabase extends Context.Tag("@ledgerfold/event-store/PostgresDatabase")<
  PostgresDatabase,
  Service
>() {}

export interface Options {
  /** `postgresql://user:password@host:port/database`, with the parameters that `pg` knows. */
  readonly url: string | Redacted.Redacted<string>;
  /** Where the tables are. The default is `public`. */
  readonly schema?: string;
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
   * Whether statements are prepared once a connection. Not behind a pooler that gives each
   * transaction another connection and does not know them. The default is true.
   */
  readonly prepare?: boolean;
  /** What `pg_stat_activity` calls these connections. The default is `ledgerfold`. */
  readonly applicationName?: string;
}

export const layer = (options: Options): Layer.Layer<PostgresDatabase, StoreError> =>
  Layer.scoped(PostgresDatabase, make(options));

export const make = (options: Options) =>
  Effect.gen(function* () {
    const clients = yield* Clients.make(options);
    const { inTurn, transaction, afterCommit } = Transactions.make<StoreError, Clients.Held>(
      {
        begin: (depth, restore, outer) =>
          outer === undefined
            ? clients.begin(restore)
            : Effect.as(outer.control(`savepoint block_${depth}`), outer),
        commit: (depth, _, held) =>
          depth === 0 ? held.commit : held.control(`release savepoint block_${depth}`),
        rollback: (depth, held) =>
          depth === 0
            ? held.rollback
            : Effect.ignore(
                Effect.zipRight(
                  held.control(`rollback to savepoint block_${depth}`),
                  held.control(`release savepoint block_${depth}`),
                ),
              ),
        isUnknown: Clients.isLost,
      },
      { isConcurrent: true },
    );
    const { database, pool } = clients;
    const { schema = "public", applicationName = "ledgerfold" } = options;
    const service: Service = {
      database,
      schema,
      patience: clients.patience,
      use: (work) => inTurn((_, held) => work(held?.session ?? pool)),
      transaction,
      afterCommit,
      changes: yield* Announcements.make({ ...clients, schema, applicationName }),
    };
    return service;
  });
