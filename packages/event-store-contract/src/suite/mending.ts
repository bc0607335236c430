import { expect } from "@effect/vitest";
import { Effect, Option } from "effect";
import type { Service } from "@ledgerfold/event-store/EventStore";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import { account, bare, count, counts } from "../Steps.ts";
import type { Test } from "./Test.ts";

const { aggregate, viewedAs, viewedElsewhere, viewedStrangely, withUnit } = Counter;

const totals = (store: Service, ...ids: ReadonlyArray<string>) =>
  Effect.forEach(ids, (id) =>
    Effect.map(
      Effect.option(store.view(aggregate, id)),
      (row) => Option.getOrUndefined(Option.flatten(row))?.model.total,
    ),
  );

/** Streams of one event whose rows are right, wrong, missing and of another shape, and of two. */
const damaged = (store: Service) =>
  Effect.gen(function* () {
    const to = { expected: "none", events: counts(1) } as const;
    yield* count(store, "right", "none", 1);
    yield* store.append({ ...to, aggregate: viewedAs(1_000), id: "wrong" });
    yield* store.append({ ...to, aggregate: viewedElsewhere, id: "missing" });
    yield* store.append({ ...to, aggregate: viewedStrangely, id: "strange" });
    yield* store.append({ ...to, aggregate: viewedAs(1_000), id: "two", events: counts(1, 2) });
    yield* store.append({ ...to, aggregate: viewedAs(1_000), id: "not asked for" });
    yield* account(store, "no counter", "none", Account.opened("Ada"));
  });

const asked = ["two", "wrong", "nobody", "missing", "right", "no counter", "strange"];

export const mending = (test: Test) => {
  test("writes the rows of streams of one event that are not what it says", (store) =>
    Effect.gen(function* () {
      yield* damaged(store);
      const ids = [...asked, "not asked for"];
      const before = [1_000, 1_000, undefined, undefined, 1, undefined, undefined, 1_000];
      expect(yield* totals(store, ...ids)).toEqual(before);
      expect(yield* store.mendViews(aggregate, asked, { write: false })).toBe(3);
      expect(yield* totals(store, ...ids)).toEqual(before);
      expect(yield* store.mendViews(aggregate, asked, { write: true })).toBe(3);
      const after = [1_000, 1, undefined, 1, 1, undefined, 1, 1_000];
      expect(yield* totals(store, ...ids)).toEqual(after);
      expect(yield* store.mendViews(aggregate, asked, { write: true })).toBe(0);
      yield* count(store, "wrong", 1, 10);
      expect(yield* totals(store, "wrong")).toEqual([11]);
    }));

  test("takes a row of an earlier version beside an event of its own alone", (store) =>
    Effect.gen(function* () {
      const events = bare([{ _tag: "Counted", by: 1, unit: "dozen" } as const]);
      const viewedEarlier = { ...withUnit, view: Counter.view };
      yield* count(store, "earlier", "none", 1);
      yield* store.append({ aggregate: viewedEarlier, id: "later", expected: "none", events });
      const ids = ["earlier", "later"];
      expect(yield* store.mendViews(withUnit, ids, { write: false })).toBe(1);
      expect(yield* store.mendViews(withUnit, ids, { write: true })).toBe(1);
      const rows = yield* Effect.forEach(ids, (id) => store.view(withUnit, id));
      expect(rows.map(Option.getOrUndefined)).toEqual([
        { model: { total: 1, unit: "one" }, version: 1 },
        { model: { total: 1, unit: "dozen" }, version: 1 },
      ]);
      expect(yield* store.mendViews(withUnit, ids, { write: false })).toBe(0);
    }));

  test("of nothing is 0", (store) =>
    Effect.gen(function* () {
      yield* damaged(store);
      expect(yield* store.mendViews(aggregate, [], { write: true })).toBe(0);
    }));

  test("mends more streams than a page has", (store) =>
    Effect.gen(function* () {
      const ids = Array.from({ length: 2_500 }, (_, at) => `${at}`);
      yield* store.appendAll(
        ids.map((id, at) => {
          const viewed = at % 1_000 === 999 ? viewedAs(7) : aggregate;
          return { aggregate: viewed, id, expected: "none", events: counts(1) };
        }),
      );
      expect(yield* store.mendViews(aggregate, ids, { write: true })).toBe(2);
      expect(yield* totals(store, "999", "1999")).toEqual([1, 1]);
    }));

  test("ends with an event that cannot be read, and has written nothing", (store) =>
    Effect.gen(function* () {
      yield* damaged(store);
      const unreadable = { ...aggregate, codec: Account.aggregate.codec } as never;
      expect(
        yield* Effect.flip(store.mendViews(unreadable, ["wrong"], { write: true })),
      ).toMatchObject({ _tag: "UndecodableEvent", stream: { id: "wrong" } });
      expect(yield* totals(store, "wrong")).toEqual([1_000]);
    }));

  test("is undone with its transaction", (store) =>
    Effect.gen(function* () {
      yield* damaged(store);
      const undone = store.transaction(
        Effect.gen(function* () {
          expect(yield* store.mendViews(aggregate, asked, { write: true })).toBe(3);
          yield* Effect.fail("no");
        }),
      );
      expect(yield* Effect.flip(undone)).toBe("no");
      expect(yield* totals(store, "wrong", "missing")).toEqual([1_000, undefined]);
    }));
};
