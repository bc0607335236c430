import { expect } from "@effect/vitest";
import { Effect, Exit } from "effect";
import type { Service } from "@ledgerfold/event-store/EventStore";
import { fresh, loads } from "../BulkLoads.ts";
import * as Counter from "../Counter.ts";
import { count, counter, everything, log } from "../Steps.ts";
import type { Test } from "./Test.ts";

const { aggregate } = Counter;

const ids = (store: Service) =>
  Effect.map(log(store), (events) => events.map(({ stream }) => stream.id));

const twice = (id: string, actual: number) => ({
  _tag: "VersionConflict",
  stream: counter(id),
  expected: "none",
  actual,
});

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
