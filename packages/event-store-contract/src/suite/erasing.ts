import { expect } from "@effect/vitest";
import { Effect, Option } from "effect";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import { account, count, counter, counts, everything, log } from "../Steps.ts";
import type { Test } from "./Test.ts";

const { aggregate } = Counter;

export const erasing = (test: Test) => {
  const filled: Parameters<Test>[1] = (store) =>
    Effect.gen(function* () {
      yield* account(store, "a", "none", Account.opened("Ada"));
      yield* store.append({
        aggregate,
        id: "a",
        expected: "none",
        events: counts(1, 2),
        snapshot: { total: 1_000 },
      });
      yield* store.append({
        aggregate: Account.aggregate,
        id: "a",
        expected: 1,
        events: [{ event: Account.moved(5n), id: "kept" }],
        snapshot: { cents: 2_000n, moves: 1, closed: false },
      });
      yield* store.append({
        aggregate,
        id: "b",
        expected: "none",
        events: [{ event: Counter.counted(3), id: "gone" }],
      });
    });

  test("takes events, snapshots, views and event ids of these aggregates", (store) =>
    Effect.gen(function* () {
      yield* filled(store);
      expect(yield* store.erase([aggregate])).toBe(3);
      expect(yield* store.count([aggregate])).toEqual(new Map());
      expect(yield* store.read(counter("a"))).toEqual([]);
      expect(yield* store.readFirst("Counter", ["a", "b"])).toEqual([undefined, undefined]);
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 0 }, version: 0 });
      expect(yield* store.view(aggregate, "a")).toEqual(Option.none());
      yield* store.append({
        aggregate,
        id: "b",
        expected: "none",
        events: [{ event: Counter.counted(99), id: "gone" }],
      });
      expect(yield* store.load(aggregate, "b")).toEqual({ state: { total: 99 }, version: 1 });
    }));

  test("leaves the others as they are", (store) =>
    Effect.gen(function* () {
      yield* filled(store);
      const before = (yield* log(store)).filter(({ stream }) => stream.type === "Account");
      yield* store.erase([aggregate]);
      expect(yield* log(store)).toEqual(before);
      expect(yield* store.load(Account.aggregate, "a")).toMatchObject({
        state: { cents: 2_000n },
        version: 2,
      });
      expect(yield* store.view(Account.aggregate, "a")).toMatchObject({ value: { version: 2 } });
      const again = {
        aggregate: Account.aggregate,
        id: "a",
        expected: 1,
        events: [{ event: Account.moved(5n), id: "kept" }],
      } as const;
      expect(yield* store.append(again)).toMatchObject({ version: 2, position: 4 });
    }));

  test("never hands a position out again", (store) =>
    Effect.gen(function* () {
      yield* filled(store);
      yield* store.erase([aggregate, Account.aggregate]);
      expect(yield* log(store)).toEqual([]);
      expect(yield* count(store, "a", "none", 1)).toMatchObject({ version: 1, position: 6 });
      expect((yield* log(store)).map(({ position }) => position)).toEqual([6]);
    }));

  test("of nothing is 0", (store) =>
    Effect.gen(function* () {
      yield* filled(store);
      expect(yield* store.erase([])).toBe(0);
      const view = { ...aggregate.view, table: "unknown_view" };
      expect(yield* store.erase([{ ...aggregate, type: "Unknown", view }])).toBe(0);
      expect(yield* log(store)).toHaveLength(5);
    }));

  test("is undone with its transaction", (store) =>
    Effect.gen(function* () {
      yield* filled(store);
      const before = yield* everything(store, "a", "b");
      const undone = store.transaction(
        Effect.gen(function* () {
          expect(yield* store.erase([aggregate, Account.aggregate])).toBe(5);
          yield* count(store, "a", "none", 7);
          yield* Effect.fail("no");
        }),
      );
      expect(yield* Effect.flip(undone)).toBe("no");
      expect(yield* everything(store, "a", "b")).toEqual(before);
      expect(yield* count(store, "a", 2, 1)).toMatchObject({ position: 6 });
    }));
};
