import { expect } from "@effect/vitest";
import type { NewEvent, Service } from "@ledgerfold/event-store/EventStore";
import { EventStore } from "@ledgerfold/event-store/EventStore";
import type { Run } from "@ledgerfold/event-store/Run";
import * as Subscription from "@ledgerfold/event-store/Subscription";
import { Effect, Option } from "effect";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import { account, count, counter, everything, log } from "../Steps.ts";
import type { Test } from "./Test.ts";

const { aggregate } = Counter;

const run = (
  id: string,
  at = "2026-01-31T23:59:59.000Z",
): Parameters<Service["runs"]["put"]>[0] => ({
  id,
  at,
  version: "1.2.3",
  options: { "database-url": ["a b.db"], force: [], "leave-out": ["a", "ü\0"] },
  counts: { written: { Counter: 2 }, alreadyThere: {}, mended: { Account: 1 }, erased: 0 },
  roots: { Counter: "00ff" },
});

const of = (id: string, by: number): NewEvent<Counter.Event> => ({
  event: Counter.counted(by),
  metadata: { run_id: id, other: "\0" },
});

export const runs = (test: Test) => {
  /** Two runs on counters, the second one on two, beside events that are no run's. */
  const filled = (store: Service) =>
    Effect.gen(function* () {
      yield* account(store, "a", "none", Account.opened("Ada"));
      const begin = (id: string, name: string) =>
        store.append({
          aggregate,
          id: name,
          expected: "none",
          events: [of(id, 1)],
          snapshot: { total: 1_000 },
        });
      yield* begin("first", "a");
      yield* begin("sécond", "b");
      yield* begin("sécond", "C");
      yield* count(store, "own", "none", 5);
    });

  test("are told by their events, and by what is kept of them", (store) =>
    Effect.gen(function* () {
      expect(yield* store.runs.all).toEqual([]);
      yield* filled(store);
      yield* store.transaction(store.runs.put(run("sécond")));
      yield* store.transaction(store.runs.put(run("gone", "2025-01-31T23:59:59.000Z")));
      const [gone, second, first, ...more] = yield* store.runs.all;
      expect(more).toEqual([]);
      expect(gone).toMatchObject({ id: "gone", events: new Map(), lastPosition: 0 });
      expect(second).toMatchObject({
        id: "sécond",
        at: "2026-01-31T23:59:59.000Z",
        run: { ...run("sécond"), outcome: "kept" } satisfies Partial<Run>,
        events: new Map([["Counter", 2]]),
        lastPosition: 4,
      });
      const [, appended] = yield* log(store);
      const counted = { events: new Map([["Counter", 1]]), lastPosition: 2, at: appended?.time };
      expect(first).toEqual({ id: "first", run: undefined, ...counted });
    }));

  test("are kept with their transaction or not at all", (store) =>
    Effect.gen(function* () {
      yield* Effect.flip(
        store.transaction(Effect.zipRight(store.runs.put(run("a")), Effect.fail(1))),
      );
      expect(yield* store.runs.all).toEqual([]);
      yield* store.bulk(store.runs.put(run("a")));
      expect(yield* store.runs.all).toMatchObject([{ id: "a" }]);
    }));

  test("rollBack takes a run's events, snapshots and views, and nothing else", (store) =>
    Effect.gen(function* () {
      yield* filled(store);
      yield* store.transaction(store.runs.put(run("sécond")));
      const on = Effect.provideService(EventStore, store);
      const caughtUp = on(Subscription.catchUp({ name: "all", handle: () => Effect.void }));
      yield* caughtUp;
      yield* count(store, "own", 1, 1);
      const others = everything(store, "a", "own");
      const before = yield* others;
      expect(yield* store.runs.rollBack("sécond", [aggregate, Account.aggregate])).toBe(2);
      const after = yield* others;
      expect(after.log.map(({ position }) => position)).toEqual([1, 2, 5, 6]);
      expect(after.log).toEqual(before.log.filter(({ position }) => ![3, 4].includes(position)));
      expect([after.views, after.states]).toEqual([before.views, before.states]);
      expect(yield* store.view(Account.aggregate, "a")).toMatchObject({ _tag: "Some" });
      for (const id of ["b", "C"]) {
        expect(yield* store.view(aggregate, id)).toEqual(Option.none());
        expect(yield* store.load(aggregate, id)).toEqual({ state: { total: 0 }, version: 0 });
      }
      expect(yield* store.runs.all).toMatchObject([
        { id: "sécond", run: { outcome: "rolled back", version: "1.2.3" }, events: new Map() },
        { id: "first" },
      ]);
      expect(yield* store.runs.rollBack("sécond", [aggregate])).toBe(0);
      yield* count(store, "b", "none", 1);
      expect(yield* store.view(aggregate, "b")).toMatchObject({ value: { model: { total: 1 } } });
    }));

  test("rollBack never gives a position out again, and subscriptions notice", (store) =>
    Effect.gen(function* () {
      yield* store.append({ aggregate, id: "a", expected: "none", events: [of("last", 1)] });
      const on = Effect.provideService(EventStore, store);
      const caughtUp = on(Subscription.catchUp({ name: "all", handle: () => Effect.void }));
      yield* caughtUp;
      expect(yield* store.runs.rollBack("last", [aggregate])).toBe(1);
      expect(yield* count(store, "a", "none", 1)).toMatchObject({ position: 2 });
      expect(yield* Effect.flip(caughtUp)).toMatchObject({
        _tag: "CheckpointMismatch",
        expected: { position: 1 },
      });
    }));

  test("rollBack refuses, by name, streams that others have gone on with", (store) =>
    Effect.gen(function* () {
      yield* filled(store);
      yield* store.transaction(store.runs.put(run("sécond")));
      yield* count(store, "C", 1, 7);
      const before = yield* everything(store, "a", "b", "C", "own");
      const error = yield* Effect.flip(store.runs.rollBack("sécond", [aggregate]));
      expect(error).toMatchObject({ _tag: "StreamsMovedOn", streams: [counter("C")] });
      expect(error.message).toContain("1 stream of the run sécond moved on");
      expect(yield* everything(store, "a", "b", "C", "own")).toEqual(before);
      expect((yield* store.runs.all)[0]?.run).toMatchObject({ outcome: "kept" });
    }));

  test("rollBack minds the streams of these aggregates alone", (store) =>
    Effect.gen(function* () {
      yield* store.append({ aggregate, id: "a", expected: "none", events: [of("both", 1)] });
      yield* store.append({
        aggregate: Account.aggregate,
        id: "a",
        expected: "none",
        events: [{ event: Account.opened("Ada"), metadata: { run_id: "both" } }],
      });
      yield* account(store, "a", 1, Account.moved(1n));
      expect(yield* store.runs.shared("both", [aggregate])).toEqual([]);
      expect(yield* store.runs.rollBack("both", [aggregate])).toBe(1);
      expect((yield* log(store)).map(({ stream }) => stream.type)).toEqual(["Account", "Account"]);
      expect(yield* store.view(Account.aggregate, "a")).toMatchObject({ value: { version: 2 } });
    }));

  test("rollBack is undone with its transaction", (store) =>
    Effect.gen(function* () {
      yield* filled(store);
      const before = yield* everything(store, "a", "b", "C", "own");
      const undone = store.transaction(
        Effect.zipRight(store.runs.rollBack("sécond", [aggregate]), Effect.fail("no")),
      );
      expect(yield* Effect.flip(undone)).toBe("no");
      expect(yield* everything(store, "a", "b", "C", "own")).toEqual(before);
    }));
};
