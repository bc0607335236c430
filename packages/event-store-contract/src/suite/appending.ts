import { expect } from "@effect/vitest";
import { Effect } from "effect";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import { account, count, counter, counts, everything, log } from "../Steps.ts";
import type { Test } from "./Test.ts";

export const appending = (test: Test) => {
  test("none: a fresh stream begins at version 1", (store) =>
    Effect.gen(function* () {
      expect(yield* count(store, "a", "none", 5)).toEqual({
        stream: counter("a"),
        version: 1,
        position: 1,
      });
    }));

  test("none: a stream with events is a conflict", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 5, 6);
      const before = yield* everything(store, "a");
      const error = yield* Effect.flip(count(store, "a", "none", 7));
      expect(error).toMatchObject({
        _tag: "VersionConflict",
        stream: counter("a"),
        expected: "none",
        actual: 2,
      });
      expect(error.message).toBe('Counter "a" is at version 2, not at none.');
      expect(yield* everything(store, "a")).toEqual(before);
    }));

  test("exists: a stream with events is appended to, whatever its version", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1, 2);
      expect(yield* count(store, "a", "exists", 3)).toMatchObject({ version: 3 });
      expect(yield* count(store, "a", "exists", 4)).toMatchObject({ version: 4 });
      expect(yield* store.view(Counter.aggregate, "a")).toMatchObject({
        value: { model: { total: 10 }, version: 4 },
      });
    }));

  test("exists: a fresh stream is a conflict", (store) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(count(store, "a", "exists", 1));
      expect(error).toMatchObject({
        _tag: "VersionConflict",
        stream: counter("a"),
        expected: "exists",
        actual: 0,
      });
      expect(error.message).toBe('Counter "a" has no events yet.');
      expect(yield* log(store)).toEqual([]);
    }));

  test("exact: the right version is appended to, 0 being a fresh stream", (store) =>
    Effect.gen(function* () {
      expect(yield* count(store, "a", 0, 1)).toMatchObject({ version: 1 });
      expect(yield* count(store, "a", 1, 1, 1)).toMatchObject({ version: 3 });
      expect(yield* count(store, "a", 3, 1)).toMatchObject({ version: 4 });
      expect(yield* store.load(Counter.aggregate, "a")).toEqual({
        state: { total: 4 },
        version: 4,
      });
    }));

  for (const expected of [0, 1, 3, 1_000]) {
    test(`exact: ${expected} for a stream at 2 is a conflict`, (store) =>
      Effect.gen(function* () {
        yield* count(store, "a", "none", 5, 6);
        const before = yield* everything(store, "a");
        const error = yield* Effect.flip(count(store, "a", expected, 7));
        expect(error).toMatchObject({
          _tag: "VersionConflict",
          stream: counter("a"),
          expected,
          actual: 2,
        });
        expect(yield* everything(store, "a")).toEqual(before);
      }));
  }

  test("exact: a number for a fresh stream is a conflict at 0", (store) =>
    Effect.gen(function* () {
      expect(yield* Effect.flip(count(store, "a", 1, 7))).toMatchObject({ expected: 1, actual: 0 });
      expect(yield* log(store)).toEqual([]);
    }));

  test("any: appends to whatever is there", (store) =>
    Effect.gen(function* () {
      expect(yield* count(store, "a", "any", 1)).toMatchObject({ version: 1 });
      expect(yield* count(store, "a", "any", 2, 3)).toMatchObject({ version: 3 });
      expect(yield* store.load(Counter.aggregate, "a")).toMatchObject({ state: { total: 6 } });
    }));

  test("several events follow each other, and the answer is about the last", (store) =>
    Effect.gen(function* () {
      yield* count(store, "other", "none", 1);
      const appended = yield* count(store, "a", "none", 1, 2, 3);
      const events = yield* store.read(counter("a"));
      expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
      expect(events.map(({ position }) => position)).toEqual([2, 3, 4]);
      expect(appended).toEqual({ stream: counter("a"), version: 3, position: 4 });
    }));

  test("streams are apart by type and by id", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1);
      yield* account(store, "a", "none", Account.opened("Ada"));
      yield* count(store, "A", "none", 2);
      yield* count(store, "a ", "none", 3);
      expect(yield* store.read(counter("a"))).toHaveLength(1);
      expect(yield* store.load(Counter.aggregate, "a")).toMatchObject({ state: { total: 1 } });
      expect(yield* store.load(Counter.aggregate, "A")).toMatchObject({ state: { total: 2 } });
    }));

  test("an event that its own schema does not allow is refused by its field", (store) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(count(store, "a", "any", 1, 0.5));
      expect(error).toMatchObject({ _tag: "UnstorableValue", part: "event", field: "by" });
      expect(yield* log(store)).toEqual([]);
      expect(yield* count(store, "a", "none", 1)).toMatchObject({ version: 1, position: 1 });
    }));

  test("a refused append leaves no snapshot", (store) =>
    Effect.gen(function* () {
      const { aggregate } = Counter;
      yield* count(store, "a", "none", 1);
      const append = { aggregate, id: "a", events: counts(2), snapshot: { total: 1_000 } };
      yield* Effect.flip(store.append({ ...append, expected: 7 }));
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 1 }, version: 1 });
    }));
};
