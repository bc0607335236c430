import { expect } from "@effect/vitest";
import type { Metadata, NewEvent, Service } from "@ledgerfold/event-store/EventStore";
import * as EncodedStream from "@ledgerfold/event-store/EncodedStream";
import { Effect } from "effect";
import * as Counter from "../Counter.ts";
import { aggregate as notes, calm, type Note, type Noted } from "../Notes.ts";
import { counter, log } from "../Steps.ts";
import type { Test } from "./Test.ts";

const noted = (change: object): NewEvent<Noted> => ({
  event: { _tag: "Noted", ...calm, ...change },
});
const append = (store: Service, event: NewEvent<Noted>, snapshot?: Note) =>
  store.append({
    ...{ aggregate: notes, id: "a", expected: "any", events: [event] },
    ...(snapshot === undefined ? {} : { snapshot }),
  });

const named = JSON.parse('{"__proto__":1}');
const cycle: Record<string, unknown> = {};
cycle.self = cycle;

const unstorable: ReadonlyArray<readonly [field: string, change: object]> = [
  ["price", { price: Number.NaN }],
  ["price", { price: Number.POSITIVE_INFINITY }],
  ["best", { best: Number.NaN }],
  ["list.1", { list: [1, undefined] }],
  ["list.0", { list: [Number.NaN] }],
  ["byName.b", { byName: { a: 1, b: Number.NaN } }],
  ["byName.__proto__", { byName: named }],
  ["anything.at", { anything: { at: new Date(0) } }],
  ["anything.0", { anything: [1n] }],
  ["anything", { anything: new Map([[1, 2]]) }],
  ["anything.work", { anything: { work: () => 1 } }],
  ["anything", { anything: Symbol("a") }],
  ["anything.Symbol(a)", { anything: { [Symbol("a")]: 1 } }],
  ["", { text: { price: Number.NaN } }],
];

/** Fields that the schema of what they stand in does not have. */
const undeclared: ReadonlyArray<readonly [field: string, change: object]> = [
  ["at", { at: 1 }],
  ["text.cents", { text: { price: 1, cents: 0 } }],
];

export const storable = (test: Test) => {
  test("an event that JSON has no word for is refused by its field", (store) =>
    Effect.gen(function* () {
      yield* append(store, noted({}));
      for (const [field, change] of unstorable) {
        const error = yield* Effect.flip(append(store, noted(change)));
        expect(error, field).toMatchObject({
          _tag: "UnstorableValue",
          part: "event",
          of: "Noted",
        });
        expect(error).toHaveProperty("field", field);
      }
      expect(yield* log(store)).toHaveLength(1);
      expect(yield* store.load(notes, "a")).toMatchObject({ version: 1 });
    }));

  test("a field that no schema declares is refused instead of being left out", (store) =>
    Effect.gen(function* () {
      yield* append(store, noted({}), calm);
      for (const [field, change] of undeclared) {
        const ofEvent = yield* Effect.flip(append(store, noted(change)));
        expect(ofEvent.message).toBe(
          `Notes "a": the field ${field} of the event Noted is not in its schema, and would be lost. Nothing was stored.`,
        );
        const snapshot = { ...calm, ...change };
        const ofSnapshot = yield* Effect.flip(append(store, noted({}), snapshot));
        expect(ofSnapshot).toMatchObject({ part: "snapshot", of: "Notes", field });
      }
      const view = { ...notes.view, evolve: () => ({ doubled: 2, halved: 1 }) };
      const widened = { ...notes, view };
      const ofView = yield* Effect.flip(
        store.append({ aggregate: widened, id: "a", expected: "any", events: [noted({})] }),
      );
      expect(ofView).toMatchObject({ part: "view", of: "notes_view", field: "halved" });
      const refused = yield* Effect.flip(
        store.execute(notes, "a", { _tag: "Noted", ...calm, at: 1 } as Noted),
      );
      expect(refused).toMatchObject({ _tag: "UnstorableValue", field: "at" });
      const rebuilt = yield* Effect.flip(store.rebuildView(widened));
      expect(rebuilt).toMatchObject({ first: { cause: { field: "halved" } } });

      expect(yield* log(store)).toHaveLength(1);
      yield* append(store, noted({ at: undefined }));
      expect(yield* store.load(notes, "a")).toEqual({ state: calm, version: 2 });
    }));

  test("what a field's schema does not allow is told with what it does", (store) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(append(store, noted({ price: "secret" })));
      expect(error.message).toBe(
        'Notes "a": the field price of the event Noted is nothing that its schema allows (a number). Nothing was stored.',
      );
      const missing = yield* Effect.flip(append(store, noted({ best: undefined })));
      expect(missing).toMatchObject({ field: "best", reason: expect.stringContaining("null") });
      expect(error.name).toBe("UnstorableValue");
    }));

  test("an event that is nested without an end is refused", (store) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(append(store, noted({ anything: cycle })));
      expect(error.message).toContain("nested deeper than");
      expect(yield* log(store)).toEqual([]);
    }));

  test("a snapshot and a view's row are refused as events are, and nothing is stored", (store) =>
    Effect.gen(function* () {
      const snapshot = { ...calm, price: Number.NaN };
      const ofSnapshot = yield* Effect.flip(append(store, noted({}), snapshot));
      expect(ofSnapshot).toMatchObject({ part: "snapshot", field: "price" });
      const ofView = yield* Effect.flip(append(store, noted({ price: 1e308 })));
      expect(ofView).toMatchObject({ _tag: "UnstorableValue", part: "view", field: "doubled" });
      expect(ofView.message).toBe(
        'Notes "a": the field doubled of the view notes_view is Infinity, which JSON has no word for. Nothing was stored.',
      );
      expect(yield* log(store)).toEqual([]);
      expect(yield* append(store, noted({}))).toMatchObject({ version: 1, position: 1 });
    }));

  test("metadata is text by name and nothing else", (store) =>
    Effect.gen(function* () {
      const { aggregate, counted } = Counter;
      for (const value of [1, null, undefined, {}, true]) {
        const metadata = { good: "text", bad: value } as unknown as Metadata;
        const events = [{ event: counted(1) }, { event: counted(2), metadata }] as const;
        const to = { aggregate, id: "a", expected: "any", events } as const;
        const error = yield* Effect.flip(store.append(to));
        expect(error).toMatchObject({ _tag: "UnstorableValue", part: "metadata", field: "bad" });
      }
      expect(yield* store.read(counter("a"))).toEqual([]);
      const good = EncodedStream.encode(Counter.aggregate, "b", Counter.counted(1), {});
      for (const metadata of [{ bad: 1 }, null, ["text"]] as unknown as ReadonlyArray<Metadata>) {
        const bad = { ...good, id: "a", event: { ...good.event, metadata } };
        const error = yield* Effect.flip(store.appendEncoded(Counter.aggregate, [good, bad]));
        expect(error).toMatchObject({ _tag: "UnstorableValue", part: "metadata" });
      }
      expect(yield* log(store)).toEqual([]);
    }));

  test("a view is not rebuilt with a row that could not be read", (store) =>
    Effect.gen(function* () {
      yield* append(store, noted({ price: 1 }));
      const view = { ...notes.view, evolve: () => ({ doubled: Number.NaN }) };
      const error = yield* Effect.flip(store.rebuildView({ ...notes, view }));
      expect(error).toMatchObject({
        _tag: "ViewNotRebuilt",
        count: 1,
        first: { sequence: 1, cause: { _tag: "UnstorableValue", field: "doubled" } },
      });
      expect(yield* store.view(notes, "a")).toMatchObject({ value: { model: { doubled: 2 } } });
    }));

  test("what JSON can say reads back as it was given", (store) =>
    Effect.gen(function* () {
      const changes = [
        { price: 2 ** 60, best: -1e20, list: [Number.MAX_VALUE, 5e-324] },
        { anything: { deep: [[{ a: "\ud800\0", n: null, large: 2n ** 70n }]] } },
        { byName: { constructor: 1, "": 2, toString: 3 }, text: { price: -0.1 } },
      ];
      for (const [at, change] of changes.entries()) {
        yield* append(store, noted(change), { ...calm, ...change });
        expect(yield* store.load(notes, "a")).toEqual({
          state: { ...calm, ...change },
          version: at + 1,
        });
        const [stored] = yield* store.read({ type: "Notes", id: "a" }, { from: at + 1 });
        const event = notes.codec.decode(stored as never);
        expect(event).toMatchObject({ _tag: "Right", right: noted(change).event });
      }
    }));
};
