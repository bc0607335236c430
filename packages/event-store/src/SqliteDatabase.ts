import type Sqlite from "better-sqlite3";
import { Clock, Context, type Duration, Effect, Layer, Schema } from "effect";
import type { Compilable } from "kysely";
import { codeOf, isBusy, open, patienceOf } from "./internal/Connection.ts";
import * as Transactions from "./internal/Transactions.ts";

/**
 * One SQLite file on one connection. Queries are built by Kysely, compiled once and run through one
 * prepared statement per SQL text; whole integers come back as `bigint`.
 */

export class DatabaseError extends Schema.TaggedError<DatabaseError>()("DatabaseError", {
  path: Schema.String,
  operation: Schema.String,
  /** SQLite's own name of the failure, such as `SQLITE_FULL`, where it gave one. */
  code: Schema.String,
  cause: Schema.Defect,
}) {
  override get message() {
    const reason = this.cause instanceof Error ? this.cause.message : String(this.cause);
    return `${this.path}: ${this.operation} failed: ${reason} (${this.code}).`;
  }
}

/** Another connection held the database for longer than this one was ready to wait. */
export class DatabaseBusy extends Schema.TaggedError<DatabaseBusy>()("DatabaseBusy", {
  path: Schema.String,
}) {
  override get message() {
    return `${this.path} is held by another process. Wait until that is done, or stop it, and try again.`;
  }
}

/** A prepared statement; parameters are bound in the order in which the query names them. */
export interface Statement<Row> {
  readonly all: (...parameters: ReadonlyArray<unknown>) => Array<Row>;
  readonly get: (...parameters: ReadonlyArray<unknown>) => Row | undefined;
  readonly iterate: (...parameters: ReadonlyArray<unknown>) => IterableIterator<Row>;
  readonly run: (...parameters: ReadonlyArray<unknown>) => {
    readonly changes: number;
    readonly lastInsertRowid: number | bigint;
  };
}

export interface Service {
  readonly path: string;
  /**
   * The statement of a query, prepared at its first use. Its calls are synchronous and throw: wrap
   * them with `run`. The parameters a query was built with are placeholders here.
   */
  readonly prepare: <Row>(query: Compilable<Row>) => Statement<Row>;
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
}

export class SqliteDatabase extends Context.Tag("@ledgerfold/event-store/SqliteDatabase")<
  SqliteDatabase,
  Service
>() {}

export interface Options {
  readonly path: string;
  /**
   * `create` makes a missing file, in WAL mode; the others fail. A file that is there keeps its
   * journal mode. The default is `write`.
   */
  readonly mode?: "create" | "write" | "read";
  /**
   * What a commit waits for: with `full` it survives a power cut, with `normal` only a crash of the
   * process (in WAL mode). The default is `full`.
   */
  readonly synchronous?: "full" | "normal";
  /** How long to wait for another writer. The default is ten seconds. */
  readonly patience?: Duration.DurationInput;
}

export const layer = (
  options: Options,
): Layer.Layer<SqliteDatabase, DatabaseError | DatabaseBusy> =>
  Layer.scoped(SqliteDatabase, make(options));

export const make = (options: Options) =>
  Effect.gen(function* () {
    const { path, mode } = options;
    const patience = patienceOf(options);
    const failure = (operation: string) => (cause: unknown) =>
      isBusy(cause)
        ? new DatabaseBusy({ path })
        : new DatabaseError({ path, operation, code: codeOf(cause), cause });
    const attempt = <A>(operation: string, work: () => A) =>
      Effect.try({ try: work, catch: failure(operation) });
    /** Tries again while another process is in the way. Can be interrupted only between two tries. */
    const patiently = <A>(restore: Transactions.Restore, operation: string, work: () => A) =>
      Effect.flatMap(Clock.currentTimeMillis, (start) => {
        const again = (busy: DatabaseBusy): Effect.Effect<A, DatabaseError | DatabaseBusy> =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            now - start >= patience ? busy : Effect.zipRight(restore(Effect.sleep(pause)), tries),
          );
        const tries = Effect.catchTag(attempt(operation, work), "DatabaseBusy", again);
        return tries;
      });

    const { connection } = yield* Effect.uninterruptibleMask((restore) =>
      Effect.tap(
        patiently(restore, "opening", () => open(options)),
        (opened) => Effect.addFinalizer(() => Effect.sync(() => opened.close())),
      ),
    );
    const statements = new Map<string, Sqlite.Statement<Array<unknown>>>();
    const statement = (sql: string) => {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      const prepared = connection.prepare<Array<unknown>>(sql);
      statements.set(sql, prepared);
      return prepared;
    };

    /** SQLite gives a whole transaction up when, for instance, the disk is full. */
    const inTransaction = <A>(work: () => A) => {
      if (!connection.inTransaction) throw new Error("SQLite has rolled the transaction back");
      return work();
    };
    const begin = () => {
      connection.exec(mode === "read" ? "begin" : "begin immediate");
      if (mode !== "read") return;
      try {
        // Only the first read fixes what a reading transaction sees.
        connection.pragma("schema_version");
      } catch (cause) {
        connection.exec("rollback");
        throw cause;
      }
    };
    const { inTurn, transaction } = Transactions.make({
      begin: (depth, restore) =>
        depth === 0
          ? patiently(restore, "begin", begin)
          : attempt("begin", () => inTransaction(() => connection.exec("savepoint block"))),
      commit: (depth, restore) =>
        depth === 0
          ? patiently(restore, "commit", () => connection.exec("commit"))
          : attempt("commit", () => inTransaction(() => connection.exec("release block"))),
      rollback: (depth) =>
        Effect.sync(() => {
          if (!connection.inTransaction) return;
          connection.exec(depth === 0 ? "rollback" : "rollback to block; release block");
        }),
    });

    const service: Service = {
      path,
      prepare: <Row>(query: Compilable<Row>) => statement(query.compile().sql) as Statement<Row>,
      execute: <Row>(query: Compilable<Row>) => {
        const { sql, parameters } = query.compile();
        const prepared = statement(sql);
        if (prepared.reader) return prepared.all(...parameters) as Array<Row>;
        prepared.run(...parameters);
        return [];
      },
      run: (operation, work) =>
        inTurn(({ depth }) =>
          depth === 0
            ? Effect.uninterruptibleMask((restore) => patiently(restore, operation, work))
            : attempt(operation, () => inTransaction(work)),
        ),
      transaction,
    };
    return service;
  });

const pause = "50 millis";
