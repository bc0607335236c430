import type Sqlite from "better-sqlite3";
import { Context, Effect, Either, Exit, identity, Layer, Schedule, type Scope } from "effect";
import type { Compilable } from "kysely";
import { DatabaseBusy, DatabaseError, type StoreError } from "../DatabaseError.ts";
import { open } from "./Connection.ts";
import { type Options, patienceOf, problem } from "./Options.ts";
import * as Query from "./Query.ts";
import * as SameFile from "./SameFile.ts";
import { codeOf, isBusy } from "./SqliteError.ts";
import * as Recent from "../internal/Recent.ts";
import * as Transactions from "../internal/Transactions.ts";

/** A SQLite file that a store and a program's own statements share on one connection. */

export type { Options } from "./Options.ts";

/** A prepared statement; parameters are bound in the order in which the query names them. */
export interface Statement<Row> {
  readonly all: (...parameters: ReadonlyArray<unknown>) => Array<Row>;
  readonly get: (...parameters: ReadonlyArray<unknown>) => Row | undefined;
  readonly iterate: (...parameters: ReadonlyArray<unknown>) => IterableIterator<Row>;
  readonly run: (...parameters: ReadonlyArray<unknown>) => Changed;
}

/** What a statement has changed. */
export interface Changed {
  readonly changes: number;
  readonly lastInsertRowid: number | bigint;
}

/** What can be done on the connection. */
export interface Service {
  readonly path: string;
  /**
   * The statement of a query, prepared at its first use. Its calls are synchronous and throw: wrap
   * them with `run`. The parameters a query was built with are placeholders here.
   */
  readonly prepare: <Row>(query: Compilable<Row>) => Statement<Row>;
  /**
   * Runs a statement that fetches texts while it runs, where its query says `Query.text`: one
   * for many rows takes less than one for each. Synchronous and throws, like `prepare`.
   */
  readonly runWith: (
    columns: ReadonlyArray<ReadonlyArray<string>>,
    statement: Statement<unknown>,
    ...parameters: ReadonlyArray<unknown>
  ) => Changed;
  /** Runs a query with the parameters it was built with. Synchronous and throws, like `prepare`. */
  readonly execute: <Row>(query: Compilable<Row>) => Array<Row>;
  /**
   * Turns synchronous work into an Effect; waits while another fiber is in a transaction. Outside of
   * a transaction the work is done again from its start while another process is in the way, so what
   * writes more than once belongs in a transaction.
   */
  readonly run: <A>(
    operation: string,
    work: () => A,
  ) => Effect.Effect<A, DatabaseError | DatabaseBusy>;
  /**
   * All of `effect` or nothing: a failure or an interruption rolls back. Takes the write lock at
   * once (on a read-only connection: one snapshot). Inside a transaction that runs already it is a
   * part of it: it can fail alone, and stays only if the whole does. A fiber that is forked inside
   * works in the transaction until that ends, and after it outside.
   */
  readonly transaction: <A, E, R>(
    effect: Effect.Effect<A, E, R>,
  ) => Effect.Effect<A, E | DatabaseError | DatabaseBusy, R>;
  /**
   * Calls `work` once what this fiber wrote is committed, if it ever is; at once outside of all
   * transactions. Here that is always known.
   */
  readonly afterCommit: (work: (isKnown: boolean) => void) => Effect.Effect<void>;
  /**
   * Synchronous work as a transaction: kept when it succeeds. In one step as long as no other process
   * is in the way, which costs much less than `transaction` and `run`; then it may be done again.
   * `committed` is called once the outermost transaction around it is committed, if it ever is.
   */
  readonly atomic: <A, E>(
    operation: string,
    work: () => Exit.Exit<A, E>,
    committed?: () => void,
  ) => Effect.Effect<A, E | DatabaseError | DatabaseBusy>;
}

/**
 * One SQLite file on one connection. Queries are built by Kysely, compiled once and run through one
 * prepared statement per SQL text; whole integers come back as `bigint`.
 */
export class SqliteDatabase extends Context.Tag("@ledgerfold/event-store/SqliteDatabase")<
  SqliteDatabase,
  Service
>() {}

/**
 * Opens the file, and closes it with the layer.
 *
 * @example
 * ```ts
 * import { layer, SqliteDatabase } from "@ledgerfold/event-store/sqlite/Database";
 * import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
 * import { Effect } from "effect";
 * import { sql } from "kysely";
 *
 * const query = SqliteQuery.raw(sql<{ sum: bigint }>`select 1 + 2 as sum`);
 * const program = Effect.flatMap(SqliteDatabase, (database) =>
 *   database.run("adding", () => database.execute(query)),
 * );
 *
 * const rows = Effect.provide(program, layer({ path: ":memory:", mode: "create" }));
 * console.log(await Effect.runPromise(rows));
 * ```
 *
 * ```text
 * [ { sum: 3n } ]
 * ```
 */
export const layer = (options: Options): Layer.Layer<SqliteDatabase, StoreError> =>
  Layer.scoped(SqliteDatabase, make(options));

/**
 * `layer` for who opens several files: closed with the scope.
 *
 * @example
 * ```ts
 * import * as Database from "@ledgerfold/event-store/sqlite/Database";
 * import { Effect } from "effect";
 *
 * export const both = Effect.all({
 *   old: Database.make({ path: "old.db", mode: "read" }),
 *   new: Database.make({ path: "new.db" }),
 * });
 * ```
 */
export const make = (options: Options): Effect.Effect<Service, StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const refused = problem(options);
    if (refused !== undefined) return yield* refused;
    const { path, mode } = options;
    const patience = patienceOf(options);
    const { again: pauses = Schedule.upTo(Schedule.spaced(pause), patience) } = options;
    const failure = (operation: string, cause: unknown) =>
      isBusy(cause)
        ? new DatabaseBusy({ database: path })
        : new DatabaseError({ database: path, operation, code: codeOf(cause), cause });
    /** Does the work now, and gives what it throws as a failure. */
    const attempt = <A>(
      operation: string,
      work: () => A,
    ): Either.Either<A, DatabaseError | DatabaseBusy> => {
      try {
        return Either.right(work());
      } catch (cause) {
        return Either.left(failure(operation, cause));
      }
    };
    /** Can be interrupted only between two tries. */
    const patiently = <A>(
      restore: Transactions.Restore,
      tried: Effect.Effect<A, DatabaseError | DatabaseBusy>,
    ) => Effect.catchTag(tried, "DatabaseBusy", again(restore, tried));
    /** Tries again, after pauses, as long as another process is in the way. */
    const again =
      <A>(restore: Transactions.Restore, tried: Effect.Effect<A, DatabaseError | DatabaseBusy>) =>
      (busy: DatabaseBusy): Effect.Effect<A, DatabaseError | DatabaseBusy> =>
        Effect.flatMap(Schedule.driver(pauses), (driver) => {
          const afterPause = (busy: DatabaseBusy): typeof tried =>
            Effect.matchEffect(restore(driver.next(busy)), {
              onFailure: () => busy,
              onSuccess: () => Effect.catchTag(tried, "DatabaseBusy", afterPause),
            });
          return afterPause(busy);
        });

    const { connection } = yield* Effect.uninterruptibleMask((restore) =>
      Effect.tap(
        patiently(
          restore,
          Effect.suspend(() => attempt("opening", () => open(options))),
        ),
        (opened) => Effect.addFinalizer(() => Effect.sync(() => opened.close())),
      ),
    );
    // What only reads may have a copy open.
    const insistOnSame = mode === "read" ? nothing : SameFile.watch(path);
    const recent = Recent.make<Sqlite.Statement<Array<unknown>>>(mostStatements);
    const statement = (sql: string) => recent(sql, () => connection.prepare<Array<unknown>>(sql));

    let texts: ReadonlyArray<ReadonlyArray<string>> = [];
    for (const column of [0, 1, 2] as const) {
      const options = { directOnly: true, safeIntegers: false };
      const name = Query.functionOf(column);
      connection.function(name, options, (place) => texts[column]?.[place as number]);
    }

    connection.function(Query.lowerName, { deterministic: true, directOnly: true }, (text) =>
      typeof text === "string" ? text.toLowerCase() : null,
    );

    const exec = (sql: string) => void statement(sql).run();
    /** SQLite gives a whole transaction up when, for instance, the disk is full. */
    const inTransaction = <A>(work: () => A) => {
      if (!connection.inTransaction) throw new Error("SQLite has rolled the transaction back");
      return work();
    };
    const begin = () => {
      insistOnSame();
      exec(mode === "read" ? "begin" : "begin immediate");
      if (mode !== "read") return;
      try {
        // Only the first read fixes what a reading transaction sees.
        connection.pragma("schema_version");
      } catch (cause) {
        exec("rollback");
        throw cause;
      }
    };
    const tryToBegin = Effect.suspend(() => attempt("begin", begin));
    const tryToCommit = Effect.suspend(() => attempt("commit", () => exec("commit")));
    const { inTurn, transaction, afterCommit } = Transactions.make<DatabaseError | DatabaseBusy>(
      {
        begin: (depth, restore) =>
          depth === 0
            ? patiently(restore, tryToBegin)
            : attempt("begin", () => inTransaction(() => exec("savepoint block"))),
        commit: (depth, restore) =>
          depth === 0
            ? patiently(restore, tryToCommit)
            : attempt("commit", () => inTransaction(() => exec("release block"))),
        rollback: (depth) =>
          Effect.sync(() => {
            if (!connection.inTransaction) return;
            if (depth === 0) return exec("rollback");
            exec("rollback to block");
            exec("release block");
          }),
      },
      { patience, busy: () => new DatabaseBusy({ database: path, reason: "own" }) },
    );

    const run: Service["run"] = (operation, work) =>
      inTurn((depth) => {
        if (depth > 0) return attempt(operation, () => inTransaction(work));
        const alone = () => {
          insistOnSame();
          return work();
        };
        const tried = attempt(operation, alone);
        return isLeftBusy(tried)
          ? again(
              identity,
              inTurn(() => attempt(operation, alone)),
            )(tried.left)
          : tried;
      });
    const inOneStep = <A, E>(work: () => Exit.Exit<A, E>): Exit.Exit<A, E> => {
      begin();
      try {
        const exit = work();
        exec(Exit.isSuccess(exit) ? "commit" : "rollback");
        return exit;
      } catch (cause) {
        if (connection.inTransaction) exec("rollback");
        throw cause;
      }
    };
    const atomic: Service["atomic"] = (operation, work, committed = nothing) => {
      const inSteps = transaction(
        Effect.zipLeft(Effect.flatten(run(operation, work)), afterCommit(committed)),
      );
      return inTurn((depth) => {
        if (depth > 0) return inSteps;
        const tried = attempt(operation, () => inOneStep(work));
        if (Either.isRight(tried)) {
          if (Exit.isSuccess(tried.right)) committed();
          return tried.right;
        }
        return isLeftBusy(tried) ? inSteps : tried.left;
      });
    };

    const service: Service = {
      path,
      prepare: <Row>(query: Compilable<Row>) => statement(query.compile().sql) as Statement<Row>,
      runWith: (columns, statement, ...parameters) => {
        texts = columns;
        try {
          return statement.run(...parameters);
        } finally {
          texts = [];
        }
      },
      execute: <Row>(query: Compilable<Row>) => {
        const { sql, parameters } = query.compile();
        const prepared = statement(sql);
        if (prepared.reader) return prepared.all(...parameters) as Array<Row>;
        prepared.run(...parameters);
        return [];
      },
      run,
      transaction,
      afterCommit,
      atomic,
    };
    return service;
  });

const isLeftBusy = <A, E>(
  tried: Either.Either<A, E | DatabaseBusy>,
): tried is Either.Left<DatabaseBusy, A> =>
  Either.isLeft(tried) && tried.left instanceof DatabaseBusy;

const nothing = () => {};

/** A text for each size of a batch would otherwise be kept as long as the connection lives. */
const mostStatements = 500;

const pause = "50 millis";
