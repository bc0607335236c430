import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { Context, Effect, Layer } from "effect";
import { EventStore, type SetupError } from "../EventStore.ts";
import * as Store from "../internal/Store.ts";
import { Tables } from "../Tables.ts";
import * as Database from "./Database.ts";
import * as Engine from "./Engine.ts";
import * as OwnTables from "./Tables.ts";

/** A store in the database that is open; its tables may have to be made with `setup` first. */
export const layerDatabase: Layer.Layer<EventStore | Tables, never, Database.PostgresDatabase> =
  Layer.effectContext(
    Effect.map(Database.PostgresDatabase, (database) =>
      Context.make(EventStore, Store.make(Engine.make(database))).pipe(
        Context.add(Tables, OwnTables.make(database)),
      ),
    ),
  );

/** A store in a database, ready for these aggregates. */
export const layer = (
  options: Database.Options & { readonly aggregates: ReadonlyArray<Aggregate.Any> },
): Layer.Layer<EventStore | Tables, SetupError> =>
  Layer.effect(
    EventStore,
    Effect.tap(EventStore, (store) => store.setup(options.aggregates)),
  ).pipe(Layer.provideMerge(layerDatabase), Layer.provide(Database.layer(options)));
