import { expect } from "@effect/vitest";
import { Chunk, Effect, Stream } from "effect";
import type { LogOptions, ReadOptions } from "@ledgerfold/event-store/EventStore";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import { account, count, counter, log } from "../Steps.ts";
import type { Test } from "./Test.ts";

export const reading = (test: Test) => {
  test("a stream is read from a sequence on, oldest first", (store) =>
    Effect.gen(function* () {
      yield* count(store, "b", "none", 9);
      yield* count(store, "a", "none", 1, 2, 3);
      const sequences = (from?: number) =>
        Effect.map(store.read(counter("a"), from === undefined ? {} : { from }), (events) =>
          events.map(({ sequence }) => sequence),
        );
      expect(yield* sequences()).toEqual([1, 2, 3]);
      expect(yield* sequences(0)).toEqual([1, 2, 3]);
      expect(yield* sequences(2)).toEqual([2, 3]);
      expect(yield* sequences(3)).toEqual([3]);
      expect(yield* sequences(4)).toEqual([]);
      expect(yield* store.read(counter("nobody"))).toEqual([]);
    }));

  test("a stream is read backwards, and a part of it", (store) =>
    Effect.gen(function* () {
      yield* count(store, "b", "none", 9);
      yield* count(store, "a", "none", 1, 2, 3, 4);
      const sequences = (options: ReadOptions) =>
        Effect.map(store.read(counter("a"), options), (events) =>
          events.map(({ sequence }) => sequence),
        );
      expect(yield* sequences({ direction: "backwards" })).toEqual([4, 3, 2, 1]);
      expect(yield* sequences({ direction: "backwards", limit: 1 })).toEqual([4]);
      expect(yield* sequences({ direction: "backwards", from: 3, limit: 2 })).toEqual([3, 2]);
      expect(yield* sequences({ direction: "backwards", from: 9 })).toEqual([4, 3, 2, 1]);
      expect(yield* sequences({ direction: "backwards", from: 0 })).toEqual([]);
      expect(yield* sequences({ direction: "forwards" })).toEqual([1, 2, 3, 4]);
      expect(yield* sequences({ limit: 2 })).toEqual([1, 2]);
      expect(yield* sequences({ from: 2, limit: 2 })).toEqual([2, 3]);
      expect(yield* sequences({ from: 4, limit: 2 })).toEqual([4]);
      expect(yield* sequences({ limit: 0 })).toEqual([]);
    }));

  test("every field comes back as it was stored", (store) =>
    Effect.gen(function* () {
      const begin = new Date().toISOString();
      const metadata = { run_id: "7", legacy_table: "trades", empty: "" };
      yield* store.append({
        aggregate: Account.aggregate,
        id: "a",
        expected: "none",
        events: [
          { event: Account.opened("Ada"), id: "one", metadata },
          { event: Account.moved(-5n, "rent") },
        ],
      });
      const stream = { type: "Account", id: "a" };
      const [{ time } = { time: null }] = yield* store.read(stream);
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect([begin, time, new Date().toISOString()].sort()[1]).toBe(time);
      const events = [
        {
          stream,
          sequence: 1,
          position: 1,
          type: "AccountEvent::Opened",
          version: "1.0",
          payload: '{"Opened":{"owner":"Ada"}}',
          metadata,
          id: "one",
          time,
          correlationId: null,
          causationId: null,
        },
        {
          stream,
          sequence: 2,
          position: 2,
          type: "AccountEvent::Moved",
          version: "1.0",
          payload: '{"Moved":{"cents":-5,"note":"rent"}}',
          metadata: {},
          id: null,
          time,
          correlationId: null,
          causationId: null,
        },
      ];
      expect(yield* store.read(stream)).toEqual(events);
      expect(yield* log(store)).toEqual(events);
      expect(yield* store.readFirst("Account", ["a"])).toEqual(events.slice(0, 1));
    }));

  test("metadata is what it was when it was appended", (store) =>
    Effect.gen(function* () {
      const metadata = { run_id: "7" };
      const event = { event: Counter.counted(1), metadata };
      yield* store.append({
        aggregate: Counter.aggregate,
        id: "a",
        expected: "any",
        events: [event],
      });
      metadata.run_id = "8";
      expect(yield* store.read(counter("a"))).toMatchObject([{ metadata: { run_id: "7" } }]);
    }));

  test("first events come in the order asked for, missing ones included", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1, 2);
      yield* count(store, "b", "none", 3);
      yield* account(store, "c", "none", Account.opened("Ada"));
      const first = yield* store.readFirst("Counter", ["b", "nobody", "a", "b", "c"]);
      expect(first.map((event) => event?.payload)).toEqual([
        '{"Counted":{"by":3}}',
        undefined,
        '{"Counted":{"by":1}}',
        '{"Counted":{"by":3}}',
        undefined,
      ]);
      expect(yield* store.readFirst("Counter", [])).toEqual([]);
    }));

  test("the log is in the order of appending, across streams", (store) =>
    Effect.gen(function* () {
      yield* count(store, "b", "none", 1);
      yield* account(store, "a", "none", Account.opened("Ada"), Account.closed);
      yield* count(store, "b", 1, 2);
      const places = (yield* log(store)).map(({ position, stream, sequence }) => [
        position,
        stream.id,
        sequence,
      ]);
      expect(places).toEqual([
        [1, "b", 1],
        [2, "a", 1],
        [3, "a", 2],
        [4, "b", 2],
      ]);
    }));

  test("the log after a position, across pages", (store) =>
    Effect.gen(function* () {
      const by = Array.from({ length: 2_500 }, (_, index) => index);
      yield* count(store, "a", "none", 0, ...by.slice(1));
      const after = (position: number) =>
        Effect.map(Stream.runCollect(store.readAll({ after: position })), (events) =>
          Chunk.toReadonlyArray(Chunk.map(events, (event) => event.position)),
        );
      for (const position of [0, 1, 499, 500, 1_499, 1_500, 2_499, 2_500, 9_999]) {
        expect(yield* after(position)).toEqual(by.slice(position).map((index) => index + 1));
      }
      expect(Chunk.size(yield* Stream.runCollect(Stream.take(store.readAll(), 3)))).toBe(3);
    }));

  test("the log of some aggregates, of some types of events, and of both", (store) =>
    Effect.gen(function* () {
      for (const round of [0, 1, 2]) {
        yield* count(store, `${round}`, "none", round);
        yield* account(store, `${round}`, "none", Account.opened("Ada"), Account.closed);
      }
      const positions = (options: LogOptions) =>
        Effect.map(Stream.runCollect(store.readAll(options)), (events) =>
          Chunk.toReadonlyArray(Chunk.map(events, (event) => event.position)),
        );
      expect(yield* positions({ aggregates: ["Counter"] })).toEqual([1, 4, 7]);
      expect(yield* positions({ aggregates: ["Counter"], after: 4 })).toEqual([7]);
      expect(yield* positions({ types: ["AccountEvent::Closed"] })).toEqual([3, 6, 9]);
      const some = ["AccountEvent::Closed", "CounterEvent::Counted"];
      expect(yield* positions({ types: some, after: 2 })).toEqual([3, 4, 6, 7, 9]);
      expect(yield* positions({ types: some, aggregates: ["Account"] })).toEqual([3, 6, 9]);
      expect(yield* positions({ types: ["Counted"] })).toEqual([]);
      expect(yield* positions({ aggregates: [] })).toEqual([]);
    }));

  test("so many events of the log, across pages", (store) =>
    Effect.gen(function* () {
      const by = Array.from({ length: 2_500 }, (_, index) => index);
      yield* count(store, "a", "none", 0, ...by.slice(1));
      for (const limit of [0, 1, 999, 1_000, 1_001, 2_000, 2_499, 2_500, 2_501]) {
        const events = yield* Stream.runCollect(store.readAll({ limit }));
        expect(Chunk.size(events)).toBe(Math.min(limit, 2_500));
      }
      const some = store.readAll({ after: 1_200, aggregates: ["Counter"], limit: 1_100 });
      const events = Chunk.toReadonlyArray(yield* Stream.runCollect(some));
      expect(events.map(({ position }) => position)).toEqual(
        by.slice(1_200, 2_300).map((index) => index + 1),
      );
    }));

  test("the end of the log", (store) =>
    Effect.gen(function* () {
      expect(yield* store.readLast).toBeUndefined();
      yield* count(store, "a", "none", 1, 2);
      yield* account(store, "b", "none", Account.opened("Ada"));
      expect(yield* store.readLast).toEqual((yield* log(store)).at(-1));
      yield* store.erase([Account.aggregate]);
      expect(yield* store.readLast).toMatchObject({ stream: counter("a"), sequence: 2 });
    }));

  test("counts are by type, for those that have events", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1, 2);
      yield* count(store, "b", "none", 3);
      yield* account(store, "a", "none", Account.closed);
      const { aggregate } = Counter;
      const unknown = { ...aggregate, type: "Unknown" };
      expect(yield* store.count([aggregate, Account.aggregate, unknown])).toEqual(
        new Map([
          ["Counter", 3],
          ["Account", 1],
        ]),
      );
      expect(yield* store.count([aggregate])).toEqual(new Map([["Counter", 3]]));
      expect(yield* store.count([])).toEqual(new Map());
    }));
};
