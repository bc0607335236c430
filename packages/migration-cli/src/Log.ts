import type { EventStore, StoreError } from "@ledgerfold/event-store/EventStore";
import type { Service as Sqlite, SqliteDatabase } from "@ledgerfold/event-store/sqlite/Database";
import { Context, Effect, type Layer, Option } from "effect";
import * as DatabaseUrl from "./DatabaseUrl.ts";
import * as InFile from "./log/InFile.ts";
import * as SqliteFile from "./log/SqliteFile.ts";
import type { Rows } from "./Rows.ts";
import { UsageError } from "./UsageError.ts";

/**
 * Where the log is, and what that asks of a run. Each kind of place is a module in `log/` that makes
 * one of these, and `of` knows which one a URL names; nobody else asks what kind it is.
 */
export interface Log {
  /**
   * What sentences call the place, as in `only those in PostgreSQL`; undefined in the file of the
   * rows, where one connection and one transaction serve both.
   */
  readonly elsewhere: string | undefined;
  /** The store, to look: nothing is written, nor made. */
  readonly looking: Layer.Layer<EventStore, StoreError, SqliteDatabase>;
  /** The store, to write; the rows' database is open for that only where both are one file. */
  readonly writing: Layer.Layer<EventStore | LogFile, StoreError, SqliteDatabase>;
  /** The SQLite file that it is in, which a run backs up before it writes; else undefined. */
  readonly file: File | undefined;
  /**
   * Puts what a verification reads of the log before the tables of the rows' database. Gives where
   * the log is, as a report names it.
   */
  readonly copyTo: (
    rows: Sqlite,
    views: ReadonlyArray<string>,
    onProgress: (done: number) => Effect.Effect<void>,
  ) => Effect.Effect<string | undefined, StoreError>;
}

interface File {
  readonly path: string;
  /** Whether there is none yet, or an empty one, so that there is nothing to back up. */
  readonly isNew: boolean;
}

/** The database of the log while it is open to be written; undefined where it is no SQLite file. */
export class LogFile extends Context.Tag("@ledgerfold/migration-cli/LogFile")<
  LogFile,
  Sqlite | undefined
>() {}

interface Asked {
  readonly eventStoreUrl: Option.Option<string>;
  /** Of a command that makes backups. */
  readonly backup?: Option.Option<string>;
  readonly noBackup?: boolean;
}

/** The place that `--event-store-url` or EVENT_STORE_URL names; `name` is the command's. */
export const of = (
  { eventStoreUrl, backup = Option.none(), noBackup = false }: Asked,
  rows: Rows,
  name: string,
): Effect.Effect<Log, UsageError | StoreError> => {
  if (Option.isNone(eventStoreUrl)) return Effect.succeed(InFile.make(rows.path));
  const url = eventStoreUrl.value;
  if (/^sqlite:/i.test(url)) {
    return Effect.flatMap(
      DatabaseUrl.toPath(url, DatabaseUrl.base(), "--event-store-url"),
      (path) => SqliteFile.make(path, rows),
    );
  }
  if (!/^postgres(ql)?:\/\//i.test(url)) {
    // Not shown: it may hold a password all the same.
    return new UsageError({
      message: "--event-store-url must begin with postgresql://, postgres:// or sqlite:.",
    });
  }
  if (noBackup || Option.isSome(backup)) {
    return new UsageError({
      message:
        "With --event-store-url the file is only read, so --backup and --no-backup mean nothing; PostgreSQL's own backup is yours to make.",
    });
  }
  return Effect.map(postgres, ({ make }) => make(url, name));
};

/** Loaded only where a URL says that the log is there. */
const postgres = Effect.promise(() => import("./log/Postgres.ts"));
