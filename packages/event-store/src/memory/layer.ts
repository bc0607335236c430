import { Effect, Layer } from "effect";
import { EventStore } from "../EventStore.ts";
import * as Store from "../internal/Store.ts";
import * as Engine from "./Engine.ts";

/** An event store in memory, for tests. */

/**
 * `layer` with options.
 *
 * @example A test that waits for no transaction longer than a second
 * ```ts
 * import { layerWith } from "@ledgerfold/event-store/memory/layer";
 *
 * export const store = layerWith({ patience: "1 second" });
 * ```
 */
export const layerWith = (options: Engine.Options): Layer.Layer<EventStore> =>
  Layer.effect(EventStore, Effect.map(Engine.make(options), Store.make));

/**
 * A fresh store in memory, gone with the layer.
 *
 * @example
 * ```ts
 * import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
 * import { EventStore } from "@ledgerfold/event-store/EventStore";
 * import { layer } from "@ledgerfold/event-store/memory/layer";
 * import { Effect, Schema } from "effect";
 *
 * const counter = Aggregate.make({
 *   type: "Counter",
 *   codec: Schema.TaggedStruct("Counted", { by: Schema.Int }),
 *   state: Schema.Int,
 *   initial: 0,
 *   evolve: (total, { by }) => total + by,
 *   decide: (_, { by }: { _tag: "Count"; by: number }) => [{ _tag: "Counted", by }],
 *   view: "counter_view",
 * });
 *
 * const program = Effect.gen(function* () {
 *   const store = yield* EventStore;
 *   yield* store.execute(counter, "visits", { _tag: "Count", by: 2 });
 *   console.log(yield* store.load(counter, "visits"));
 * });
 *
 * await Effect.runPromise(Effect.provide(program, layer));
 * ```
 *
 * ```text
 * { state: 2, version: 1 }
 * ```
 */
export const layer: Layer.Layer<EventStore> = layerWith({});
