import Sqlite from "better-sqlite3";
import { Duration } from "effect";
import type { Options } from "../SqliteDatabase.ts";

export const open = (options: Options): Sqlite.Database => {
  const { path, mode = "write", synchronous = "full" } = options;
  const connection = new Sqlite(path, {
    readonly: mode === "read",
    fileMustExist: mode !== "create",
    timeout: Math.min(waitInSqlite, patienceOf(options)),
  });
  try {
    connection.defaultSafeIntegers();
    const isNew = mode === "create" && connection.pragma("page_count", { simple: true }) === 0n;
    if (isNew) connection.pragma("journal_mode = wal");
    if (mode !== "read") connection.pragma(`synchronous = ${synchronous}`);
    connection.pragma(`cache_size = -${cacheKibibytes}`);
    return connection;
  } catch (cause) {
    connection.close();
    throw cause;
  }
};

export const patienceOf = ({ patience = "10 seconds" }: Options) => Duration.toMillis(patience);

/** SQLite waits for a lock without letting anything else happen, so it may only wait briefly. */
const waitInSqlite = 100;
const cacheKibibytes = 65_536;

export const codeOf = (cause: unknown): string =>
  cause instanceof Sqlite.SqliteError ? cause.code : "no SQLite code";

export const isBusy = (cause: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(codeOf(cause));
