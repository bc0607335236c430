import { expect } from "@effect/vitest";
import { Deferred, Effect, Exit, Fiber } from "effect";
import * as Counter from "../Counter.ts";
import { count, counter, counts, everything, log } from "../Steps.ts";
import type { Test } from "./Test.ts";

const { aggregate } = Counter;

export const transactions = (test: Test) => {
  test("keep everything that succeeds, and see their own writes", (store) =>
    Effect.gen(function* () {
      const answer = yield* store.transaction(
        Effect.gen(function* () {
          yield* count(store, "a", "none", 1);
          yield* count(store, "b", "none", 2);
          const { version } = yield* store.load(aggregate, "a");
          return yield* count(store, "a", version, 3);
        }),
      );
      expect(answer).toEqual({ stream: counter("a"), version: 2, position: 3 });
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 4 }, version: 2 });
      expect(yield* log(store)).toHaveLength(3);
    }));

  const endings = {
    failure: Effect.fail("no"),
    defect: Effect.die("no"),
    interruption: Effect.interrupt,
  };
  for (const [name, ending] of Object.entries(endings)) {
    test(`leave nothing on a ${name}`, (store) =>
      Effect.gen(function* () {
        yield* count(store, "a", "none", 1);
        const before = yield* everything(store, "a", "b");
        const exit = yield* Effect.exit(
          store.transaction(
            Effect.gen(function* () {
              yield* store.append({
                aggregate,
                id: "a",
                expected: 1,
                events: [{ event: Counter.counted(1), id: "one" }],
                snapshot: { total: 1_000 },
              });
              yield* count(store, "b", "none", 2);
              yield* ending;
            }),
          ),
        );
        expect(Exit.isFailure(exit)).toBe(true);
        expect(yield* everything(store, "a", "b")).toEqual(before);
        expect(yield* count(store, "a", 1, 2)).toMatchObject({ position: 2 });
      }));
  }

  test("leave nothing when the fiber is interrupted from outside", (store) =>
    Effect.gen(function* () {
      const before = yield* everything(store, "a");
      const written = yield* Deferred.make<void>();
      const fiber = yield* Effect.fork(
        store.transaction(
          count(store, "a", "none", 1).pipe(
            Effect.zipRight(Deferred.succeed(written, undefined)),
            Effect.zipRight(Effect.never),
          ),
        ),
      );
      yield* Deferred.await(written);
      expect(Exit.isInterrupted(yield* Fiber.interrupt(fiber))).toBe(true);
      expect(yield* everything(store, "a")).toEqual(before);
      expect(yield* count(store, "a", "none", 1)).toMatchObject({ position: 1 });
    }));

  test("show nothing of what they will not keep to others", (store) =>
    Effect.gen(function* () {
      const written = yield* Deferred.make<void>();
      const others = yield* Effect.fork(
        Effect.zipRight(Deferred.await(written), everything(store, "a")),
      );
      const refused = store.transaction(
        Effect.gen(function* () {
          yield* count(store, "a", "none", 1);
          yield* Deferred.succeed(written, undefined);
          yield* Effect.sleep("20 millis");
          yield* Effect.fail("no");
        }),
      );
      expect(yield* Effect.flip(refused)).toBe("no");
      expect((yield* Fiber.join(others)).log).toEqual([]);
    }));

  test("inside one another stay or go with the outermost", (store) =>
    Effect.gen(function* () {
      const inner = store.transaction(count(store, "a", "any", 1));
      yield* store.transaction(Effect.zipRight(inner, store.transaction(inner)));
      expect(yield* store.load(aggregate, "a")).toMatchObject({ version: 2 });
      yield* Effect.flip(store.transaction(Effect.zipRight(inner, Effect.fail("no"))));
      expect(yield* store.load(aggregate, "a")).toMatchObject({ version: 2 });
    }));

  test("inside one another fail alone when the outer one goes on", (store) =>
    Effect.gen(function* () {
      yield* store.transaction(
        Effect.gen(function* () {
          yield* count(store, "a", "none", 1);
          const part = store.transaction(
            Effect.zipRight(count(store, "a", "any", 10), store.transaction(Effect.fail("no"))),
          );
          expect(yield* Effect.flip(part)).toBe("no");
          yield* count(store, "a", 1, 2);
        }),
      );
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 3 }, version: 2 });
    }));

  test("keep nothing of a refused batch whose refusal was caught", (store) =>
    Effect.gen(function* () {
      yield* count(store, "stale", "none", 1);
      const to = { aggregate, expected: "none", events: counts(1) } as const;
      yield* store.transaction(
        Effect.gen(function* () {
          const batch = [
            { ...to, id: "a", snapshot: { total: 1_000 } },
            { ...to, id: "stale" },
          ];
          yield* Effect.flip(store.appendAll(batch));
          yield* count(store, "b", "none", 5);
        }),
      );
      expect((yield* log(store)).map(({ stream }) => stream.id)).toEqual(["stale", "b"]);
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 0 }, version: 0 });
      expect((yield* store.view(aggregate, "a"))._tag).toBe("None");
    }));

  test("tell what waits for them of their end, if they have one", (store) =>
    Effect.gen(function* () {
      const told: Array<string> = [];
      const after = (what: string) => store.afterCommit(() => void told.push(what));
      yield* after("outside");
      expect(told).toEqual(["outside"]);
      yield* store.transaction(
        Effect.gen(function* () {
          yield* after("outer");
          yield* store.transaction(Effect.zipRight(count(store, "a", "none", 1), after("inner")));
          yield* Effect.flip(store.transaction(Effect.zipRight(after("lost"), Effect.fail("no"))));
          yield* store.bulk(after("bulk"));
          expect(told).toEqual(["outside"]);
        }),
      );
      expect(told).toEqual(["outside", "outer", "inner", "bulk"]);
      yield* Effect.flip(store.transaction(Effect.zipRight(after("lost"), Effect.fail("no"))));
      yield* Effect.exit(store.transaction(Effect.zipRight(after("lost"), Effect.interrupt)));
      expect(told).toHaveLength(4);
    }));
};
