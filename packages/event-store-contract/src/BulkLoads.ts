import * as EncodedStream from "@ledgerfold/event-store/EncodedStream";
import type { AppendError, Service } from "@ledgerfold/event-store/EventStore";
import { Deferred, Effect, Fiber } from "effect";
import * as Counter from "./Counter.ts";
import { counter, counts } from "./Steps.ts";

/** Bulk loads that end in every way, for what an engine promises of its own tables. */

const { aggregate } = Counter;

type Fresh = (store: Service, ...ids: ReadonlyArray<string>) => Effect.Effect<unknown, AppendError>;

/** Begins counters, each with one event. */
export const fresh: Fresh = (store, ...ids) =>
  store.appendAll(ids.map((id) => ({ aggregate, id, expected: "none", events: counts(1) })));

const freshEncoded: Fresh = (store, ...ids) =>
  store.appendEncoded(
    aggregate,
    ids.map((id) => EncodedStream.encode(aggregate, id, Counter.counted(1), {})),
  );

type Loads = Readonly<
  Record<string, readonly [(store: Service) => Effect.Effect<unknown, unknown>, string]>
>;

const loadsOf = (fresh: Fresh): Loads => ({
  "that succeeds": [
    (store) => store.bulk(Effect.zipRight(fresh(store, "a"), fresh(store, "b"))),
    "ab",
  ],
  "of nothing": [(store) => store.bulk(Effect.void), ""],
  "that fails": [(store) => store.bulk(Effect.zipRight(fresh(store, "a"), Effect.fail("no"))), ""],
  "that dies": [(store) => store.bulk(Effect.zipRight(fresh(store, "a"), Effect.die("no"))), ""],
  "that interrupts itself": [
    (store) => store.bulk(Effect.zipRight(fresh(store, "a"), Effect.interrupt)),
    "",
  ],
  "that is interrupted": [
    (store) =>
      Effect.gen(function* () {
        const written = yield* Deferred.make<void>();
        const fiber = yield* Effect.fork(
          store.bulk(
            fresh(store, "a").pipe(
              Effect.zipRight(Deferred.succeed(written, undefined)),
              Effect.zipRight(Effect.never),
            ),
          ),
        );
        yield* Deferred.await(written);
        yield* Fiber.interrupt(fiber);
      }),
    "",
  ],
  "in which a stream begins twice": [
    (store) => store.bulk(Effect.zipRight(fresh(store, "a", "b"), fresh(store, "b"))),
    "",
  ],
  "inside a transaction that goes on": [
    (store) => store.transaction(Effect.zipRight(store.bulk(fresh(store, "a")), fresh(store, "b"))),
    "ab",
  ],
  "inside a transaction that fails": [
    (store) => store.transaction(Effect.zipRight(store.bulk(fresh(store, "a")), Effect.fail("no"))),
    "",
  ],
  "that fails inside a transaction that goes on": [
    (store) =>
      store.transaction(
        Effect.zipRight(
          Effect.flip(store.bulk(Effect.zipRight(fresh(store, "a"), Effect.fail("no")))),
          fresh(store, "b"),
        ),
      ),
    "b",
  ],
  "whose first streams were in a part that failed": [
    (store) =>
      store.bulk(
        Effect.zipRight(
          Effect.flip(store.transaction(Effect.zipRight(fresh(store, "a"), Effect.fail("no")))),
          fresh(store, "b"),
        ),
      ),
    "b",
  ],
  "with a part that read and failed": [
    (store) =>
      store.bulk(
        Effect.gen(function* () {
          yield* fresh(store, "a");
          const part = Effect.zipRight(store.read(counter("a")), Effect.fail("no"));
          yield* Effect.flip(store.transaction(part));
          yield* fresh(store, "b");
        }),
      ),
    "ab",
  ],
  "with another one inside": [
    (store) =>
      store.bulk(
        fresh(store, "a").pipe(
          Effect.zipRight(store.bulk(fresh(store, "b"))),
          Effect.zipRight(fresh(store, "c")),
        ),
      ),
    "abc",
  ],
  "with another one inside that fails": [
    (store) =>
      store.bulk(
        Effect.gen(function* () {
          yield* fresh(store, "a");
          yield* Effect.flip(store.bulk(Effect.zipRight(fresh(store, "b"), Effect.fail("no"))));
          yield* fresh(store, "c");
        }),
      ),
    "ac",
  ],
  "with a fiber that begins when all is done": [
    (store) =>
      store
        .bulk(
          Effect.zipRight(
            fresh(store, "a"),
            Effect.forkDaemon(Effect.zipRight(Effect.yieldNow(), fresh(store, "b"))),
          ),
        )
        .pipe(Effect.flatMap(Fiber.join)),
    "ab",
  ],
  "that leaves all to a fiber": [
    (store) => Effect.flatMap(store.bulk(Effect.forkDaemon(fresh(store, "a"))), Fiber.join),
    "a",
  ],
  "that erases what it wrote": [
    (store) =>
      store.bulk(
        fresh(store, "a").pipe(
          Effect.zipRight(store.erase([aggregate])),
          Effect.zipRight(fresh(store, "a", "b")),
        ),
      ),
    "ab",
  ],
});

/**
 * Bulk loads of an empty log that end in every way, each with the streams of the events that it
 * leaves. Whatever happened, the log refuses afterwards what it always refuses.
 */
export const loads: Loads = {
  ...loadsOf(fresh),
  ...Object.fromEntries(
    Object.entries(loadsOf(freshEncoded)).map(([name, load]) => [`${name}, all encoded,`, load]),
  ),
};
