import { expect } from "@effect/vitest";
import type { Service } from "@ledgerfold/event-store/EventStore";
import { Chunk, Effect, Either, identity, Option, Stream } from "effect";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import { account, count, counts } from "../Steps.ts";
import type { Test } from "./Test.ts";

const { aggregate, viewedAs, viewedElsewhere, viewedStrangely } = Counter;
const listed = (store: Service) =>
  Effect.map(Stream.runCollect(store.views(aggregate)), Chunk.toReadonlyArray);

const line = (id: string, owner: string, cents: bigint, version: number) =>
  Option.some({ model: { id, owner, cents }, version });

export const views = (test: Test) => {
  test("all rows are listed, in the order of their ids' bytes", (store) =>
    Effect.gen(function* () {
      expect(yield* listed(store)).toEqual([]);
      const ids = ["b", "\u{1f600}", "a", "\uffee", "B", ""];
      for (const [by, id] of ids.entries()) yield* count(store, id, "none", by, 1);
      yield* account(store, "other", "none", Account.opened("Ada"));
      expect(yield* listed(store)).toEqual(
        ["", "B", "a", "b", "\uffee", "\u{1f600}"].map((id) =>
          Either.right({ id, model: { total: ids.indexOf(id) + 1 }, version: 2 }),
        ),
      );
    }));

  test("more rows than a page are listed", (store) =>
    Effect.gen(function* () {
      const ids = Array.from({ length: 2_000 }, (_, at) => `${10_000 + at}`);
      yield* store.appendAll(
        ids.map((id) => {
          return { aggregate: Counter.aggregate, id, expected: "none", events: counts(1) };
        }),
      );
      expect((yield* listed(store)).map((row) => Either.merge(row).id)).toEqual(ids);
    }));

  test("rows that cannot be read are named in the list, and all others are in it", (store) =>
    Effect.gen(function* () {
      const to = { expected: "none", events: counts(1) } as const;
      for (const id of ["a", "c", "e"]) yield* store.append({ ...to, aggregate, id });
      for (const id of ["b", "d"]) {
        yield* store.append({ ...to, aggregate: viewedStrangely, id });
      }
      const rows = yield* listed(store);
      expect(rows.map((row) => [row._tag, Either.merge(row).id])).toEqual([
        ["Right", "a"],
        ["Left", "b"],
        ["Right", "c"],
        ["Left", "d"],
        ["Right", "e"],
      ]);
      const [error, ...more] = rows.flatMap((row) => (Either.isLeft(row) ? [row.left] : []));
      expect(error).toMatchObject({ _tag: "UnreadableView", table: "counter_view" });
      const untilThen = Stream.mapEffect(store.views(aggregate), identity);
      expect(yield* Effect.flip(Stream.runDrain(untilThen))).toEqual(error);
      expect(more).toHaveLength(1);
    }));

  test("a stream without events has no row", (store) =>
    Effect.gen(function* () {
      yield* count(store, "b", "none", 1);
      expect(yield* store.view(aggregate, "a")).toEqual(Option.none());
    }));

  test("are folded with every append, several events at once included", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1, 2);
      expect(yield* store.view(aggregate, "a")).toEqual(
        Option.some({ model: { total: 3 }, version: 2 }),
      );
      yield* count(store, "a", 2, 3, 4);
      yield* count(store, "a", "any", 5);
      yield* count(store, "b", "any", 50);
      expect(yield* store.view(aggregate, "a")).toEqual(
        Option.some({ model: { total: 15 }, version: 5 }),
      );
    }));

  for (const expected of [1, "any"] as const) {
    test(`go on from the row of the version appended to, expecting ${expected}`, (store) =>
      Effect.gen(function* () {
        yield* store.append({
          aggregate: viewedAs(1_000),
          id: "a",
          expected: "none",
          events: counts(1),
        });
        yield* count(store, "a", expected, 2);
        expect(yield* store.view(aggregate, "a")).toEqual(
          Option.some({ model: { total: 1_002 }, version: 2 }),
        );
      }));
  }

  test("are folded anew where the row is missing", (store) =>
    Effect.gen(function* () {
      yield* store.append({
        aggregate: viewedElsewhere,
        id: "a",
        expected: "none",
        events: counts(1, 2),
      });
      expect(yield* store.view(aggregate, "a")).toEqual(Option.none());
      yield* count(store, "a", 2, 3);
      expect(yield* store.view(aggregate, "a")).toEqual(
        Option.some({ model: { total: 6 }, version: 3 }),
      );
    }));

  test("are folded anew where the row is behind", (store) =>
    Effect.gen(function* () {
      const odd = { aggregate: viewedAs(1_000), id: "a", expected: "none", events: counts(1) };
      yield* store.append({ ...odd, expected: "none" });
      yield* store.append({ ...odd, aggregate: viewedElsewhere, expected: 1 });
      expect(yield* store.view(aggregate, "a")).toMatchObject({ value: { version: 1 } });
      yield* count(store, "a", "any", 3);
      expect(yield* store.view(aggregate, "a")).toEqual(
        Option.some({ model: { total: 5 }, version: 3 }),
      );
    }));

  test("are folded anew where the row has another shape, which reading refuses", (store) =>
    Effect.gen(function* () {
      yield* store.append({
        aggregate: viewedStrangely,
        id: "a",
        expected: "none",
        events: counts(1, 2),
      });
      const error = yield* Effect.flip(store.view(aggregate, "a"));
      expect(error).toMatchObject({ _tag: "UnreadableView", table: "counter_view", id: "a" });
      expect(error.message).not.toContain("strange");
      yield* count(store, "a", 2, 3);
      expect(yield* store.view(aggregate, "a")).toEqual(
        Option.some({ model: { total: 6 }, version: 3 }),
      );
    }));

  test("know the first event of their stream and its id, also when they go on", (store) =>
    Effect.gen(function* () {
      const view = (id: string) => store.view(Account.aggregate, id);
      yield* account(store, "a", "none", Account.opened("Ada"), Account.moved(5n));
      expect(yield* view("a")).toEqual(line("a", "Ada", 5n, 2));
      yield* account(store, "a", 2, Account.moved(6n), Account.opened("Eve"));
      yield* account(store, "b", "any", Account.moved(1n), Account.opened("Bob"));
      yield* account(store, "a", "any", Account.closed);
      expect(yield* view("a")).toEqual(line("a", "Ada", 11n, 5));
      expect(yield* view("b")).toEqual(line("b", "nobody", 1n, 2));
    }));

  test("know the first event when they are folded anew", (store) =>
    Effect.gen(function* () {
      const elsewhere = { ...Account.aggregate, view: Account.older.view };
      const append = { id: "a", events: [{ event: Account.opened("Ada") }] } as const;
      yield* store.append({
        ...append,
        aggregate: {
          ...elsewhere,
          view: { ...elsewhere.view, evolve: Account.aggregate.view.evolve },
        },
        expected: "none",
      });
      yield* account(store, "a", 1, Account.moved(5n));
      expect(yield* store.view(Account.aggregate, "a")).toEqual(line("a", "Ada", 5n, 2));
    }));

  test("of an older version's events are of today's", (store) =>
    Effect.gen(function* () {
      yield* store.append({
        aggregate: Account.older,
        id: "a",
        expected: "none",
        events: [{ event: { _tag: "Moved", amount: 7 } }],
      });
      yield* account(store, "a", 1, Account.moved(5n));
      expect(yield* store.view(Account.aggregate, "a")).toEqual(line("a", "nobody", 12n, 2));
    }));
};
