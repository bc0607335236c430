import { expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { EventStore } from "../../src/EventStore.ts";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count, counts } from "@ledgerfold/event-store-contract/Steps";
import { layer } from "../../src/memory/layer.ts";

/** Far more than these take, and far less than copying the log for each append would. */
const limit = 15_000;

it.live(
  "ten thousand appends, alone and in one transaction that is given up",
  () =>
    Effect.gen(function* () {
      const store = yield* EventStore;
      const appends = Effect.forEach(
        Array.from({ length: 10_000 }, (_, at) => at),
        (at) => count(store, `${at % 100}`, "any", at),
        { discard: true },
      );
      yield* appends;
      yield* Effect.flip(store.transaction(Effect.zipRight(appends, Effect.fail("no"))));
      expect(yield* store.count([aggregate])).toEqual(new Map([["Counter", 10_000]]));
      expect(yield* store.load(aggregate, "7")).toMatchObject({ version: 100 });
      const append = { aggregate, id: "new", expected: "none", events: counts(1) } as const;
      expect(yield* store.append(append)).toMatchObject({ position: 10_001 });
    }).pipe(Effect.provide(layer)),
  limit,
);
