import { Context, Effect, Layer, type Scope } from "effect";
import { DatabaseBusy } from "../DatabaseError.ts";
import type { StoreError } from "../EventStore.ts";
import * as Driver from "./Driver.ts";
import * as Failures from "./Failures.ts";
import type * as Notifications from "./Notifications.ts";
import type * as Pool from "./Pool.ts";
import * as Argument from "../internal/Argument.ts";
import * as Transactions from "../internal/Transactions.ts";

/** A PostgreSQL database to which a store and a program's own statements are connected. */

export type { Session } from "./Pool.ts";

/** What can be done on the connections. */
export interface Service {
  /** The URL without its password. */
  readonly database: string;
  /** Where the tables are. */
  readonly schema: string;
  /** Milliseconds. */
  readonly patience: number;
  /** The server's limit of a wait for a lock, in milliseconds: `patience` ends the wait before it. */
  readonly lockTimeout: number;
  /**
   * Work on the transaction that the fiber is in, which no other fiber of that gets in between, or
   * outside of one on the pool.
   */
  readonly use: <A, E, R>(
    work: (session: Pool.Session) => Effect.Effect<A, E, R>,
  ) => Effect.Effect<A, E | StoreError, R>;
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
  /** A connection beside the pool, for statements of one's own; it ends with the scope. */
  readonly beside: Effect.Effect<Pool.Session, StoreError, Scope.Scope>;
  /** Calls `work` each time that a connection has broken: the next may be to another server. */
  readonly onLoss: (work: () => void) => void;
  /** Signals of all who write to the log in this schema, in this process and in others. */
  readonly changes: Notifications.Notifications;
}

/**
 * One PostgreSQL database on a pool of connections. Queries are built and compiled by Kysely; texts
 * of JSON stay texts, and whole integers come back as numbers.
 */
export class PostgresDatabase extends Context.Tag("@ledgerfold/event-store/PostgresDatabase")<
  PostgresDatabase,
  Service
>() {}

/** Which database, and how it is connected to. */
export interface Options extends Pool.Options {
  /** Where the tables are. The default is `public`. */
  readonly schema?: string;
}

/**
 * Connects when it is first used, and ends the connections with the layer.
 *
 * @example
 * ```ts
 * import { layer, PostgresDatabase } from "@ledgerfold/event-store/postgres/Database";
 * import * as PostgresQuery from "@ledgerfold/event-store/postgres/Query";
 * import { Effect } from "effect";
 *
 * const orders = PostgresQuery.builder<{ orders: { id: number } }>("shop").selectFrom("orders");
 * const program = Effect.flatMap(PostgresDatabase, ({ use }) =>
 *   use((session) => session.execute("listing orders", orders.selectAll())),
 * );
 *
 * export const rows = Effect.provide(program, layer({ url: "postgresql://app@localhost/shop" }));
 * ```
 */
export const layer = (options: Options): Layer.Layer<PostgresDatabase, StoreError> =>
  Layer.scoped(PostgresDatabase, make(options));

/**
 * `layer` for who connects to several databases: they end with the scope.
 *
 * @example
 * ```ts
 * import * as Database from "@ledgerfold/event-store/postgres/Database";
 * import { Effect } from "effect";
 *
 * export const both = Effect.all({
 *   primary: Database.make({ url: "postgresql://app@db-1/shop" }),
 *   standby: Database.make({ url: "postgresql://app@db-2/shop", connections: 2 }),
 * });
 * ```
 */
export const make = (options: Options): Effect.Effect<Service, StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const problem = problemOf(options);
    if (problem !== undefined) return yield* problem;
    const driver = yield* Driver.load;
    const pool = yield* driver.Pool.make(options);
    const { inTurn, transaction, afterCommit } = Transactions.make<StoreError, Pool.Transaction>(
      {
        begin: (depth, restore, outer) =>
          outer === undefined
            ? pool.begin(restore)
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
        isUnknown: Failures.isUnknown,
      },
      {
        isConcurrent: true,
        patience: pool.patience,
        busy: () => new DatabaseBusy({ database: pool.database, reason: "own" }),
      },
    );
    const { schema = "public", applicationName = "ledgerfold" } = options;
    const service: Service = {
      database: pool.database,
      schema,
      patience: pool.patience,
      lockTimeout: pool.lockTimeout,
      use: (work) => inTurn((_, held) => work(held?.session ?? pool.session)),
      transaction,
      afterCommit,
      beside: pool.beside,
      onLoss: pool.onLoss,
      changes: yield* driver.Notifications.make({ ...pool, schema, applicationName }),
    };
    return service;
  });

/** PostgreSQL cuts longer names without a word, and two schemas would be one. */
const longestName = 63;

const problemOf = (options: Options) => {
  const { schema = "public", applicationName = "ledgerfold" } = options;
  return (
    Argument.name(operation, "schema", schema, longestName) ??
    Argument.name(operation, "applicationName", applicationName, longestName) ??
    Argument.whole(operation, "connections", options.connections, 1) ??
    Argument.duration(operation, "patience", options.patience) ??
    Argument.duration(operation, "idleInTransaction", options.idleInTransaction) ??
    Argument.oneOf(operation, "prepare", options.prepare, [true, false, undefined])
  );
};

const operation = "PostgresDatabase";
