import { expect } from "@effect/vitest";
import { Deferred, Effect, Exit, Fiber } from "effect";
import type { AppendError, Service } from "../../EventStore.ts";
import * as EncodedStream from "../../EncodedStream.ts";
import * as Counter from "./Counter.ts";
import { count, counter, counts, everything, log, type Test } from "./Test.ts";

const { aggregate } = Counter;

type Fresh = (store: Service, ...ids: ReadonlyArray<string>) => Effect.Effect<unknown, AppendError>;

const fresh: Fresh = (store, ...ids) =>
  store.appendAll(ids.map((id) => ({ aggregate, id, expected: "none", events: counts(1) })));

const ids = (store: Service) =>
  Effect.map(log(store), (events) => events.map(({ stream }) => stream.id));

const twice = (id: string, actual: number) => ({
  _tag: "VersionConflict",
  stream: counter(id),
  expected: "none",
  actual,
});

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

export const bulk = (test: Test) => {
  for (const [name, [load, left]] of Object.entries(loads)) {
    test(`a load ${name} leaves ${left === "" ? "nothing" : left}, and a sound log`, (store) =>
      Effect.gen(function* () {
        yield* Effect.exit(load(store));
        expect(yield* ids(store)).toEqual([...left]);
        for (const id of left) {
          expect(yield* Effect.flip(count(store, id, "none", 1))).toMatchObject(twice(id, 1));
          expect(yield* count(store, id, 1, 2)).toMatchObject({ version: 2 });
        }
        expect(yield* count(store, "new", "none", 1)).toMatchObject({ version: 1 });
        expect(yield* Effect.flip(count(store, "new", "none", 1))).toMatchObject(twice("new", 1));
      }));
  }

  test("answers with what the effect gave, and fails with what it failed with", (store) =>
    Effect.gen(function* () {
      expect(yield* store.bulk(Effect.as(fresh(store, "a"), "done"))).toBe("done");
      expect(yield* Effect.flip(store.bulk(Effect.fail("no")))).toBe("no");
      const exit = yield* Effect.exit(store.bulk(Effect.die("bug")));
      expect(exit).toEqual(Exit.die("bug"));
    }));

  test("a stream that begins twice is a conflict in the end, and nothing is kept", (store) =>
    Effect.gen(function* () {
      const load = Effect.zipRight(fresh(store, "a", "b", "c"), fresh(store, "d", "b"));
      expect(yield* Effect.flip(store.bulk(load))).toMatchObject(twice("b", 1));
      expect(yield* everything(store, "a", "b")).toMatchObject({ log: [] });
      expect(yield* store.view(aggregate, "b")).toMatchObject({ _tag: "None" });
      expect(yield* count(store, "b", "none", 1)).toMatchObject({ version: 1, position: 1 });
    }));

  test("a stream that begins twice is that conflict too when something is read first", (store) =>
    Effect.gen(function* () {
      const load = Effect.zipRight(fresh(store, "a"), fresh(store, "a"));
      expect(
        yield* Effect.flip(store.bulk(Effect.zipRight(load, store.load(aggregate, "a")))),
      ).toMatchObject(twice("a", 1));
      expect(
        yield* Effect.flip(store.bulk(Effect.zipRight(load, count(store, "a", "any", 1)))),
      ).toMatchObject(twice("a", 1));
      expect(yield* log(store)).toEqual([]);
    }));

  test("sees what it wrote", (store) =>
    store.bulk(
      Effect.gen(function* () {
        yield* fresh(store, "a", "b");
        expect(yield* store.read(counter("a"))).toHaveLength(1);
        yield* fresh(store, "c");
        const [first, none] = yield* store.readFirst("Counter", ["c", "d"]);
        expect([first?.position, none]).toEqual([3, undefined]);
        expect(yield* ids(store)).toEqual(["a", "b", "c"]);
        expect(yield* store.load(aggregate, "b")).toEqual({ state: { total: 1 }, version: 1 });
        expect(yield* store.view(aggregate, "c")).toMatchObject({ value: { version: 1 } });
        expect(yield* store.count([aggregate])).toEqual(new Map([["Counter", 3]]));
      }),
    ));

  test("judges appends to streams that it began", (store) =>
    Effect.gen(function* () {
      yield* store.bulk(
        Effect.gen(function* () {
          yield* fresh(store, "a", "b");
          expect(yield* Effect.flip(count(store, "a", 0, 1))).toMatchObject({ actual: 1 });
          expect(yield* count(store, "a", 1, 2)).toMatchObject({ version: 2, position: 3 });
          expect(yield* count(store, "b", "any", 3)).toMatchObject({ version: 2, position: 4 });
          expect(yield* Effect.flip(count(store, "a", "none", 1))).toMatchObject(twice("a", 2));
          expect(yield* Effect.flip(count(store, "c", 1, 1))).toMatchObject({ actual: 0 });
        }),
      );
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 3 }, version: 2 });
      expect(yield* store.view(aggregate, "b")).toMatchObject({
        value: { model: { total: 4 }, version: 2 },
      });
    }));

  test("of a log with events refuses at once, as always", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1, 1);
      yield* store.bulk(
        Effect.gen(function* () {
          yield* fresh(store, "b");
          expect(yield* Effect.flip(fresh(store, "c", "a"))).toMatchObject(twice("a", 2));
          expect(yield* Effect.flip(fresh(store, "b"))).toMatchObject(twice("b", 1));
        }),
      );
      expect(yield* ids(store)).toEqual(["a", "a", "b"]);
    }));

  test("knows appends by their event ids", (store) =>
    Effect.gen(function* () {
      const append = { aggregate, id: "a", expected: "none" } as const;
      const one = store.append({ ...append, events: [{ event: Counter.counted(1), id: "one" }] });
      const answers = yield* store.bulk(Effect.zip(one, one));
      expect(answers[0]).toEqual(answers[1]);
      expect(yield* log(store)).toHaveLength(1);
    }));
};
