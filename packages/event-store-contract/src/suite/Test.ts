import { it } from "@effect/vitest";
import { EventStore, type Service } from "@ledgerfold/event-store/EventStore";
import { Effect, type Layer } from "effect";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import * as Notes from "../Notes.ts";
import * as Outline from "../Outline.ts";

/** A test on a store of its own, with the tables of the aggregates here. */
export type Test = (
  name: string,
  body: (store: Service) => Effect.Effect<void, unknown>,
  timeout?: number,
) => void;

export const make =
  <E>(layer: Layer.Layer<EventStore, E>): Test =>
  (name, body, timeout = 30_000) =>
    it.live(name, () => withStore(layer, body), timeout);

export const withStore = <E>(
  layer: Layer.Layer<EventStore, E>,
  body: (store: Service) => Effect.Effect<void, unknown>,
) =>
  Effect.flatMap(EventStore, (store) =>
    Effect.zipRight(store.setup([...aggregates, ...variants]), body(store)),
  ).pipe(Effect.provide(layer));

/** For what asks for a store. */
export const on =
  (store: Service) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.provideService(effect, EventStore, store);

const aggregates = [Account.aggregate, Counter.aggregate, Notes.aggregate, Outline.aggregate];
const variants = [Account.older, Counter.viewedElsewhere, Counter.ofOthers];
