import { closeSync, existsSync, openSync, rmSync } from "node:fs";
import type Sqlite from "better-sqlite3";
import * as Driver from "./Driver.ts";

/**
 * A file that a process is making, beside which another stands on which it holds a lock of the
 * operating system. No end of the process outlives that: whoever gets the lock knows that nobody makes
 * the file any more.
 */
export interface LeasedFile {
  readonly path: string;
  /** With what SQLite keeps beside it. */
  readonly remove: () => void;
}

interface Names {
  readonly path: string;
  /** The path of the file with the lock. */
  readonly lock: string;
}

/** A new empty file, for its owner's eyes from the start, under the first of these names that works. */
export const reserve = (next: () => Names): LeasedFile => {
  for (let tries = 0; ; tries += 1) {
    const names = next();
    const held = take(names.lock);
    if (held === undefined) {
      if (tries < mostTries) continue;
      throw new Error(`no lock can be taken on a file such as ${names.lock}`);
    }
    const remove = () => end(names, held);
    try {
      closeSync(openSync(names.path, "wx", 0o600));
      return { path: names.path, remove };
    } catch (cause) {
      remove();
      throw cause;
    }
  }
};

/** Removes that of a process which has ended; where one makes it still, or it is not ours, it stays. */
export const sweep = (names: Names): void => {
  const held = lockOn(names.lock);
  if (held !== undefined) end(names, held);
};

/** The lock goes last, and is held until its name is gone, so that nobody else takes it over. */
const end = ({ path, lock }: Names, held: Sqlite.Database): void => {
  for (const part of ["", "-journal", "-wal", "-shm"]) rmSync(`${path}${part}`, { force: true });
  rmSync(lock, { force: true });
  held.close();
};

/** Undefined where another run took it for a dead one's in the moment before it was locked. */
const take = (path: string): Sqlite.Database | undefined => {
  closeSync(openSync(path, "wx", 0o600));
  const held = lockOn(path);
  if (held !== undefined && existsSync(path)) return held;
  held?.close();
  rmSync(path, { force: true });
  return undefined;
};

/** More than others can be in the way of, where a file system has locks. */
const mostTries = 100;

/** Undefined where another holds it, or where it is gone or not ours to open. */
const lockOn = (path: string): Sqlite.Database | undefined => {
  let connection: Sqlite.Database | undefined;
  try {
    connection = Driver.open(path, { fileMustExist: true, timeout: 0 });
    // Nothing is written, so no journal needs to stand beside it.
    connection.exec("pragma journal_mode = memory; begin exclusive");
    return connection;
  } catch (cause) {
    connection?.close();
    if (Driver.isOfSqlite(cause)) return undefined;
    throw cause;
  }
};
