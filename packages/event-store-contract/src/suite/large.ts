import { expect } from "@effect/vitest";
import type { Checkpoints } from "@ledgerfold/event-store/Checkpoint";
import * as Subscription from "@ledgerfold/event-store/Subscription";
import { Cause, Effect, Exit } from "effect";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import { bare, count, counter, log } from "../Steps.ts";
import { on, type Test } from "./Test.ts";

const { aggregate } = Counter;

/** More than a server takes in one statement. */
const many = 9_000;
const events = Array.from({ length: many }, (_, at) => ({
  event: Counter.counted(1),
  id: `event ${at}`,
}));
const [first, ...rest] = events as [(typeof events)[0], ...typeof events];
const append = { aggregate, id: "a", expected: 1, events: [first, ...rest] } as const;

export const large = (test: Test) => {
  test("thousands of events in one append are kept as few are", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1);
      const appended = yield* store.append({ ...append, snapshot: { total: many + 1 } });
      expect(appended).toEqual({ stream: counter("a"), version: many + 1, position: many + 1 });
      expect(yield* store.append(append)).toEqual(appended);
      expect(yield* count(store, "a", many + 1, 5)).toMatchObject({ position: many + 2 });
      const places = (yield* log(store)).map(({ position, sequence }) => [position, sequence]);
      expect(places).toEqual(places.map((_, at) => [at + 1, at + 1]));
      const row = { model: { total: many + 6 }, version: many + 2 };
      expect(yield* store.view(aggregate, "a")).toMatchObject({ value: row });
      expect(yield* store.load(aggregate, "a")).toMatchObject({ state: { total: many + 6 } });
    }));

  test("all of them or none, in a transaction too", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1);
      const late = {
        ...append,
        id: "b",
        expected: 7,
        events: [{ event: Counter.counted(7) }],
      } as const;
      const error = yield* Effect.flip(store.appendAll([append, late]));
      expect(error).toMatchObject({ _tag: "VersionConflict", stream: counter("b") });
      yield* Effect.flip(
        store.transaction(Effect.zipRight(store.append(append), Effect.fail("no"))),
      );
      expect(yield* log(store)).toHaveLength(1);
      const both = store.appendAll([
        append,
        { ...append, id: "b", expected: "none", events: [{ event: Counter.counted(7) }] },
      ]);
      const [, other] = yield* store.transaction(both);
      expect(other).toMatchObject({ version: 1, position: many + 2 });
      expect(yield* store.view(aggregate, "b")).toMatchObject({ value: { model: { total: 7 } } });
    }));

  test("large texts are kept, and each of many appends is an append of its own", (store) =>
    Effect.gen(function* () {
      const text = "x".repeat(1_000_000);
      const appends = Array.from({ length: 40 }, (_, at) =>
        store.append({
          aggregate: Account.aggregate,
          id: `${at}`,
          expected: at === 20 ? 1 : "none",
          events: bare([Account.opened(`${at}${text}`)]),
        }),
      );
      const exits = yield* Effect.forEach(appends, Effect.exit, { concurrency: "unbounded" });
      const failed = exits.filter(Exit.isFailure);
      expect(failed.map(({ cause }) => Cause.squash(cause))).toMatchObject([
        { _tag: "VersionConflict", stream: { id: "20" } },
      ]);
      expect(yield* store.view(Account.aggregate, "39")).toMatchObject({
        value: { model: { owner: `39${text}` } },
      });
      expect(yield* log(store)).toHaveLength(39);
    }));

  test("a subscription's batch ends where its events are large", (store) =>
    Effect.gen(function* () {
      const text = "x".repeat(1_000_000);
      for (let at = 0; at < 20; at += 1) {
        yield* store.append({
          aggregate: Account.aggregate,
          id: `${at}`,
          expected: "none",
          events: bare([Account.opened(text)]),
        });
      }
      const batches: Array<number> = [];
      let handled = 0;
      const checkpoints: Checkpoints = {
        ...store.checkpoints,
        put: (...given) => {
          batches.push(handled);
          handled = 0;
          return store.checkpoints.put(...given);
        },
      };
      const handle = () =>
        Effect.sync(() => {
          handled += 1;
        });
      const reading = Subscription.catchUp({ name: "all", handle, batch: 1_000 });
      expect(yield* on({ ...store, checkpoints })(reading)).toBe(20);
      expect(Math.max(...batches)).toBeLessThan(10);
      expect(batches.reduce((sum, batch) => sum + batch)).toBe(20);
    }));

  test("more events than one call takes are refused", (store) =>
    Effect.gen(function* () {
      const one = { event: Counter.counted(1) };
      const half = Array.from({ length: 500_000 }, () => one);
      const to = { aggregate, expected: "none", events: [one, ...half] } as const;
      const error = yield* Effect.flip(
        store.appendAll([
          { ...to, id: "a" },
          { ...to, id: "b" },
        ]),
      );
      expect(error).toMatchObject({ _tag: "InvalidArgument", argument: "the number of events" });
      expect(yield* log(store)).toEqual([]);
    }));
};
