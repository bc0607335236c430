import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { type Append, EventStore, type Service } from "@ledgerfold/event-store/EventStore";
import { layer } from "@ledgerfold/event-store/memory/layer";
import { type Part, parts, suite } from "../src/suite.ts";
import { Effect, Layer } from "effect";

/** Stores that break a promise each, with the part of the suite alone that has to notice. */

const broken = (part: Part, change: (store: Service) => Partial<Service>) =>
  suite(
    part,
    Layer.effect(
      EventStore,
      Effect.map(EventStore, (store) => ({ ...store, ...change(store) })),
    ).pipe(Layer.provide(layer)),
    {
      gaps: Object.fromEntries(
        parts.filter((one) => one !== part).map((one) => [one, "not asked"]),
      ),
    },
  );

broken("append", (store) => ({
  append: (append) => store.append({ ...append, expected: "any" }),
}));
broken("appendAll", (store) => ({
  appendAll: (appends: ReadonlyArray<Append<Aggregate.Any>>) =>
    Effect.forEach(appends, (append) => store.append(append)),
}));
broken("read, readFirst, readAll and count", (store) => ({
  read: (stream, options) => Effect.map(store.read(stream, options), (events) => events.slice(1)),
}));
broken("transactions", () => ({ transaction: (effect) => effect }));
broken("views", (store) => ({
  view: (aggregate, id) => Effect.zipRight(store.view(aggregate, id), Effect.succeedNone),
}));
broken("runs", (store) => ({
  runs: {
    ...store.runs,
    rollBack: (id) => Effect.zipRight(store.runs.rollBack(id, []), Effect.succeed(0)),
  },
}));
broken("erase", (store) => ({
  erase: (aggregates) => Effect.zipRight(store.count(aggregates), Effect.succeed(0)),
}));
