import { closeSync, existsSync, fsyncSync, openSync, statSync } from "node:fs";
import { basename } from "node:path";
import type Sqlite from "better-sqlite3";
import { Effect, Schema, Stream } from "effect";
import * as Draft from "../Draft.ts";
import * as Content from "./Content.ts";
import * as Driver from "./Driver.ts";
import * as LeasedDraft from "./LeasedDraft.ts";

/** A checked copy of a SQLite file, made while other connections have it open. */

/** There is no backup, and nothing of a half one is left. The database was only read. */
export class BackupFailed extends Schema.TaggedError<BackupFailed>()("BackupFailed", {
  /** The file that was to be copied. */
  database: Schema.String,
  /** The file that was to be made. */
  backup: Schema.String,
  /** What is wrong, and what to do about it: clauses without a full stop. */
  reason: Schema.String,
  advice: Schema.String,
  cause: Schema.optional(Schema.Defect),
}) {
  override get message() {
    return `The backup ${this.backup} of ${this.database} failed: ${this.reason}. Nothing was changed; ${this.advice}.`;
  }
}

/** From where to where. */
export interface Options {
  /** The path of the database. */
  readonly database: string;
  /** The path of the copy; a file that is there already is refused. */
  readonly backup: string;
  /** Told now and then how many pages are copied, while there are more to come. */
  readonly onProgress?: (progress: Progress) => Effect.Effect<void>;
}

/** Pages of the file. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** A copy that is there for good. */
export interface Backup {
  readonly path: string;
  readonly bytes: number;
  /** Half backups of the same file that are there and that nobody can tell to be a dead run's. */
  readonly strays: ReadonlyArray<string>;
}

/**
 * Copies what the database holds now, its WAL included, page by page on a connection of its own, and
 * gives the copy its name when it is on the disk, SQLite finds no fault in it and it holds what the
 * database holds. Readers go on meanwhile; whoever wants no writes in between holds the write lock.
 * Only the file's owner may read the copy. An interruption stops it between two steps and leaves
 * nothing; what a killed process leaves, `.partial` and what stands beside it, the next backup of the
 * same file to the same folder removes.
 *
 * @example
 * ```ts
 * import * as Backup from "@ledgerfold/event-store/sqlite/Backup";
 * import { Effect } from "effect";
 *
 * export const nightly = Backup.make({
 *   database: "orders.db",
 *   backup: "orders-2026-11-30.db",
 *   onProgress: ({ done, total }) => Effect.logDebug(`${done} of ${total} pages`),
 * });
 * ```
 */
export const make = Effect.fn("SqliteBackup.make")(function* (options: Options) {
  const { database, backup, onProgress = () => Effect.void } = options;
  const failed = (reason: string, advice: string, cause?: unknown) =>
    new BackupFailed({ database, backup, reason, advice, cause });
  const because = (cause: unknown) =>
    cause instanceof BackupFailed ? cause : failed(messageOf(cause), elsewhere, cause);
  const attempt = <A>(work: () => A) => Effect.try({ try: work, catch: because });

  const source = yield* Effect.acquireRelease(
    attempt(() => open(database, { readonly: true })),
    (connection) => Effect.sync(() => connection.close()),
  );
  // One snapshot for the copy and for what the copy is compared with.
  yield* attempt(() => {
    source.exec("begin");
    source.pragma("schema_version");
  });
  const draft = yield* Effect.acquireRelease(
    attempt(() => LeasedDraft.reserve(backup, isOfSame(backup))),
    ({ remove }) => Effect.sync(remove),
  ).pipe(Effect.map(({ path }) => path));
  yield* Stream.runForEach(copy(source, draft), onProgress).pipe(Effect.mapError(because));
  yield* attempt(() => sync(draft));
  const [fault] = yield* attempt(() => faults(draft));
  if (fault !== undefined) {
    return yield* failed(`SQLite finds fault with the file: ${fault}`, repair);
  }
  if (!(yield* Effect.mapError(isCopy(source, draft), because))) {
    return yield* failed("the copy does not hold what the database holds", "look at the disk");
  }
  return yield* attempt((): Backup => {
    Draft.publish(draft, backup);
    return { path: backup, bytes: statSync(backup).size, strays: strays(backup, draft) };
  });
}, Effect.scoped);

const elsewhere = "see to that, or put the backup elsewhere";
const repair =
  "repair it first, for instance from an older backup or with sqlite3's .recover command";

const messageOf = (cause: unknown): string =>
  Driver.isOfSqlite(cause)
    ? `${cause.message} (${cause.code})`
    : cause instanceof Error
      ? cause.message
      : String(cause);

const open = (path: string, options: Sqlite.Options): Sqlite.Database => {
  const connection = Driver.open(path, { fileMustExist: true, timeout: patience, ...options });
  connection.defaultSafeIntegers();
  return connection;
};

/** Milliseconds. */
const patience = 10_000;

/** In an exclusive mode a file in WAL mode needs no shared memory beside it. */
const openCopy = (path: string): Sqlite.Database => {
  const connection = open(path, {});
  connection.pragma("locking_mode = exclusive");
  connection.pragma("query_only = on");
  // What a row may hold is for others to judge.
  connection.pragma("ignore_check_constraints = on");
  return connection;
};

const faults = (draft: string): ReadonlyArray<string> => {
  const connection = openCopy(draft);
  try {
    const lines = connection.prepare<[], string>("pragma integrity_check").pluck().all();
    return lines.filter((line) => line !== "ok").map((line) => line.replace(/[\p{Cc}\s]+/gu, " "));
  } finally {
    connection.close();
  }
};

/** Ends the snapshot. What SQLite keeps beside a copy in WAL mode is empty, and goes with the draft's name. */
const isCopy = (source: Sqlite.Database, draft: string): Effect.Effect<boolean, unknown> =>
  Effect.acquireUseRelease(
    Effect.try({
      try: () => source.prepare("attach ? as copy").run(draft),
      catch: (cause) => cause,
    }),
    () => Content.isSame(source, "copy"),
    () =>
      Effect.sync(() => {
        if (source.inTransaction) source.exec("rollback");
        source.exec("detach copy");
      }),
  );

/** Whether a backup is of the same file, whenever it was begun. */
const isOfSame = (backup: string) => {
  const named = (name: string) => name.replace(/\.\d{8}T\d{6}\.\d{3}Z\.backup$/, "");
  return (name: string) => named(name) === named(basename(backup));
};

/** Of versions that held no lock. */
const strays = (backup: string, own: string): ReadonlyArray<string> =>
  LeasedDraft.find(backup, isOfSame(backup)).filter(
    (path) => path !== own && !existsSync(LeasedDraft.lockOf(path)),
  );

/** Waits until a file is on the disk. */
const sync = (path: string) => {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

/** The copy in progress, which stops before its next step when nobody listens any more. */
const copy = (source: Sqlite.Database, draft: string): Stream.Stream<Progress, unknown> =>
  Stream.asyncPush<Progress, unknown>(
    (emit) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          let stopped = false;
          const progress = ({ totalPages, remainingPages }: Sqlite.BackupMetadata) => {
            if (stopped) throw new Error("stopped");
            const done = totalPages - remainingPages;
            if (done > 0) emit.single({ done, total: totalPages });
            return pagesAtOnce;
          };
          const ended = source.backup(draft, { progress }).then(
            () => emit.end(),
            (cause) => emit.fail(cause),
          );
          return () => {
            stopped = true;
            return ended;
          };
        }),
        (stop) => Effect.promise(stop),
      ),
    { bufferSize: "unbounded" },
  );

const pagesAtOnce = 500;
