import * as PostgresDatabase from "@ledgerfold/event-store/postgres/Database";
import { layerDatabase } from "@ledgerfold/event-store/postgres/layer";
import * as EventCopy from "@ledgerfold/verifier/postgres/EventCopy";
import type { Service as Sqlite } from "@ledgerfold/event-store/sqlite/Database";
import { Effect, Layer } from "effect";

/** The events in PostgreSQL. Loaded only where a URL says that they are there. */

const database = (url: string, name: string) =>
  PostgresDatabase.layer({
    url,
    connections: 2,
    // In a large file there is much to do for SQLite alone while the transaction is open.
    idleInTransaction: "1 hour",
    applicationName: name,
  });

export const layer = (url: string, name: string) =>
  Layer.provide(layerDatabase, database(url, name));

/** Makes what the verification reads of them. */
export const copy = (
  url: string,
  name: string,
  views: ReadonlyArray<string>,
  file: Sqlite,
  onProgress: (done: number) => Effect.Effect<void>,
) =>
  Effect.flatMap(PostgresDatabase.PostgresDatabase, (source) =>
    EventCopy.copy(source, file, views, onProgress),
  ).pipe(Effect.provide(database(url, name)));
