import { expect } from "@effect/vitest";
import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { Effect, Schema } from "effect";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import { account, count, counts } from "../Steps.ts";
import type { Test } from "./Test.ts";

const { aggregate } = Counter;

/** The snapshots here are wrong on purpose: what they say shows that they were used. */
export const loading = (test: Test) => {
  test("a fresh stream is the initial state at version 0", (store) =>
    Effect.gen(function* () {
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 0 }, version: 0 });
    }));

  test("from events alone", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1, 2);
      yield* count(store, "a", 2, 3);
      yield* count(store, "b", "none", 100);
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 6 }, version: 3 });
    }));

  test("from the snapshot and the events after it", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1);
      yield* store.append({
        aggregate,
        id: "a",
        expected: 1,
        events: counts(2, 3),
        snapshot: { total: 1_000 },
      });
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 1_000 }, version: 3 });
      yield* count(store, "a", 3, 4, 5);
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 1_009 }, version: 5 });
      expect(yield* store.load(aggregate, "b")).toMatchObject({ version: 0 });
    }));

  test("a later snapshot takes the place of an earlier one", (store) =>
    Effect.gen(function* () {
      for (const version of [0, 1, 2]) {
        const snapshot = { total: 1_000 * (version + 1) };
        yield* store.append({ aggregate, id: "a", expected: version, events: counts(1), snapshot });
      }
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 3_000 }, version: 3 });
    }));

  test("of several snapshots in one batch the last is kept", (store) =>
    Effect.gen(function* () {
      const to = { aggregate, id: "a", expected: "any", events: counts(1) } as const;
      const totals = [1_000, 2_000, 3_000];
      yield* store.appendAll(totals.map((total) => ({ ...to, snapshot: { total } })));
      yield* count(store, "a", 3, 1);
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 3_001 }, version: 4 });
    }));

  test("a refused append leaves the snapshot", (store) =>
    Effect.gen(function* () {
      const to = { aggregate, id: "a", events: counts(1) } as const;
      yield* store.append({ ...to, expected: "none", snapshot: { total: 1_000 } });
      yield* Effect.flip(count(store, "a", "none", 1));
      yield* Effect.flip(count(store, "a", "none", 1, 2));
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 1_000 }, version: 1 });
    }));

  test("a snapshot of another schema version is ignored", (store) =>
    Effect.gen(function* () {
      const append = { aggregate, id: "a", events: counts(2), snapshot: { total: 1_000 } };
      yield* store.append({ ...append, expected: "none" });
      const newer = { ...aggregate, stateVersion: 2 };
      expect(yield* store.load(newer, "a")).toEqual({ state: { total: 2 }, version: 1 });
      yield* store.append({ ...append, aggregate: newer, expected: 1, snapshot: { total: 2_000 } });
      expect(yield* store.load(newer, "a")).toEqual({ state: { total: 2_000 }, version: 2 });
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 4 }, version: 2 });
    }));

  test("a snapshot that its schema does not fit is ignored", (store) =>
    Effect.gen(function* () {
      const strange = Aggregate.make({
        ...aggregate,
        state: Schema.String,
        initial: "",
        evolve: (_: string, __: Counter.Event) => "",
        decide: () => Effect.succeed([]),
      });
      yield* store.append({
        aggregate: strange,
        id: "a",
        expected: "none",
        events: counts(2),
        snapshot: "strange",
      });
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 2 }, version: 1 });
    }));

  test("snapshots of two aggregates with the same id are apart", (store) =>
    Effect.gen(function* () {
      yield* store.append({
        aggregate,
        id: "a",
        expected: "none",
        events: counts(2),
        snapshot: { total: 1_000 },
      });
      yield* account(store, "a", "none", Account.moved(3n));
      expect(yield* store.load(Account.aggregate, "a")).toEqual({
        state: { cents: 3n, moves: 1, closed: false },
        version: 1,
      });
    }));

  test("events of an older version are read as today's", (store) =>
    Effect.gen(function* () {
      yield* store.append({
        aggregate: Account.older,
        id: "a",
        expected: "none",
        events: [{ event: { _tag: "Moved", amount: 7 } }],
      });
      yield* account(store, "a", 1, Account.moved(3n));
      const { stream } = yield* account(store, "a", 2, Account.closed);
      expect((yield* store.read(stream)).map(({ version, payload }) => [version, payload])).toEqual(
        [
          ["0.9", '{"Moved":{"amount":7}}'],
          ["1.0", '{"Moved":{"cents":3,"note":""}}'],
          ["1.0", '"Closed"'],
        ],
      );
      expect(yield* store.load(Account.aggregate, "a")).toEqual({
        state: { cents: 10n, moves: 2, closed: true },
        version: 3,
      });
    }));

  test("an event that cannot be read is a typed failure, of load and of an append", (store) =>
    Effect.gen(function* () {
      const newer = {
        ...Account.older,
        codec: { ...Account.older.codec, encode: () => future },
      };
      yield* store.append({
        aggregate: newer,
        id: "a",
        expected: "none",
        events: [{ event: { _tag: "Moved", amount: 7 } }],
      });
      const failure = {
        _tag: "UndecodableEvent",
        type: "AccountEvent::Frozen",
        version: "2.0",
        stream: { type: "Account", id: "a" },
        message: expect.stringContaining('(version 2.0) of Account "a" cannot be read'),
      };
      expect(yield* Effect.flip(store.load(Account.aggregate, "a"))).toMatchObject(failure);
      expect(yield* Effect.flip(account(store, "a", 1, Account.closed))).toMatchObject(failure);
    }));
};

const future = { type: "AccountEvent::Frozen", version: "2.0", payload: '"Frozen"' };
