import Sqlite from "better-sqlite3";
import { Context, Duration, Effect, FiberRef, Layer, Schedule, Schema } from "effect";
import type { Compilable } from "kysely";

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
  /** Turns synchronous work into an Effect; waits while another fiber is in a transaction. */
  readonly run: <A>(operation: string, work: () => A) => Effect.Effect<A, DatabaseError>;
  /**
   * All of `effect` or nothing: a failure or an interruption rolls back. Takes the write lock at
   * once (on a read-only connection: one snapshot), and joins a transaction that runs already.
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
  /** `create` makes a missing file, in WAL mode; the others fail. The default is `write`. */
  readonly mode?: "create" | "write" | "read";
  /**
   * What a commit waits for: with `full` it survives a power cut, with `normal` only a crash of the
   * process (in WAL mode). The default is `full`.
   */
  readonly synchronous?: "full" | "normal";
  /** How long to wait for another writer. The default is ten seconds. */
  readonly patience?: Duration.DurationInput;
}

export const layer = (options: Options): Layer.Layer<SqliteDatabase, DatabaseError> =>
  Layer.scoped(SqliteDatabase, make(options));

export const make = (options: Options) =>
  Effect.gen(function* () {
    const { path, mode = "write", patience = "10 seconds" } = options;
    const failure = (operation: string) => (cause: unknown) =>
      new DatabaseError({ path, operation, code: codeOf(cause), cause });
    const connection = yield* Effect.acquireRelease(
      Effect.try({ try: () => open(options), catch: failure("opening") }),
      (opened) => Effect.sync(() => opened.close()),
    );
    const statements = new Map<string, Sqlite.Statement<Array<unknown>>>();
    const statement = (sql: string) => {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      const prepared = connection.prepare<Array<unknown>>(sql);
      statements.set(sql, prepared);
      return prepared;
    };

    const mutex = yield* Effect.makeSemaphore(1);
    const inTransaction = FiberRef.unsafeMake(false);
    const alone = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      Effect.flatMap(FiberRef.get(inTransaction), (inside) =>
        inside ? effect : mutex.withPermits(1)(effect),
      );
    const command = (sql: string) =>
      Effect.try({
        try: () => connection.exec(sql),
        catch: (cause) => (isBusy(cause) ? new DatabaseBusy({ path }) : failure(sql)(cause)),
      }).pipe(
        Effect.retry({
          while: (error) => error._tag === "DatabaseBusy",
          schedule: Schedule.exponential("50 millis", 1.5).pipe(
            Schedule.jittered,
            Schedule.intersect(Schedule.recurUpTo(patience)),
          ),
        }),
      );

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
      run: (operation, work) => alone(Effect.try({ try: work, catch: failure(operation) })),
      transaction: (effect) =>
        Effect.flatMap(FiberRef.get(inTransaction), (inside) =>
          inside
            ? effect
            : Effect.uninterruptibleMask((restore) =>
                restore(command(mode === "read" ? "begin" : "begin immediate")).pipe(
                  Effect.zipRight(restore(Effect.locally(effect, inTransaction, true))),
                  Effect.tap(() => restore(command("commit"))),
                  Effect.onError(() =>
                    Effect.sync(() => {
                      if (connection.inTransaction) connection.exec("rollback");
                    }),
                  ),
                ),
              ).pipe(mutex.withPermits(1)),
        ),
    };
    return service;
  });

const open = (options: Options): Sqlite.Database => {
  const { path, mode = "write", synchronous = "full" } = options;
  const connection = new Sqlite(path, {
    readonly: mode === "read",
    fileMustExist: mode !== "create",
    timeout: waitInSqlite,
  });
  connection.defaultSafeIntegers();
  if (mode === "create") connection.pragma("journal_mode = wal");
  if (mode !== "read") connection.pragma(`synchronous = ${synchronous}`);
  connection.pragma(`cache_size = -${cacheKibibytes}`);
  return connection;
};

/** SQLite waits for a lock without letting anything else happen, so it may only wait briefly. */
const waitInSqlite = 1_000;
const cacheKibibytes = 65_536;

const codeOf = (cause: unknown): string =>
  cause instanceof Sqlite.SqliteError ? cause.code : "no SQLite code";

const isBusy = (cause: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(codeOf(cause));
