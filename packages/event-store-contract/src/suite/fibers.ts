import { expect } from "@effect/vitest";
import { Array as Arr, Deferred, Effect, Either, Fiber } from "effect";
import type { Service, StoreError } from "@ledgerfold/event-store/EventStore";
import * as Counter from "../Counter.ts";
import { count, counter, log } from "../Steps.ts";
import type { Test } from "./Test.ts";

const { aggregate } = Counter;
const together = { concurrency: "unbounded" } as const;

export const fibers = (test: Test) => {
  test("fifty appending to one stream with any all succeed, without a gap", (store) =>
    Effect.gen(function* () {
      const appended = yield* Effect.forEach(
        Arr.range(1, 50),
        (by) => count(store, "a", "any", by, 0),
        together,
      );
      const versions = appended.map(({ version }) => version).sort((a, b) => a - b);
      expect(versions).toEqual(Arr.range(1, 50).map((fiber) => 2 * fiber));
      const sequences = (yield* store.read(counter("a"))).map(({ sequence }) => sequence);
      expect(sequences).toEqual(Arr.range(1, 100));
      expect(yield* store.load(aggregate, "a")).toMatchObject({ state: { total: 1_275 } });
      expect(yield* store.view(aggregate, "a")).toMatchObject({
        value: { model: { total: 1_275 }, version: 100 },
      });
    }));

  for (const expected of ["none", 0] as const) {
    test(`twenty appending with ${expected}: exactly one wins`, (store) =>
      Effect.gen(function* () {
        const answers = yield* Effect.forEach(
          Arr.range(1, 20),
          (by) => Effect.either(count(store, "a", expected, by)),
          together,
        );
        const [refused, won] = Arr.separate(answers);
        expect(won).toEqual([{ stream: counter("a"), version: 1, position: 1 }]);
        expect(refused).toHaveLength(19);
        for (const error of refused) {
          expect(error).toMatchObject({ _tag: "VersionConflict", expected, actual: 1 });
        }
        expect(yield* log(store)).toHaveLength(1);
      }));
  }

  test("many streams at once share one order of positions", (store) =>
    Effect.gen(function* () {
      const appended = yield* Effect.forEach(
        Arr.range(1, 100),
        (n) => count(store, `${n % 7}`, "any", n),
        together,
      );
      const events = yield* log(store);
      expect(events.map(({ position }) => position)).toEqual(Arr.range(1, 100));
      for (const { stream, version, position } of appended) {
        expect(events[position - 1]).toMatchObject({ stream, sequence: version });
      }
    }));

  test("inside one transaction take turns, each all or nothing", (store) =>
    Effect.gen(function* () {
      const part = (n: number) =>
        store.transaction(
          count(store, "a", "any", n).pipe(
            Effect.zipLeft(Effect.yieldNow()),
            Effect.zipRight(count(store, "a", "any", 100 * n)),
            Effect.zipRight(n % 3 === 0 ? Effect.fail(n) : Effect.void),
          ),
        );
      const parts = yield* store.transaction(
        Effect.forEach(Arr.range(1, 10), (n) => Effect.either(part(n)), together),
      );
      expect(Arr.getLefts(parts)).toEqual([3, 6, 9]);
      const total = 101 * (1 + 2 + 4 + 5 + 7 + 8 + 10);
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total }, version: 14 });
    }));

  test("forked in a transaction belong to it until it ends, and not to a later one", (store) =>
    Effect.gen(function* () {
      const go = yield* Deferred.make<void>();
      const daemon = yield* store.transaction(
        Effect.gen(function* () {
          yield* count(store, "a", "none", 1);
          yield* Effect.flatMap(Effect.fork(count(store, "a", 1, 2)), Fiber.join);
          return yield* Effect.forkDaemon(
            Effect.zipRight(Deferred.await(go), count(store, "b", "none", 3)),
          );
        }),
      );
      const later = store.transaction(
        Effect.gen(function* () {
          yield* count(store, "c", "none", 4);
          yield* Deferred.succeed(go, undefined);
          yield* Effect.sleep("20 millis");
          yield* Effect.fail("no");
        }),
      );
      yield* Effect.flip(later);
      yield* Fiber.join(daemon);
      expect((yield* log(store)).map(({ stream }) => stream.id)).toEqual(["a", "a", "b"]);
    }));

  for (const [name, ending, ids] of [
    ["keep", Effect.void, ["b", "a", "c"]],
    ["give up", Effect.fail("no"), ["b"]],
  ] as const) {
    test(`forked in a transaction that ends first ${name} their part as a whole`, (store) =>
      Effect.gen(function* () {
        const written = yield* Deferred.make<void>();
        const part = store.transaction(
          count(store, "a", "none", 1).pipe(
            Effect.zipRight(Deferred.succeed(written, undefined)),
            Effect.zipRight(Effect.sleep("20 millis")),
            Effect.zipRight(count(store, "c", "none", 1)),
            Effect.zipRight(ending),
          ),
        );
        const daemon = yield* store.transaction(
          Effect.gen(function* () {
            yield* count(store, "b", "none", 1);
            const daemon = yield* Effect.forkDaemon(part);
            yield* Deferred.await(written);
            return daemon;
          }),
        );
        yield* Fiber.await(daemon);
        expect((yield* log(store)).map(({ stream }) => stream.id)).toEqual(ids);
      }));
  }

  test("forked in a transaction that fails leave what they wrote in it behind", (store) =>
    Effect.gen(function* () {
      const written = yield* Deferred.make<void>();
      const daemon = yield* Deferred.make<Fiber.Fiber<unknown, unknown>>();
      const failing = store.transaction(
        Effect.gen(function* () {
          const work = count(store, "a", "none", 1).pipe(
            Effect.zipRight(Deferred.succeed(written, undefined)),
            Effect.zipRight(Effect.sleep("20 millis")),
            Effect.zipRight(count(store, "b", "none", 1)),
          );
          yield* Deferred.succeed(daemon, yield* Effect.forkDaemon(work));
          yield* Deferred.await(written);
          yield* Effect.fail("no");
        }),
      );
      expect(yield* Effect.either(failing)).toEqual(Either.left("no"));
      yield* Effect.flatMap(Deferred.await(daemon), Fiber.join);
      expect((yield* log(store)).map(({ stream }) => stream.id)).toEqual(["b"]);
    }));

  test("inside a transaction keep what they append beside a part that is given up", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1);
      const part = store.transaction(Effect.zipRight(Effect.sleep("20 millis"), Effect.fail("no")));
      const many = Arr.range(1, 10).map((by) => count(store, "a", "any", by));
      yield* store.transaction(
        Effect.all([...many, Effect.flip(part), ...many], { ...together, discard: true }),
      );
      const state = { total: 1 + 2 * 55 };
      expect(yield* store.load(aggregate, "a")).toEqual({ state, version: 21 });
    }));

  test("that append while their transaction ends are in it, or after it", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1);
      const late = yield* store.transaction(
        Effect.gen(function* () {
          yield* count(store, "b", "none", 1);
          const late = yield* Effect.forkDaemon(count(store, "a", "any", 2));
          yield* Effect.yieldNow();
          return late;
        }),
      );
      expect(yield* Fiber.join(late)).toMatchObject({ version: 2, position: 3 });
      expect((yield* log(store)).map(({ stream }) => stream.id)).toEqual(["a", "b", "a"]);
    }));

  for (const [name, alone] of [
    ["an append", <A, E>(append: Effect.Effect<A, E>) => append],
    ["a read", (append, store) => Effect.zipRight(store.read(counter("b")), append)],
    ["a transaction", (append, store) => store.transaction(append)],
  ] satisfies ReadonlyArray<
    [
      string,
      <A, E>(append: Effect.Effect<A, E>, store: Service) => Effect.Effect<A, E | StoreError>,
    ]
  >) {
    test(`that wait with ${name} for a part of a transaction do it outside, should that end first`, (store) =>
      Effect.gen(function* () {
        const inside = yield* Deferred.make<void>();
        const [wait, finish] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()];
        const transaction = store.transaction(
          Effect.gen(function* () {
            yield* Effect.forkDaemon(
              store.transaction(
                count(store, "a", "none", 1).pipe(
                  Effect.zipRight(Deferred.succeed(inside, undefined)),
                  Effect.zipRight(Deferred.await(finish)),
                ),
              ),
            );
            yield* Deferred.await(inside);
            const late = alone(count(store, "b", "none", 1), store);
            return yield* Effect.forkDaemon(Effect.zipRight(Deferred.await(wait), late));
          }),
        );
        const ending = yield* Effect.fork(transaction);
        yield* Effect.sleep("20 millis");
        yield* Deferred.succeed(wait, undefined);
        yield* Effect.sleep("20 millis");
        yield* Deferred.succeed(finish, undefined);
        expect(yield* Effect.flatMap(Fiber.join(ending), Fiber.join)).toMatchObject({
          position: 2,
        });
        expect((yield* log(store)).map(({ stream }) => stream.id)).toEqual(["a", "b"]);
        expect(yield* count(store, "b", 1, 1)).toMatchObject({ position: 3 });
      }));
  }
};
