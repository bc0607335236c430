import { expect } from "@effect/vitest";
import { Effect } from "effect";
import type { Append } from "@ledgerfold/event-store/EventStore";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import { count, counter, everything } from "../Steps.ts";
import type { Test } from "./Test.ts";

type CounterAppend = Append<typeof Counter.aggregate>;

const { aggregate } = Counter;
const event = (by: number, id: string) => ({ event: Counter.counted(by), id });
const append: CounterAppend = {
  aggregate,
  id: "a",
  expected: "none",
  events: [event(1, "one"), event(2, "two")],
};

export const idempotence = (test: Test) => {
  for (const expected of ["none", "any", 0, 7] as const) {
    test(`the same events again, expecting ${expected}, are the first answer`, (store) =>
      Effect.gen(function* () {
        yield* count(store, "z", "none", 9);
        const first = yield* store.append(append);
        expect(first).toEqual({ stream: counter("a"), version: 2, position: 3 });
        const before = yield* everything(store, "a");
        expect(yield* store.append({ ...append, expected })).toEqual(first);
        expect(yield* everything(store, "a")).toEqual(before);
      }));
  }

  test("also after the stream moved on, and the view and the snapshot stay", (store) =>
    Effect.gen(function* () {
      const first = yield* store.append({ ...append, snapshot: { total: 3 } });
      yield* store.append({
        ...append,
        expected: 2,
        events: [event(3, "three")],
        snapshot: { total: 1_006 },
      });
      const before = yield* everything(store, "a");
      expect(yield* store.append({ ...append, snapshot: { total: 3 } })).toEqual(first);
      expect(yield* store.append({ ...append, expected: "any" })).toEqual(first);
      expect(yield* everything(store, "a")).toEqual(before);
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 1_006 }, version: 3 });
    }));

  test("other metadata does not make it another event, and the first stays", (store) =>
    Effect.gen(function* () {
      const run = (run_id: string): CounterAppend => ({
        ...append,
        events: [{ ...event(1, "one"), metadata: { run_id } }],
      });
      const first = yield* store.append(run("first"));
      expect(yield* store.append(run("second"))).toEqual(first);
      expect(yield* store.read(counter("a"))).toMatchObject([{ metadata: { run_id: "first" } }]);
    }));

  const refused: Record<string, { readonly other: CounterAppend; readonly eventId: string }> = {
    "with other content": {
      other: { ...append, events: [event(1, "one"), event(99, "two")] },
      eventId: "one",
    },
    "in another stream": { other: { ...append, id: "b" }, eventId: "one" },
    "in another order": {
      other: { ...append, events: [event(2, "two"), event(1, "one")] },
      eventId: "two",
    },
    "half known, then new": {
      other: { ...append, expected: "any", events: [event(2, "two"), event(3, "three")] },
      eventId: "two",
    },
    "new, then half known": {
      other: { ...append, expected: "any", events: [event(0, "zero"), event(1, "one")] },
      eventId: "one",
    },
    "known and one without an id": {
      other: { ...append, events: [event(1, "one"), { event: Counter.counted(2) }] },
      eventId: "one",
    },
    "new and the same id twice": {
      other: { ...append, expected: "any", events: [event(5, "five"), event(5, "five")] },
      eventId: "five",
    },
  };
  for (const [how, { other, eventId }] of Object.entries(refused)) {
    test(`an event id ${how} is refused`, (store) =>
      Effect.gen(function* () {
        yield* store.append(append);
        const before = yield* everything(store, "a", "b");
        const error = yield* Effect.flip(store.append(other));
        expect(error).toMatchObject({ _tag: "EventIdReused", stream: counter(other.id), eventId });
        expect(error.message).toContain(eventId);
        expect(yield* everything(store, "a", "b")).toEqual(before);
      }));
  }

  test("an event id of another aggregate is refused", (store) =>
    Effect.gen(function* () {
      yield* store.append(append);
      const opened = { event: Account.opened("Ada"), id: "one" };
      const error = yield* Effect.flip(
        store.append({
          aggregate: Account.aggregate,
          id: "a",
          expected: "none",
          events: [opened],
        }),
      );
      expect(error).toMatchObject({ _tag: "EventIdReused", eventId: "one" });
    }));

  test("an event id of the same id under another type is refused", (store) =>
    Effect.gen(function* () {
      yield* store.append(append);
      const other = { ...append, aggregate: Counter.ofOthers };
      const error = yield* Effect.flip(store.append(other));
      expect(error).toMatchObject({ _tag: "EventIdReused", stream: { type: "Other", id: "a" } });
    }));

  test("an event id that is refused in a transaction leaves the rest of it", (store) =>
    Effect.gen(function* () {
      yield* store.append(append);
      yield* store.transaction(
        Effect.gen(function* () {
          yield* count(store, "b", "none", 1);
          for (const events of [append.events, [event(1, "one")] as const]) {
            const other = store.append({ ...append, id: "c", events });
            expect(yield* Effect.flip(other)).toMatchObject({ _tag: "EventIdReused" });
          }
          yield* count(store, "b", 1, 1);
        }),
      );
      expect(yield* store.load(aggregate, "b")).toMatchObject({ version: 2 });
      expect(yield* store.load(aggregate, "c")).toMatchObject({ version: 0 });
    }));

  test("the same id for two streams of one batch is refused, and nothing is left", (store) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(store.appendAll([append, { ...append, id: "b" }]));
      expect(error).toMatchObject({ _tag: "EventIdReused", stream: counter("b"), eventId: "one" });
      expect(yield* store.count([aggregate])).toEqual(new Map());
    }));

  for (const expected of ["none", 2] as const) {
    test(`the same events after others to their stream, expecting ${expected}`, (store) =>
      Effect.gen(function* () {
        const first = yield* store.append(append);
        const batch = [
          { aggregate, id: "a", expected: "any", events: [event(9, "nine")] },
          { ...append, expected },
        ] as const;
        const [nine, again] = yield* store.appendAll(batch);
        expect(nine).toMatchObject({ version: 3, position: 3 });
        expect(again).toEqual(first);
      }));
  }

  test("the same append twice in one batch adds its events once", (store) =>
    Effect.gen(function* () {
      const [first, second] = yield* store.appendAll([append, append]);
      expect(second).toEqual(first);
      expect(yield* store.count([aggregate])).toEqual(new Map([["Counter", 2]]));
    }));

  test("an id is free again when its append was refused", (store) =>
    Effect.gen(function* () {
      yield* count(store, "b", "none", 1);
      yield* Effect.flip(
        store.appendAll([append, { ...append, id: "b", events: [event(1, "x")] }]),
      );
      expect(yield* store.append(append)).toMatchObject({ version: 2 });
      expect(yield* count(store, "a", 2, 1)).toMatchObject({ version: 3 });
    }));
};
