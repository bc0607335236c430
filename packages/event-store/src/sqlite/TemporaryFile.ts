import { randomBytes } from "node:crypto";
import { readdirSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Effect, Schema, type Scope } from "effect";
import * as LeasedFile from "./LeasedFile.ts";

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
      Effect.suspend(() => attempt(() => reserve(purpose))),
      ({ remove }) => Effect.sync(remove),
    ),
    ({ path }) => path,
  );

/** The same for synchronous work, which has to remove it. Throws what `make` fails with. */
export const reserved = (purpose: string): LeasedFile.LeasedFile => {
  try {
    return reserve(purpose);
  } catch (cause) {
    throw new TemporaryFileFailed({ folder: folder(), cause });
  }
};

/** Removes what killed runs have left of such files, as `make` does; where it cannot, they stay. */
export const tidy = (purpose: string): Effect.Effect<void> =>
  Effect.ignore(attempt(() => sweep(folder(), purpose)));

const attempt = <A>(work: () => A) =>
  Effect.try({
    try: work,
    catch: (cause) => new TemporaryFileFailed({ folder: folder(), cause }),
  });

const reserve = (purpose: string): LeasedFile.LeasedFile => {
  const place = folder();
  sweep(place, purpose);
  return LeasedFile.reserve(() => {
    const name = `ledgerfold-${purpose}-${process.pid}-${randomBytes(4).toString("hex")}`;
    return named(join(place, name));
  });
};

/** Removes what killed runs have left. Files of other users, and of runs that live, stay. */
const sweep = (place: string, purpose: string): void => {
  const ours = new RegExp(`^(ledgerfold-${purpose}-\\d+-[0-9a-f]{8})\\.lock$`);
  for (const file of readdirSync(place)) {
    const name = ours.exec(file)?.[1];
    if (name !== undefined) LeasedFile.sweep(named(join(place, name)));
  }
};

const named = (path: string) => ({ path: `${path}.db`, lock: `${path}.lock` });
