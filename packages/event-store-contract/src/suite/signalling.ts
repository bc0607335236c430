import { expect } from "@effect/vitest";
import { Effect, Exit, Queue } from "effect";
import { count } from "../Steps.ts";
import type { Test } from "./Test.ts";

/** How many signals wait to be taken: none or one. */
const waiting = (queue: Queue.Dequeue<void>) =>
  Effect.map(Queue.takeAll(queue), (signals) => signals.length);

export const signalling = (test: Test) => {
  test("each append gives one signal to everybody, and many at once are one", (store) =>
    Effect.scoped(
      Effect.gen(function* () {
        yield* count(store, "a", "none", 1);
        const [one, other] = [yield* store.changes, yield* store.changes];
        expect(yield* waiting(one)).toBe(0);
        yield* count(store, "a", 1, 1);
        yield* Queue.take(one).pipe(Effect.timeout("10 seconds"));
        yield* Effect.forEach([1, 2, 3], (by) => count(store, "a", "any", by));
        yield* Queue.take(one).pipe(Effect.timeout("10 seconds"));
        expect(yield* waiting(other)).toBe(1);
      }),
    ));

  test("a transaction gives it when all is committed, and not before", (store) =>
    Effect.scoped(
      Effect.gen(function* () {
        const changes = yield* store.changes;
        yield* store.transaction(
          Effect.gen(function* () {
            yield* store.transaction(count(store, "a", "none", 1));
            yield* count(store, "b", "none", 1);
            yield* Effect.sleep("20 millis");
            expect(yield* waiting(changes)).toBe(0);
          }),
        );
        yield* Queue.take(changes).pipe(Effect.timeout("10 seconds"));
      }),
    ));

  test("a part that fails gives none, and the rest does", (store) =>
    Effect.scoped(
      Effect.gen(function* () {
        const changes = yield* store.changes;
        const refused = store.transaction(
          Effect.zipRight(count(store, "a", "none", 1), Effect.fail("no")),
        );
        yield* store.transaction(Effect.flip(refused));
        yield* Effect.sleep("20 millis");
        expect(yield* waiting(changes)).toBe(0);
        yield* store.transaction(
          Effect.zipRight(Effect.flip(refused), count(store, "b", "any", 1)),
        );
        yield* Queue.take(changes).pipe(Effect.timeout("10 seconds"));
      }),
    ));

  test("what is not kept gives none", (store) =>
    Effect.scoped(
      Effect.gen(function* () {
        const changes = yield* store.changes;
        yield* Effect.flip(count(store, "a", 7, 1));
        for (const ending of [Effect.fail("no"), Effect.die("no"), Effect.interrupt]) {
          const given = store.transaction(
            Effect.zipRight(store.transaction(count(store, "a", "none", 1)), ending),
          );
          expect(Exit.isFailure(yield* Effect.exit(given))).toBe(true);
        }
        yield* Effect.sleep("20 millis");
        expect(yield* waiting(changes)).toBe(0);
      }),
    ));

  test("a bulk load gives it at its end", (store) =>
    Effect.scoped(
      Effect.gen(function* () {
        const changes = yield* store.changes;
        yield* store.bulk(
          Effect.gen(function* () {
            yield* count(store, "a", "none", 1);
            expect(yield* waiting(changes)).toBe(0);
          }),
        );
        yield* Queue.take(changes).pipe(Effect.timeout("10 seconds"));
      }),
    ));
};
