import { it } from "@effect/vitest";
import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { Chunk, Effect, type Layer, Stream } from "effect";
import { type Append, EventStore, type NewEvent, type Service } from "../../EventStore.ts";
import * as Account from "./Account.ts";
import * as Counter from "./Counter.ts";

/** A test on a store of its own, with the tables of the aggregates here. */
export type Test = (
  name: string,
  body: (store: Service) => Effect.Effect<void, unknown>,
  timeout?: number,
) => void;

/** Skips those of these names, which the store is known not to do. */
export const make =
  <E>(layer: Layer.Layer<EventStore, E>, gaps: ReadonlyArray<string>): Test =>
  (name, body, timeout = 30_000) => {
    const run = gaps.includes(name) ? it.live.skip : it.live;
    run(name, () => withStore(layer, body), timeout);
  };

export const withStore = <E>(
  layer: Layer.Layer<EventStore, E>,
  body: (store: Service) => Effect.Effect<void, unknown>,
) =>
  Effect.flatMap(EventStore, (store) =>
    Effect.zipRight(store.setup([...aggregates, ...variants]), body(store)),
  ).pipe(Effect.provide(layer));

const aggregates = [Account.aggregate, Counter.aggregate];
const variants = [Account.older, Counter.viewedElsewhere];

type Events<Event> = readonly [Event, ...Array<Event>];

/** Events without ids and metadata. */
export const bare = <Event>([first, ...rest]: Events<Event>): Events<NewEvent<Event>> => [
  { event: first },
  ...rest.map((event) => ({ event })),
];

/** Appends to a counter. */
export const count = (
  store: Service,
  id: string,
  expected: Append<Aggregate.Any>["expected"],
  ...by: Events<number>
) => store.append({ aggregate: Counter.aggregate, id, expected, events: counts(...by) });

export const counts = (...[first, ...rest]: Events<number>): Events<NewEvent<Counter.Event>> =>
  bare([Counter.counted(first), ...rest.map(Counter.counted)]);

/** Appends to an account. */
export const account = (
  store: Service,
  id: string,
  expected: Append<Aggregate.Any>["expected"],
  ...events: Events<Account.Event>
) => store.append({ aggregate: Account.aggregate, id, expected, events: bare(events) });

export const counter = (id: string) => ({ type: Counter.aggregate.type, id });

/** The whole log. */
export const log = (store: Service) =>
  Effect.map(Stream.runCollect(store.readAll()), Chunk.toReadonlyArray);

/** Everything that a store can say of some counters, to compare before and after. */
export const everything = (store: Service, ...ids: ReadonlyArray<string>) =>
  Effect.all({
    log: log(store),
    views: Effect.forEach(ids, (id) => store.view(Counter.aggregate, id)),
    states: Effect.forEach(ids, (id) => store.load(Counter.aggregate, id)),
  });
