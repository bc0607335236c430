import type { StoreError } from "@ledgerfold/event-store/EventStore";
import { Effect, Option } from "effect";
import * as DatabaseUrl from "./DatabaseUrl.ts";
import * as InFile from "./log/InFile.ts";
import type { Log } from "./log/Log.ts";
import * as SqliteFile from "./log/SqliteFile.ts";
import type { Rows } from "./Rows.ts";
import { UsageError } from "./UsageError.ts";

/** Where the log is that the command line names. */

interface Asked {
  readonly eventStoreUrl: Option.Option<string>;
  /** Of a command that makes backups. */
  readonly backup?: Option.Option<string>;
  readonly noBackup?: boolean;
  readonly otherNames: boolean;
}

/** The place that `--event-store-url` or EVENT_STORE_URL names; `name` is the command's. */
export const of = (
  { eventStoreUrl, backup = Option.none(), noBackup = false, otherNames }: Asked,
  rows: Rows,
  name: string,
): Effect.Effect<Log, UsageError | StoreError> => {
  if (Option.isNone(eventStoreUrl)) return Effect.succeed(InFile.make(rows));
  const url = eventStoreUrl.value;
  if (/^sqlite:/i.test(url)) {
    return Effect.flatMap(
      DatabaseUrl.named(url, DatabaseUrl.base(), "--event-store-url"),
      (named) => SqliteFile.make(named, rows, otherNames),
    );
  }
  if (!DatabaseUrl.isServer(url)) {
    // Not shown: it may hold a password all the same.
    return new UsageError({
      message: "--event-store-url must begin with postgresql://, postgres:// or sqlite:.",
    });
  }
  if (noBackup || Option.isSome(backup)) {
    return new UsageError({
      message:
        "With --event-store-url the rows are only read, so --backup and --no-backup mean nothing; PostgreSQL's own backup is yours to make.",
    });
  }
  return Effect.map(postgres, ({ make }) => make(url, name));
};

/** Loaded only where a URL says that the log is there. */
const postgres = Effect.promise(() => import("./log/Postgres.ts"));
