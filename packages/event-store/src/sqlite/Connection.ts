import Sqlite from "better-sqlite3";
import { Duration, type Schedule } from "effect";
import type { DatabaseBusy } from "../DatabaseError.ts";
import * as Argument from "../internal/Argument.ts";
import * as Untouched from "./Untouched.ts";

/** Which file, and how it is opened. */
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
  /**
   * When to try again while another process is in the way. The default is every 50 milliseconds for
   * as long as the patience.
   */
  readonly again?: Schedule.Schedule<unknown, DatabaseBusy>;
}

export const problem = ({ path, mode, synchronous, patience }: Options) =>
  Argument.fileName(operation, "path", path) ??
  Argument.oneOf(operation, "mode", mode, ["create", "write", "read", undefined]) ??
  Argument.oneOf(operation, "synchronous", synchronous, ["full", "normal", undefined]) ??
  Argument.duration(operation, "patience", patience);

const operation = "SqliteDatabase";

/** A connection that only reads leaves no trace of itself when it closes. */
export const open = (options: Options): Untouched.Opened => {
  const { path, mode = "write" } = options;
  const timeout = Math.min(waitInSqlite, patienceOf(options));
  const opened =
    mode === "read" ? Untouched.open(path, { timeout }) : openToWrite(path, mode, timeout);
  try {
    configure(opened.connection, options);
    return opened;
  } catch (cause) {
    opened.close();
    throw cause;
  }
};

const openToWrite = (path: string, mode: "create" | "write", timeout: number): Untouched.Opened => {
  const connection = new Sqlite(path, { fileMustExist: mode !== "create", timeout });
  return { connection, close: () => connection.close() };
};

const configure = (connection: Sqlite.Database, options: Options) => {
  const { mode, synchronous = "full" } = options;
  connection.defaultSafeIntegers();
  const isNew = mode === "create" && connection.pragma("page_count", { simple: true }) === 0n;
  if (isNew) connection.pragma("journal_mode = wal");
  // Without WAL, what SQLite calls full leaves it to the disk when the journal that would take a
  // commit back is gone.
  const asSqliteHasIt = synchronous === "full" ? "extra" : synchronous;
  if (mode !== "read") connection.pragma(`synchronous = ${asSqliteHasIt}`);
  connection.pragma(`cache_size = -${cacheKibibytes}`);
};

export const patienceOf = ({ patience = "10 seconds" }: Options) => Duration.toMillis(patience);

/** SQLite waits for a lock without letting anything else happen, so it may only wait briefly. */
const waitInSqlite = 100;
const cacheKibibytes = 16_384;
