import { expect } from "@effect/vitest";
import { Clock, Context, Deferred, Effect, Fiber, Layer } from "effect";
import { EventStore, type Service } from "@ledgerfold/event-store/EventStore";
import * as Subscription from "@ledgerfold/event-store/Subscription";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import { account, count } from "../Steps.ts";
import type { Test } from "./Test.ts";

/**
 * A log that was set back under a subscription that runs, as by a standby that lacked the last events
 * or by a backup that was put back, and that has grown again.
 */
export const settingBack = <E>(test: Test, layer: Layer.Layer<EventStore, E>) => {
  /** A log as it was, which the subscription works on from `setBack` on. */
  const scene = (store: Service) =>
    Effect.gen(function* () {
      const earlier = Context.get(yield* Layer.build(layer), EventStore);
      yield* earlier.setup([Account.aggregate, Counter.aggregate]);
      let current = store;
      const service = new Proxy(store, {
        get: (_, name) => Reflect.get(name === "changes" ? store : current, name),
      });
      const setBack = Effect.sync(() => {
        current = earlier;
      });
      return { earlier, service, setBack };
    });

  /** The same event in both. */
  const first = (store: Service) =>
    Effect.withClock(account(store, "a", "none", Account.opened("Ada")), standing);

  const handled: Array<number> = [];
  const options = (reached: (position: number) => void) =>
    ({
      name: "one",
      poll: "1 hour",
      aggregates: [Account.aggregate.type],
      handle: ({ position }) =>
        Effect.sync(() => {
          handled.push(position);
          reached(position);
        }),
    }) satisfies Subscription.Options<never, never>;

  test("is noticed by one that skipped what is gone", (store) =>
    Effect.gen(function* () {
      handled.length = 0;
      const { earlier, service, setBack } = yield* scene(store);
      const [one, two] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()];
      const follow = options((position) =>
        Deferred.unsafeDone(position === 1 ? one : two, Effect.void),
      );
      yield* first(store);
      yield* first(earlier);
      const before = Subscription.catchUp(options(() => {}));
      yield* Effect.provideService(before, EventStore, earlier);
      const fiber = yield* Effect.fork(
        Effect.provideService(Subscription.run(follow), EventStore, service),
      );
      yield* Deferred.await(one);
      yield* count(store, "a", "none", 1, 2, 3);
      // For it to see that these are nothing for it.
      yield* Effect.sleep("100 millis");
      yield* setBack;
      yield* account(earlier, "a", 1, Account.moved(1n));
      yield* count(earlier, "a", "none", 1, 2);
      yield* count(store, "a", 3, 4);
      yield* Effect.timeout(Deferred.await(two), "20 seconds");
      yield* Fiber.interrupt(fiber);
      expect(handled).toEqual([1, 1, 2]);
    }).pipe(Effect.scoped));

  test("is told to one that has handled what is gone, and goes on when it is run again", (store) =>
    Effect.gen(function* () {
      handled.length = 0;
      const { earlier, service, setBack } = yield* scene(store);
      const two = yield* Deferred.make<void>();
      const follow = options((position) => {
        if (position === 2) Deferred.unsafeDone(two, Effect.void);
      });
      yield* first(store);
      yield* first(earlier);
      yield* Effect.provideService(Subscription.catchUp(follow), EventStore, earlier);
      yield* account(store, "a", 1, Account.moved(1n));
      const fiber = yield* Effect.fork(
        Effect.provideService(Subscription.run(follow), EventStore, service),
      );
      yield* Deferred.await(two);
      // For it to have kept that.
      yield* Effect.sleep("100 millis");
      yield* setBack;
      yield* account(earlier, "a", 1, Account.moved(100n));
      yield* count(store, "a", "none", 1);
      const error = yield* Effect.flip(Fiber.join(fiber));
      expect(error).toMatchObject({
        _tag: "CheckpointMismatch",
        expected: { position: 2 },
        found: { position: 2 },
        stored: { position: 1 },
      });
      expect(error.message).toMatch(
        /where the log has another event of the same place: .* then run it again: its checkpoint was set back to Account "a" event 1 at position 1, and it goes on from there\.$/,
      );
      expect(handled).toEqual([1, 1, 2]);
      yield* Effect.provideService(Subscription.catchUp(follow), EventStore, service);
      expect(handled).toEqual([1, 1, 2, 2]);
    }).pipe(Effect.scoped));
};

const standing: Clock.Clock = {
  ...Clock.make(),
  unsafeCurrentTimeMillis: () => 1_700_000_000_000,
};
