import { closeSync, existsSync, openSync, rmSync } from "node:fs";
import Sqlite from "better-sqlite3";

/**
 * A file beside what a process is making, on which it holds a lock of the operating system. No end of
 * the process outlives it: whoever gets the lock knows that nobody makes that any more.
 */
export interface Lease {
  /** Removes its name while it is held still, so that nobody else takes it over. */
  readonly end: () => void;
}

/** Undefined where another run took it for a dead one's in the moment before it was locked. */
export const take = (path: string): Lease | undefined => {
  closeSync(openSync(path, "wx", 0o600));
  const lock = lockOn(path);
  if (lock !== undefined && existsSync(path)) return leaseOf(path, lock);
  lock?.close();
  return undefined;
};

/** That of a process which has ended; undefined where one holds it, or where it is gone or not ours. */
export const takeOver = (path: string): Lease | undefined => {
  const lock = lockOn(path);
  return lock === undefined ? undefined : leaseOf(path, lock);
};

const leaseOf = (path: string, lock: Sqlite.Database): Lease => ({
  end: () => {
    rmSync(path, { force: true });
    lock.close();
  },
});

const lockOn = (path: string): Sqlite.Database | undefined => {
  let connection: Sqlite.Database | undefined;
  try {
    connection = new Sqlite(path, { fileMustExist: true, timeout: 0 });
    // Nothing is written, so no journal needs to stand beside it.
    connection.exec("pragma journal_mode = memory; begin exclusive");
    return connection;
  } catch (cause) {
    connection?.close();
    if (cause instanceof Sqlite.SqliteError) return undefined;
    throw cause;
  }
};
