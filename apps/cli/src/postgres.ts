import * as PostgresDatabase from "@ledgerfold/event-store/PostgresDatabase";
import { layerDatabase } from "@ledgerfold/event-store/postgres/layer";
import * as EventCopy from "@ledgerfold/migration/postgres/EventCopy";
import type { Service as Sqlite } from "@ledgerfold/event-store/SqliteDatabase";
import { Effect, Layer } from "effect";

/** The events in PostgreSQL. Loaded only where a URL says that they are there. */

const database = (url: string) =>
  PostgresDatabase.layer({
    url,
    connections: 2,
    // In a large file there is much to do for SQLite alone while the transaction is open.
    idleInTransaction: "1 hour",
    applicationName: "migrate_to_events",
  });

export const layer = (url: string) => Layer.provide(layerDatabase, database(url));

/** Makes what the verification reads of them. */
export const copy = (
  url: string,
  file: Sqlite,
  onProgress: (done: number) => Effect.Effect<void>,
) =>
  Effect.flatMap(PostgresDatabase.PostgresDatabase, (source) =>
    EventCopy.copy(source, file, onProgress),
  ).pipe(Effect.provide(database(url)));
