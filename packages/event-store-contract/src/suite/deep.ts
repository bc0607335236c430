import { expect } from "@effect/vitest";
import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { type Plainly, plainly } from "@ledgerfold/aggregate/internal/Compiled";
import type { Service } from "@ledgerfold/event-store/EventStore";
import { Chunk, Effect, Either, Schema, Stream } from "effect";
import * as Outline from "../Outline.ts";
import { log } from "../Steps.ts";
import type { Test } from "./Test.ts";

const { aggregate } = Outline;

/** More levels than can be read, and fewer than PostgreSQL and what writes JSON can take. */
const bottomless = 3000;

const write = (store: Service, id: string, levels: number) =>
  store.append({ aggregate, id, expected: "any", events: [{ event: Outline.written(levels) }] });

/** What is encoded as it is, and never looked into. */
const Unseen: Schema.Schema<unknown, unknown> = Schema.asSchema(
  Schema.transform(Schema.Struct({ heading: Schema.String }), Schema.Unknown, {
    strict: true,
    decode: (encoded): unknown => encoded,
    encode: (value) => value as never,
  }).annotations({ [plainly]: { decode: () => undefined, encode: (value) => value } as Plainly }),
) as never;

/** A stream as another program may leave it: each text has so many levels. */
const leave = (
  store: Service,
  id: string,
  levels: { readonly event?: number; readonly view?: number; readonly snapshot?: number },
) => {
  const text = (levels = 1) => `{"heading":${Outline.textOf(levels)}}`;
  const model = (levels?: number): unknown => JSON.parse(text(levels));
  const { codec, view } = aggregate;
  const theirs = {
    ...aggregate,
    codec: {
      ...codec,
      encode: (event: Outline.Written) => ({
        ...codec.encode(event),
        payload: `{"Written":${text(levels.event)}}`,
      }),
    },
    state: Unseen,
    view: { ...view, schema: Unseen, evolve: () => model(levels.view) },
  };
  return store.append<Aggregate.Any>({
    ...{ aggregate: theirs, id, expected: "none", events: [{ event: Outline.written(1) }] },
    snapshot: model(levels.snapshot),
  });
};

export const deep = (test: Test) => {
  test("the deepest value that is kept reads back, in an event, a snapshot and a view", (store) =>
    Effect.gen(function* () {
      let levels = 500;
      while (Either.isLeft(yield* Effect.either(write(store, "a", levels)))) levels -= 1;
      expect(levels).toBeGreaterThan(490);
      const state = { heading: Outline.heading(levels) };
      yield* store.append({
        ...{ aggregate, id: "b", expected: "none", snapshot: state },
        events: [{ event: Outline.written(levels) }],
      });
      for (const id of ["a", "b"]) {
        expect((yield* store.load(aggregate, id)).state).toEqual(state);
        expect(yield* store.view(aggregate, id)).toMatchObject({ value: { model: state } });
      }
      yield* store.rebuildView(aggregate);
    }));

  test("a deeper one is refused by name, in an event and a snapshot, and nothing is stored", (store) =>
    Effect.gen(function* () {
      for (const levels of [600, bottomless, 100_000]) {
        const error = yield* Effect.flip(write(store, "a", levels));
        expect(error).toMatchObject({ _tag: "UnstorableValue", part: "event", of: "Written" });
        expect(error.message).toMatch(/nested (deeper than 500 levels|too deeply)/);
        const ofSnapshot = store.append({
          ...{ aggregate, id: "a", expected: "any", events: [{ event: Outline.written(1) }] },
          snapshot: { heading: Outline.heading(levels) },
        });
        expect(yield* Effect.flip(ofSnapshot)).toMatchObject({
          ...{ _tag: "UnstorableValue", part: "snapshot" },
        });
      }
      expect(yield* log(store)).toEqual([]);
    }));

  test("an event of another program that is nested deeper than it can be read is named", (store) =>
    Effect.gen(function* () {
      yield* leave(store, "bottomless", { event: bottomless, snapshot: bottomless });
      yield* leave(store, "flat", {});
      const unreadable = {
        _tag: "UndecodableEvent",
        reason: "its payload is nested too deeply",
        stream: { type: "Outline", id: "bottomless" },
      };
      const written = Outline.written(1);
      const calls: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
        store.load(aggregate, "bottomless"),
        store.execute(aggregate, "bottomless", written),
      ];
      for (const call of calls) expect(yield* Effect.flip(call)).toMatchObject(unreadable);
      const [, flat] = yield* log(store);
      expect(flat?.stream.id).toBe("flat");
      expect(yield* Effect.flip(store.rebuildView(aggregate))).toMatchObject({
        ...{ _tag: "ViewNotRebuilt", count: 1, rebuilt: { rows: 1 } },
        first: { stream: unreadable.stream, sequence: 1, cause: { _tag: "UndecodableEvent" } },
      });
      expect(yield* store.load(aggregate, "flat")).toMatchObject({ version: 1 });
    }));

  test("a snapshot that cannot be read is ignored", (store) =>
    Effect.gen(function* () {
      yield* leave(store, "a", { snapshot: bottomless });
      const state = { heading: Outline.heading(1) };
      expect(yield* store.load(aggregate, "a")).toEqual({ state, version: 1 });
    }));

  test("a view's row that cannot be read is named, and the next append makes it anew", (store) =>
    Effect.gen(function* () {
      yield* leave(store, "a", { view: bottomless });
      const unreadable = { _tag: "UnreadableView", id: "a" };
      expect(yield* Effect.flip(store.view(aggregate, "a"))).toMatchObject(unreadable);
      const rows = Chunk.toReadonlyArray(yield* Stream.runCollect(store.views(aggregate)));
      expect(rows).toMatchObject([{ _tag: "Left", left: unreadable }]);
      expect(yield* store.mendViews(aggregate, ["a"], { write: false })).toBe(1);
      yield* write(store, "a", 2);
      expect(yield* store.view(aggregate, "a")).toMatchObject({
        value: { model: { heading: Outline.heading(2) }, version: 2 },
      });
    }));
};
