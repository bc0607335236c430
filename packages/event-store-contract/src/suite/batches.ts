import { expect } from "@effect/vitest";
import { Effect } from "effect";
import type { ExpectedVersion } from "@ledgerfold/event-store/EventStore";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import { bare, count, counter, counts, everything, log } from "../Steps.ts";
import type { Test } from "./Test.ts";

const { aggregate } = Counter;
const to = (id: string, expected: ExpectedVersion, by: number, eventId?: string) => ({
  aggregate,
  id,
  expected,
  events: [
    { event: Counter.counted(by), ...(eventId === undefined ? {} : { id: eventId }) },
  ] as const,
});

export const batches = (test: Test) => {
  test("many streams at once answer in the order of the appends", (store) =>
    Effect.gen(function* () {
      yield* count(store, "b", "none", 1);
      const appended = yield* store.appendAll([
        to("c", "none", 1),
        { aggregate: Account.aggregate, id: "a", expected: 0, events: bare([Account.closed]) },
        { ...to("b", 1, 1), events: counts(2, 3) },
      ]);
      expect(appended).toEqual([
        { stream: counter("c"), version: 1, position: 2 },
        { stream: { type: "Account", id: "a" }, version: 1, position: 3 },
        { stream: counter("b"), version: 3, position: 5 },
      ]);
    }));

  test("no appends are no events", (store) =>
    Effect.gen(function* () {
      expect(yield* store.appendAll([])).toEqual([]);
      expect(yield* log(store)).toEqual([]);
    }));

  for (const place of [0, 1, 2]) {
    test(`one conflict, at place ${place}, leaves nothing of the others`, (store) =>
      Effect.gen(function* () {
        yield* count(store, "stale", "none", 1);
        yield* count(store, "b", "none", 5);
        const before = yield* everything(store, "a", "b", "stale");
        const appends = [
          { ...to("a", "none", 1), snapshot: { total: 1_000 } },
          { ...to("b", "any", 2), snapshot: { total: 2_000 } },
        ];
        appends.splice(place, 0, { ...to("stale", "none", 3), snapshot: { total: 3_000 } });
        expect(yield* Effect.flip(store.appendAll(appends))).toMatchObject({
          _tag: "VersionConflict",
          stream: counter("stale"),
          actual: 1,
        });
        expect(yield* everything(store, "a", "b", "stale")).toEqual(before);
        expect(yield* count(store, "b", 1, 1)).toMatchObject({ position: 3 });
      }));
  }

  for (const [first, second] of [
    ["any", "any"],
    ["none", "any"],
    ["none", 1],
    [0, 1],
  ] as const) {
    test(`one stream twice, ${first} and ${second}: the second sees the first`, (store) =>
      Effect.gen(function* () {
        const appended = yield* store.appendAll([
          to("a", first, 1),
          to("b", "any", 10),
          to("a", second, 2),
          to("a", "any", 3),
        ]);
        expect(appended.map(({ version, position }) => [version, position])).toEqual([
          [1, 1],
          [1, 2],
          [2, 3],
          [3, 4],
        ]);
        expect(yield* store.view(aggregate, "a")).toMatchObject({
          value: { model: { total: 6 }, version: 3 },
        });
      }));
  }

  for (const [first, second, actual] of [
    ["any", "none", 1],
    ["any", 0, 1],
    ["any", 99, 1],
    [99, "any", 0],
  ] as const) {
    test(`one stream twice, ${first} and ${second}, is a conflict and ends`, (store) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          store.appendAll([to("a", first, 1), to("a", second, 2), to("a", "any", 3)]),
        );
        expect(error).toMatchObject({ _tag: "VersionConflict", stream: counter("a"), actual });
        expect(yield* log(store)).toEqual([]);
      }));
  }

  test("an append known already adds nothing, and the next one goes on from there", (store) =>
    Effect.gen(function* () {
      yield* store.append(to("a", "any", 1, "one"));
      const appended = yield* store.appendAll([to("a", "any", 1, "one"), to("a", "any", 2)]);
      expect(appended.map(({ version }) => version)).toEqual([1, 2]);
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 3 }, version: 2 });
    }));
};
