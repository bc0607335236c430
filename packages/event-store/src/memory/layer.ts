import { Effect, Layer } from "effect";
import { EventStore } from "../EventStore.ts";
import * as Store from "../internal/Store.ts";
import * as Engine from "./Engine.ts";

/** A fresh store in memory, gone with the layer. */
export const layerWith = (options: Engine.Options): Layer.Layer<EventStore> =>
  Layer.effect(EventStore, Effect.map(Engine.make(options), Store.make));

export const layer = layerWith({});
