import { expect } from "@effect/vitest";
import { Cause, Effect } from "effect";
import * as Causation from "../../Causation.ts";
import * as EncodedStream from "../../EncodedStream.ts";
import type { RecordedEvent } from "../../EventStore.ts";
import * as Account from "./Account.ts";
import * as Counter from "./Counter.ts";
import { bare, count, counter, everything, log, type Test } from "./Test.ts";

const { aggregate } = Counter;
const metadata = { from: "elsewhere" };

const encoded = (...ids: ReadonlyArray<string>) =>
  ids.map((id) => EncodedStream.encode(aggregate, id, Counter.counted(id.length), metadata));

/** As it comes from another thread. */
const sent = (...ids: ReadonlyArray<string>) => structuredClone(encoded(...ids));

const placeless = ({ position: _, time: __, stream: { type }, ...event }: RecordedEvent) => ({
  ...event,
  type,
});

export const encodedStreams = (test: Test) => {
  test("writes what an append of the same events writes", (store) =>
    Effect.gen(function* () {
      const appended = yield* store.appendEncoded(aggregate, sent("aa", "bbb"));
      yield* store.append({
        aggregate,
        id: "cc",
        expected: "none",
        events: [{ event: Counter.counted(2), metadata }],
      });
      expect(appended.map(({ stream, version }) => [stream, version])).toEqual([
        [counter("aa"), 1],
        [counter("bbb"), 1],
      ]);
      const [aa, bbb, cc] = yield* log(store);
      expect([aa?.position, bbb?.position]).toEqual(appended.map(({ position }) => position));
      expect(aa?.stream).toEqual(counter("aa"));
      expect(placeless(aa as RecordedEvent)).toEqual(placeless(cc as RecordedEvent));
      const { views, states } = yield* everything(store, "aa", "cc");
      expect(views[0]).toEqual(views[1]);
      expect(states[0]).toEqual(states[1]);
    }));

  test("a view that reads the stream's first event gets it", (store) =>
    Effect.gen(function* () {
      const opened: Account.Event = { _tag: "Opened", owner: "ada" };
      const stream = EncodedStream.encode(Account.aggregate, "a", opened, {});
      yield* store.appendEncoded(Account.aggregate, [stream]);
      expect(yield* Effect.flatten(store.view(Account.aggregate, "a"))).toEqual({
        model: { id: "a", owner: "ada", cents: 0n },
        version: 1,
      });
    }));

  test("all of them or none, and none to a stream that is there", (store) =>
    Effect.gen(function* () {
      yield* count(store, "b", "none", 1, 2);
      const before = yield* everything(store, "a", "b");
      expect(yield* Effect.flip(store.appendEncoded(aggregate, sent("a", "b")))).toMatchObject({
        _tag: "VersionConflict",
        stream: counter("b"),
        expected: "none",
        actual: 2,
      });
      expect(yield* everything(store, "a", "b")).toEqual(before);
      expect(yield* Effect.flip(store.appendEncoded(aggregate, sent("c", "c")))).toMatchObject({
        _tag: "VersionConflict",
        stream: counter("c"),
        actual: 1,
      });
      expect(yield* everything(store, "a", "b")).toEqual(before);
      expect(yield* store.appendEncoded(aggregate, [])).toEqual([]);
    }));

  test("a bulk load of them refuses a stream that begins twice", (store) =>
    Effect.gen(function* () {
      const twice = store.bulk(
        Effect.zipRight(
          store.appendEncoded(aggregate, sent("a", "b")),
          store.appendEncoded(aggregate, sent("b", "c")),
        ),
      );
      expect(yield* Effect.flip(twice)).toMatchObject({
        _tag: "VersionConflict",
        stream: counter("b"),
      });
      expect(yield* log(store)).toEqual([]);
      yield* store.bulk(store.appendEncoded(aggregate, sent("a", "b")));
      expect(yield* Effect.flip(count(store, "a", "none", 1))).toMatchObject({ actual: 1 });
    }));

  test("what was kept of an erased stream of that name is forgotten", (store) =>
    Effect.gen(function* () {
      const [event] = bare([Counter.counted(7)]);
      const snapshot = { total: 7 };
      yield* store.append({ aggregate, id: "a", expected: "none", events: [event], snapshot });
      yield* store.erase([aggregate]);
      yield* store.appendEncoded(aggregate, sent("a"));
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 1 }, version: 1 });
    }));

  test("they say what they came of", (store) =>
    Effect.gen(function* () {
      yield* Causation.correlated("request 7")(store.appendEncoded(aggregate, sent("a")));
      const [event] = yield* log(store);
      expect(event?.metadata).toEqual({ correlation_id: "request 7", ...metadata });
    }));

  test("an id that no database keeps as it is, is a defect", (store) =>
    Effect.gen(function* () {
      const broken = store.appendEncoded(aggregate, encoded("a", "\ud800"));
      const defect = yield* Effect.flip(Effect.sandbox(broken));
      expect(Cause.pretty(defect)).toContain("not well-formed Unicode");
      expect(yield* log(store)).toEqual([]);
    }));
};
