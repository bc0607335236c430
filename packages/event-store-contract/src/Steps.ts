import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { Append, NewEvent, Service } from "@ledgerfold/event-store/EventStore";
import { Chunk, Effect, Stream } from "effect";
import * as Account from "./Account.ts";
import * as Counter from "./Counter.ts";

/** What tests of stores do to counters and accounts, and look at. */

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

/** What `count` appends. */
export const counts = (...[first, ...rest]: Events<number>): Events<NewEvent<Counter.Event>> =>
  bare([Counter.counted(first), ...rest.map(Counter.counted)]);

/** Appends to an account. */
export const account = (
  store: Service,
  id: string,
  expected: Append<Aggregate.Any>["expected"],
  ...events: Events<Account.Event>
) => store.append({ aggregate: Account.aggregate, id, expected, events: bare(events) });

/** The stream of a counter. */
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
