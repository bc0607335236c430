import { randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { Effect, Schema, type Scope } from "effect";

/**
 * A file for one run alone: it goes when the scope ends and, where the process was killed, with the
 * next run that makes one, or tidies up, in the same folder.
 *
 * Beside `ledgerfold-copy-4711-5f3a9c01.db` stands `….lock`, on which the owner holds a lock of the
 * operating system, which no end of the process outlives. The number of the process in the name is
 * for people: it may be another's by now, or one of another container.
 */

/** Nothing was made, or nothing of it is left. */
export class TemporaryFileFailed extends Schema.TaggedError<TemporaryFileFailed>()(
  "TemporaryFileFailed",
  { folder: Schema.String, cause: Schema.Defect },
) {
  override get message() {
    const reason = this.cause instanceof Error ? this.cause.message : String(this.cause);
    return `No temporary file can be made in ${this.folder}: ${reason}. Nothing was changed; ${elsewhere}.`;
  }
}

/** The folder's file system is too full for what is to be made. */
export class NoRoom extends Schema.TaggedError<NoRoom>()("NoRoom", {
  folder: Schema.String,
  /** What is to be made, as `the copy of the tables`. */
  what: Schema.String,
  /** Bytes. */
  free: Schema.Number,
  /** Bytes. */
  needed: Schema.Number,
}) {
  override get message() {
    const [free, needed] = [this.free, this.needed].map(
      (bytes) => `${(bytes / 1e6).toFixed(1)} MB`,
    );
    return `${this.folder} has ${free} free, and ${this.what} may need ${needed}. Nothing was changed; free some space, or ${elsewhere}.`;
  }
}

const elsewhere = "name another folder in SQLITE_TMPDIR";

/** Where SQLite itself puts what is temporary: SQLITE_TMPDIR, or the system's folder for that. */
const folder = (): string => process.env.SQLITE_TMPDIR || tmpdir();

/** Fails where the folder has less than so many bytes free. */
export const insistOnRoom = (
  what: string,
  needed: number,
): Effect.Effect<void, NoRoom | TemporaryFileFailed> =>
  Effect.flatMap(
    attempt(() => statfsSync(folder())),
    ({ bavail, bsize }) => {
      const free = bavail * bsize;
      return free < needed ? new NoRoom({ folder: folder(), what, free, needed }) : Effect.void;
    },
  );

/** The path of a new empty file that only its owner may read. `purpose` is a part of its name. */
export const make = (purpose: string): Effect.Effect<string, TemporaryFileFailed, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      attempt(() => {
        sweep(folder(), purpose);
        return reserve(folder(), purpose);
      }),
      ({ path, lock }) => Effect.sync(() => end(path, lock)),
    ),
    ({ path }) => path,
  );

/** Removes what killed runs have left of such files, as `make` does; where it cannot, they stay. */
export const tidy = (purpose: string): Effect.Effect<void> =>
  Effect.ignore(attempt(() => sweep(folder(), purpose)));

const attempt = <A>(work: () => A) =>
  Effect.try({
    try: work,
    catch: (cause) => new TemporaryFileFailed({ folder: folder(), cause }),
  });

interface Reserved {
  readonly path: string;
  readonly lock: Sqlite.Database;
}

const reserve = (place: string, purpose: string): Reserved => {
  for (;;) {
    const name = `ledgerfold-${purpose}-${process.pid}-${randomBytes(4).toString("hex")}`;
    const path = join(place, `${name}.db`);
    closeSync(openSync(lockOf(path), "wx", 0o600));
    const lock = lockOn(lockOf(path));
    // Another run may have taken it for a dead one's in the moment before it was locked.
    if (lock === undefined || !existsSync(lockOf(path))) {
      lock?.close();
      continue;
    }
    try {
      closeSync(openSync(path, "wx", 0o600));
      return { path, lock };
    } catch (cause) {
      end(path, lock);
      throw cause;
    }
  }
};

/** Removes what killed runs have left. Files of other users, and of runs that live, stay. */
const sweep = (place: string, purpose: string): void => {
  const ours = new RegExp(`^ledgerfold-${purpose}-\\d+-[0-9a-f]{8}\\.lock$`);
  for (const name of readdirSync(place).filter((one) => ours.test(one))) {
    const path = join(place, name);
    const lock = lockOn(path);
    if (lock === undefined) continue;
    end(path.replace(/lock$/, "db"), lock);
  }
};

const lockOf = (path: string) => path.replace(/db$/, "lock");

/** Undefined where another holds it, or where it is gone or not ours to open. */
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

/** The lock goes last, and is held until its name is gone, so that nobody else takes it over. */
const end = (path: string, lock: Sqlite.Database): void => {
  for (const part of ["", "-journal", "-wal", "-shm"]) rmSync(`${path}${part}`, { force: true });
  rmSync(lockOf(path), { force: true });
  lock.close();
};
