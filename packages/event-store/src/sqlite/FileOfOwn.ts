import { closeSync, openSync, rmSync, statSync } from "node:fs";
import { Effect, Layer } from "effect";
import { sql } from "kysely";
import { DatabaseError, type StoreError } from "../DatabaseError.ts";
import * as Database from "./Database.ts";
import * as Query from "./Query.ts";

export interface Options extends Pick<Database.Options, "path" | "patience" | "again"> {
  /** The permissions of the file if it is made, before the process's umask. */
  readonly mode: number;
}

/**
 * A SQLite file to write to, made if it is not there, that is no file again where nothing was kept.
 *
 * A new file has a rollback journal and is empty until something is committed. So what is taken away
 * in the end holds nothing, and whoever opened it meanwhile gets an error from SQLite on writing: with
 * such a journal it looks whether the file is still there. A file that stays is in WAL mode at last,
 * as any that a store makes.
 */
export const layer = (options: Options) => Layer.scoped(Database.SqliteDatabase, make(options));

const make = ({ mode, ...options }: Options) =>
  Effect.gen(function* () {
    const { path } = options;
    const isOurs = yield* Effect.try({
      try: () => makeFile(path, mode),
      catch: (cause) =>
        new DatabaseError({ database: path, operation: "making it", code: cannotOpen, cause }),
    });
    const isEmpty = () => statSync(path).size === 0;
    const removeEmpty = () => {
      if (isOurs && isEmpty()) rmSync(path);
    };
    // One that cannot be written to by us is nobody's; who is in the way may be about to commit.
    const orRemove = <A, R>(opened: Effect.Effect<A, StoreError, R>) =>
      Effect.tapErrorTag(opened, "DatabaseError", () => Effect.sync(removeEmpty));
    const { database, wasEmpty } = yield* orRemove(open(options));
    const settle = Effect.gen(function* () {
      const look = database.run("looking at it", () => {
        const stays = !isEmpty();
        removeEmpty();
        return stays;
      });
      // The commit of a transaction writes a first page, which a file that was there is left without.
      const stays = yield* isOurs ? orRemove(database.transaction(look)) : look;
      if (stays) yield* database.run("going over to a WAL", () => database.execute(toWal));
    });
    // By then the run's work is committed or not, so a failure here is of no account.
    if (wasEmpty) yield* Effect.addFinalizer(() => Effect.ignore(settle));
    return database;
  });

const open = (options: Omit<Options, "mode">) =>
  Effect.gen(function* () {
    const database = yield* Database.make({ ...options, mode: "write", synchronous: "full" });
    // Reading takes back what a killed process left half written.
    const wasEmpty = yield* database.run(
      "looking at it",
      () => database.execute(pages)[0]?.pages === 0n,
    );
    return { database, wasEmpty };
  });

/** Makes the file; false where it is there already. */
const makeFile = (path: string, mode: number): boolean => {
  try {
    closeSync(openSync(path, "wx", mode));
    return true;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false;
    throw cause;
  }
};

const pages = Query.raw(sql<{ pages: bigint }>`select page_count as pages from pragma_page_count`);
const toWal = Query.raw(sql`pragma journal_mode = wal`);

/** SQLite's code for a file that cannot be opened. */
const cannotOpen = "SQLITE_CANTOPEN";
