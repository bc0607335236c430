import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { Context, Effect, Layer } from "effect";
import { EventStore, type SetupError } from "../EventStore.ts";
import * as Store from "../internal/Store.ts";
import { Tables } from "../Tables.ts";
import * as Database from "./Database.ts";
import * as Engine from "./Engine.ts";
import * as OwnTables from "./Tables.ts";

/** An event store in a SQLite file, for services on one machine. */

/**
 * A store in the file that is open, whose connection others use too; its tables may have to be made
 * with `setup` first.
 *
 * @example
 * ```ts
 * import * as Database from "@ledgerfold/event-store/sqlite/Database";
 * import { layerDatabase } from "@ledgerfold/event-store/sqlite/layer";
 * import { Layer } from "effect";
 *
 * export const both = Layer.provideMerge(layerDatabase, Database.layer({ path: "orders.db" }));
 * ```
 */
export const layerDatabase: Layer.Layer<EventStore | Tables, never, Database.SqliteDatabase> =
  Layer.effectContext(
    Effect.map(Database.SqliteDatabase, (database) =>
      Context.make(EventStore, Store.make(Engine.make(database))).pipe(
        Context.add(Tables, OwnTables.make(database)),
      ),
    ),
  );

/** Which file, and for what. */
export interface Options extends Database.Options {
  /** Those that it is made ready for. */
  readonly aggregates: ReadonlyArray<Aggregate.Any>;
  /** `create` by default: the store makes a missing file. */
  readonly mode?: "create" | "write" | "read";
}

/**
 * A store in a file of its own, or one shared with other services, ready for these aggregates: makes
 * the file, and the tables that are missing.
 *
 * @example
 * ```ts
 * import * as Position from "@ledgerfold/domain/Position";
 * import { layer } from "@ledgerfold/event-store/sqlite/layer";
 *
 * export const store = layer({ path: "trading.db", aggregates: [Position.aggregate] });
 * ```
 */
export const layer = (options: Options): Layer.Layer<EventStore | Tables, SetupError> =>
  Layer.effect(
    EventStore,
    Effect.tap(EventStore, (store) => store.setup(options.aggregates)),
  ).pipe(
    Layer.provideMerge(layerDatabase),
    Layer.provide(Database.layer({ mode: "create", ...options })),
  );
