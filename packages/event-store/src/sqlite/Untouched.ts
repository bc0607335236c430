import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import type Sqlite from "better-sqlite3";
import * as Driver from "./Driver.ts";
import * as TemporaryFile from "./TemporaryFile.ts";

export interface Opened {
  readonly connection: Sqlite.Database;
  readonly close: () => void;
}

/**
 * Opens a SQLite file to look at it so that afterwards neither it nor its folder shows that anyone
 * did: no byte of the file or its WAL changes, and side files that opening made are gone, unless
 * another process has the file open by then. Where SQLite could only look by writing (a WAL or a
 * journal that nobody recovered yet, a folder that cannot be written to), a private copy is opened.
 */
export const open = (path: string, options: Sqlite.Options): Opened => {
  const file = realpathSync(path);
  const before = sideFiles(file);
  // Whoever has the file open keeps both; one alone was left behind, and SQLite would make the other.
  if (before.wal !== before.shm) return openCopy(file, options);
  // SQLite deletes the WAL of an empty file, though it may only read.
  if (before.wal && statSync(file).size === 0) return openCopy(file, options);
  const quietWal = !before.wal && isWal(file);
  if (quietWal && !canWrite(file)) return openCopy(file, options);
  const tidy = quietWal ? () => removeSideFiles(file) : () => {};
  try {
    const connection = Driver.open(file, { ...options, readonly: true });
    try {
      probe(connection);
    } catch (error) {
      connection.close();
      throw error;
    }
    const close = () => {
      connection.close();
      tidy();
    };
    return { connection, close };
  } catch (error) {
    tidy();
    if (!Driver.isOfSqlite(error) || !needsWriting.test(error.code)) throw error;
    return openCopy(file, options);
  }
};

/** SQLite's answers when looking would mean recovering, or making a file where it may not. */
const needsWriting = /^SQLITE_(CANTOPEN|READONLY)/;

const probe = (connection: Sqlite.Database) =>
  connection.prepare("select count(*) from sqlite_schema").get();

const sideFiles = (file: string) => {
  const wal = statSync(`${file}-wal`, { throwIfNoEntry: false });
  return { wal: wal !== undefined, walSize: wal?.size ?? 0, shm: existsSync(`${file}-shm`) };
};

/** Bytes 18 and 19 of the header are 2 in WAL mode, and SQLite goes by the latter. */
const isWal = (file: string): boolean => {
  const descriptor = openSync(file, "r");
  try {
    const header = Buffer.alloc(20);
    readSync(descriptor, header, 0, 20, 0);
    return header[19] === 2;
  } finally {
    closeSync(descriptor);
  }
};

const canWrite = (file: string): boolean => {
  try {
    accessSync(file, constants.W_OK);
    accessSync(dirname(file), constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/**
 * SQLite itself removes the side files when the last connection closes that may write, and nobody
 * else has the file open; an empty WAL gives it nothing to write before.
 */
const removeSideFiles = (file: string) => {
  const { wal, walSize, shm } = sideFiles(file);
  if (walSize > 0 || !(wal || shm)) return;
  const connection = Driver.open(file);
  try {
    probe(connection);
  } catch {
    // Of a damaged file it fails, and what stands beside it goes with the connection all the same.
  } finally {
    connection.close();
  }
};

const openCopy = (file: string, options: Sqlite.Options): Opened => {
  const { path, remove } = TemporaryFile.reserved("copy");
  try {
    copyWhileQuiet(file, path);
    const connection = Driver.open(path, options);
    const close = () => {
      connection.close();
      remove();
    };
    return { connection, close };
  } catch (error) {
    remove();
    throw error;
  }
};

/** Copies the file with what belongs to it, while nobody writes to it. */
const copyWhileQuiet = (file: string, copy: string): void => {
  const parts = ["", "-wal", "-journal"];
  const stamp = () =>
    parts
      .map((part) => statSync(`${file}${part}`, { bigint: true, throwIfNoEntry: false }))
      .map((found) => `${found?.size}/${found?.mtimeNs}`)
      .join();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const before = stamp();
    for (const part of parts) {
      rmSync(`${copy}${part}`, { force: true });
      if (existsSync(`${file}${part}`)) {
        copyFileSync(`${file}${part}`, `${copy}${part}`, constants.COPYFILE_FICLONE);
        // A file that may only be read gives its mode away, and what stands beside it is taken in.
        chmodSync(`${copy}${part}`, 0o600);
      }
    }
    if (stamp() === before) return;
  }
  throw new Error("the file keeps changing, and can only be read as a copy; stop who writes to it");
};
