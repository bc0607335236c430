import type { EventStore, StoreError } from "@ledgerfold/event-store/EventStore";
import type { UnfitTable } from "@ledgerfold/event-store/UnfitTable";
import type { Service as Sqlite, SqliteDatabase } from "@ledgerfold/event-store/sqlite/Database";
import { Context, type Effect, type Layer } from "effect";
import type * as DatabaseUrl from "../DatabaseUrl.ts";

/**
 * Where the log is, and what that asks of a run. Each kind of place is a module of this folder that
 * makes one of these, and `LogPlace.of` knows which one a URL names; nobody else asks what kind it is.
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
  ) => Effect.Effect<string | undefined, StoreError | UnfitTable>;
}

interface File extends DatabaseUrl.Named {
  /** Whether there is none yet, or an empty one, so that there is nothing to back up. */
  readonly isNew: boolean;
  /** The log in a copy of the file. */
  readonly at: (path: string) => Log;
}

/** The database of the log while it is open to be written; undefined where it is no SQLite file. */
export class LogFile extends Context.Tag("@ledgerfold/migration-cli/LogFile")<
  LogFile,
  Sqlite | undefined
>() {}
