import { expect } from "@effect/vitest";
import { EventStore, type Service } from "@ledgerfold/event-store/EventStore";
import * as Subscription from "@ledgerfold/event-store/Subscription";
import { Effect, Fiber } from "effect";
import * as Counter from "../Counter.ts";
import { count, log } from "../Steps.ts";
import type { Test } from "./Test.ts";

/** A store with little patience, whose calls are made where they wait for themselves. */
export const waiting = (test: Test) => {
  const places: Readonly<
    Record<
      string,
      (store: Service, work: Effect.Effect<void, unknown>) => Effect.Effect<void, unknown>
    >
  > = {
    "a transaction": (store, work) => store.transaction(work),
    "a part of a transaction": (store, work) => store.transaction(store.transaction(work)),
    "a subscription's handler": (store, work) =>
      Subscription.catchUp({
        name: "one",
        handle: ({ position }) => (position === 1 ? work : Effect.void),
      }).pipe(Effect.asVoid, Effect.provideService(EventStore, store)),
  };
  for (const [place, inPlace] of Object.entries(places)) {
    test(`of a run of its own in ${place} ends, and everybody goes on`, (store) =>
      Effect.gen(function* () {
        yield* count(store, "a", "none", 1);
        const ofItsOwn = Effect.promise(() =>
          Effect.runPromise(Effect.flip(count(store, "b", "none", 1))),
        );
        let others: Fiber.Fiber<unknown, unknown> | undefined;
        let answer: unknown;
        const work = Effect.gen(function* () {
          yield* count(store, "a", 1, 2);
          const outside = Effect.exit(count(store, "c", "any", 1));
          others = Effect.runFork(outside);
          answer = yield* ofItsOwn;
        });
        yield* inPlace(store, work);
        expect(answer).toMatchObject({ _tag: "DatabaseBusy", reason: "own" });
        if (others !== undefined) yield* Fiber.join(others);
        yield* count(store, "b", "none", 1);
        yield* store.transaction(count(store, "b", 1, 1));
        expect(yield* store.load(Counter.aggregate, "a")).toEqual({
          state: { total: 3 },
          version: 2,
        });
        const ids = (yield* log(store)).map(({ stream }) => stream.id);
        expect(ids.filter((id) => id !== "c")).toEqual(["a", "a", "b", "b"]);
      }));
  }
};
