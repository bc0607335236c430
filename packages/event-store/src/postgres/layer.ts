import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { Effect, Layer } from "effect";
import { EventStore, type SetupError } from "../EventStore.ts";
import * as Store from "../internal/Store.ts";
import * as Database from "./Database.ts";
import * as Engine from "./Engine.ts";

/** A store in the database that is open; its tables may have to be made with `setup` first. */
export const layerDatabase: Layer.Layer<EventStore, never, Database.PostgresDatabase> =
  Layer.effect(
    EventStore,
    Effect.map(Database.PostgresDatabase, (database) => Store.make(Engine.make(database))),
  );

/** A store in a database, ready for these aggregates. */
export const layer = (
  options: Database.Options & { readonly aggregates: ReadonlyArray<Aggregate.Any> },
): Layer.Layer<EventStore, SetupError> =>
  Layer.effect(
    EventStore,
    Effect.tap(EventStore, (store) => store.setup(options.aggregates)),
  ).pipe(Layer.provide(layerDatabase), Layer.provide(Database.layer(options)));
