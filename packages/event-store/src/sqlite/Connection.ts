import type Sqlite from "better-sqlite3";
import * as Driver from "./Driver.ts";
import { type Options, patienceOf } from "./Options.ts";
import * as Untouched from "./Untouched.ts";

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
  const connection = Driver.open(path, { fileMustExist: mode !== "create", timeout });
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

/** SQLite waits for a lock without letting anything else happen, so it may only wait briefly. */
const waitInSqlite = 100;
const cacheKibibytes = 16_384;
