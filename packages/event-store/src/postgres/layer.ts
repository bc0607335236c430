import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { Context, Effect, Layer } from "effect";
import { EventStore, type SetupError } from "../EventStore.ts";
import * as Store from "../internal/Store.ts";
import { Tables } from "../Tables.ts";
import * as Database from "./Database.ts";
import * as Engine from "./Engine.ts";
import * as OwnTables from "./Tables.ts";

/** An event store in PostgreSQL, for services on more than one machine. */

/**
 * A store in the database that is open, whose connections others use too; its tables may have to be
 * made with `setup` first.
 *
 * @example
 * ```ts
 * import * as Database from "@ledgerfold/event-store/postgres/Database";
 * import { layerDatabase } from "@ledgerfold/event-store/postgres/layer";
 * import { Layer } from "effect";
 *
 * const url = "postgresql://app@localhost/orders";
 * export const both = Layer.provideMerge(layerDatabase, Database.layer({ url }));
 * ```
 */
export const layerDatabase: Layer.Layer<EventStore | Tables, never, Database.PostgresDatabase> =
  Layer.effectContext(
    Effect.map(Database.PostgresDatabase, (database) =>
      Context.make(EventStore, Store.make(Engine.make(database))).pipe(
        Context.add(Tables, OwnTables.make(database)),
      ),
    ),
  );

/** Which database, and for what. */
export interface Options extends Database.Options {
  /** Those that it is made ready for. */
  readonly aggregates: ReadonlyArray<Aggregate.Any>;
}

/**
 * A store in a database, ready for these aggregates: makes the tables and functions that are missing,
 * or fails with `SetUpNeeded` where its role may not.
 *
 * @example
 * ```ts
 * import * as Position from "@ledgerfold/domain/Position";
 * import { layer } from "@ledgerfold/event-store/postgres/layer";
 *
 * export const store = layer({
 *   url: "postgresql://app@localhost/trading",
 *   schema: "ledger",
 *   aggregates: [Position.aggregate],
 * });
 * ```
 */
export const layer = (options: Options): Layer.Layer<EventStore | Tables, SetupError> =>
  Layer.effect(
    EventStore,
    Effect.tap(EventStore, (store) => store.setup(options.aggregates)),
  ).pipe(Layer.provideMerge(layerDatabase), Layer.provide(Database.layer(options)));
