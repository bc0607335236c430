import { expect } from "@effect/vitest";
import { Cause, Effect } from "effect";
import * as Causation from "@ledgerfold/event-store/Causation";
import * as EncodedStream from "@ledgerfold/event-store/EncodedStream";
import type { Appended, RecordedEvent, Service } from "@ledgerfold/event-store/EventStore";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import { account, bare, count, counter, counts, everything, log } from "../Steps.ts";
import type { Test } from "./Test.ts";
import { texts } from "./text.ts";

const { aggregate } = Counter;
const metadata = { from: "elsewhere" };

const encoded = (...ids: ReadonlyArray<string>) =>
  ids.map((id) => EncodedStream.encode(aggregate, id, Counter.counted(id.length), metadata));

/** As it comes from another thread. */
const sent = (...ids: ReadonlyArray<string>) => structuredClone(encoded(...ids));

const opened = (...ids: ReadonlyArray<string>) =>
  ids.map((id) => EncodedStream.encode(Account.aggregate, id, Account.opened(id), metadata));

const fresh = (store: Service, ...ids: ReadonlyArray<string>) =>
  store.appendAll(ids.map((id) => ({ aggregate, id, expected: "none", events: counts(1) })));

/** Of encoded streams among appends, in one order. */
const mixed = (store: Service) =>
  Effect.gen(function* () {
    return [
      ...(yield* store.appendEncoded(aggregate, sent("a", "b", "c"))),
      yield* count(store, "d", "none", 1, 2),
      ...(yield* store.appendEncoded(aggregate, sent("e"))),
      ...(yield* store.appendEncoded(aggregate, [])),
      ...(yield* store.appendEncoded(Account.aggregate, opened("a", "b"))),
      ...(yield* fresh(store, "f", "g")),
      ...(yield* store.appendEncoded(aggregate, sent("h", "i"))),
      yield* count(store, "a", 1, 3),
      ...(yield* store.appendEncoded(aggregate, sent("j", "k"))),
    ];
  });

/** Loads of them in which `mixed` is what is kept. */
const places: Readonly<
  Record<string, (store: Service) => Effect.Effect<ReadonlyArray<Appended>, unknown>>
> = {
  "in an empty log": (store) => store.bulk(mixed(store)),
  "one by one": mixed,
  "inside a transaction": (store) => store.transaction(store.bulk(mixed(store))),
  "in a transaction inside": (store) => store.bulk(store.transaction(mixed(store))),
  "after what was erased": (store) =>
    Effect.gen(function* () {
      yield* store.bulk(mixed(store));
      yield* store.erase([aggregate, Account.aggregate]);
      return yield* store.bulk(mixed(store));
    }),
  "after what it erased itself": (store) =>
    store.bulk(
      Effect.gen(function* () {
        yield* mixed(store);
        yield* store.erase([aggregate, Account.aggregate]);
        return yield* mixed(store);
      }),
    ),
  "again, after one that failed": (store) =>
    Effect.gen(function* () {
      yield* Effect.flip(store.bulk(Effect.zipRight(mixed(store), Effect.fail("no"))));
      return yield* store.bulk(mixed(store));
    }),
  "again, after a part that failed": (store) =>
    store.bulk(
      Effect.gen(function* () {
        const part = Effect.zipRight(mixed(store), Effect.fail("no"));
        yield* Effect.flip(store.transaction(part));
        return yield* mixed(store);
      }),
    ),
  "in a log with events": (store) =>
    Effect.gen(function* () {
      yield* count(store, "z", "none", 1, 1, 1);
      return yield* store.bulk(mixed(store));
    }),
};

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

  test("an id that no database keeps as it is, is refused", (store) =>
    Effect.gen(function* () {
      const broken = store.appendEncoded(aggregate, encoded("a", "\ud800"));
      const defect = yield* Effect.flip(Effect.sandbox(broken));
      expect(Cause.pretty(defect)).toContain("not well-formed Unicode");
      expect(yield* log(store)).toEqual([]);
    }));

  for (const [name, load] of Object.entries(places)) {
    test(`a bulk load of them, ${name}, has the places that it was told`, (store) =>
      Effect.gen(function* () {
        const appended = yield* load(store);
        const events = (yield* log(store)).filter(({ stream }) => stream.id !== "z");
        const last = events.filter(({ stream, sequence }) => stream.id !== "d" || sequence === 2);
        expect(
          last.map(({ stream, sequence: version, position }) => ({ stream, version, position })),
        ).toEqual(appended);
        expect(last.map(({ stream }) => stream.id).join("")).toBe("abcdeabfghiajk");
        expect(events.map(({ position }) => position)).toEqual(
          [...new Set(events.map(({ position }) => position))].sort((a, b) => a - b),
        );
        const { views } = yield* everything(store, "a", "c", "h");
        const row = (total: number, version: number) => ({ value: { model: { total }, version } });
        expect(views).toMatchObject([row(4, 2), row(1, 1), row(1, 1)]);
        expect(yield* Effect.flip(count(store, "k", "none", 1))).toMatchObject({ actual: 1 });
      }));
  }

  test("a bulk load of them keeps every text, and each in its own stream", (store) =>
    Effect.gen(function* () {
      const ids = [...Object.values(texts), "007", "1e3", "0x1F", "9223372036854775808", "null"];
      yield* store.bulk(store.appendEncoded(Account.aggregate, opened(...ids)));
      const encoded = yield* log(store);
      expect(encoded.map(({ stream, payload }) => [stream.id, payload])).toEqual(
        ids.map((id) => [id, JSON.stringify({ Opened: { owner: id } })]),
      );
      const views = yield* Effect.forEach(ids, (id) => store.view(Account.aggregate, id));
      expect(views).toMatchObject(
        ids.map((id) => ({ value: { model: { id, owner: id, cents: 0n }, version: 1 } })),
      );
      yield* store.erase([Account.aggregate]);
      yield* store.appendAll(
        ids.map((id) => ({
          aggregate: Account.aggregate,
          id,
          expected: "none",
          events: [{ event: Account.opened(id), metadata }],
        })),
      );
      const placed = (event: RecordedEvent) => ({ stream: event.stream, ...placeless(event) });
      expect((yield* log(store)).map(placed)).toEqual(encoded.map(placed));
    }));

  test("a bulk load of them keeps what each has of its own", (store) =>
    Effect.gen(function* () {
      const moved = Account.moved(7n, "x");
      const streams = [
        EncodedStream.encode(Account.aggregate, "a", Account.opened("ada"), { of: "a" }),
        EncodedStream.encode(Account.aggregate, "b", Account.opened("bob"), {}),
        EncodedStream.encode(Account.aggregate, "c", moved, { of: "a" }),
      ];
      for (const some of [
        streams,
        streams.slice(0, 2),
        [streams[0], streams[2]] as typeof streams,
      ]) {
        yield* store.bulk(store.appendEncoded(Account.aggregate, some));
        const kept = (yield* log(store)).map(({ stream, type, payload, metadata }) => {
          return { id: stream.id, type, payload, metadata };
        });
        expect(kept).toEqual(
          some.map(({ id, event: { type, payload, metadata } }) => ({
            id,
            type,
            payload,
            metadata,
          })),
        );
        yield* store.erase([Account.aggregate]);
      }
    }));

  test("a bulk load of them beside streams with snapshots leaves these", (store) =>
    Effect.gen(function* () {
      const [event] = bare([Counter.counted(7)]);
      yield* store.bulk(
        Effect.gen(function* () {
          yield* store.appendEncoded(aggregate, sent("a"));
          const snapshot = { total: 1_000 };
          yield* store.append({ aggregate, id: "b", expected: "none", events: [event], snapshot });
          yield* store.appendEncoded(aggregate, sent("c"));
        }),
      );
      const { states } = yield* everything(store, "a", "b", "c");
      expect(states.map(({ state }) => state.total)).toEqual([1, 1_000, 1]);
    }));

  test("a bulk load in which a stream begins twice, however, keeps nothing", (store) =>
    Effect.gen(function* () {
      const twice: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
        store.appendEncoded(aggregate, sent("a", "b", "b", "c")),
        Effect.zipRight(fresh(store, "b"), store.appendEncoded(aggregate, sent("a", "b"))),
        Effect.zipRight(store.appendEncoded(aggregate, sent("a", "b")), fresh(store, "b")),
        Effect.zipRight(
          store.appendEncoded(aggregate, sent("b")),
          store.transaction(store.appendEncoded(aggregate, sent("b"))),
        ),
      ];
      for (const load of twice) {
        expect(yield* Effect.flip(store.bulk(load))).toMatchObject({
          _tag: "VersionConflict",
          stream: counter("b"),
          expected: "none",
          actual: 1,
        });
        const { log, views } = yield* everything(store, "a", "b");
        expect(log).toEqual([]);
        expect(views).toMatchObject([{ _tag: "None" }, { _tag: "None" }]);
      }
      expect(yield* store.bulk(store.appendEncoded(aggregate, sent("a", "b")))).toHaveLength(2);
    }));

  test("a stream of another aggregate may have the same id in a bulk load", (store) =>
    Effect.gen(function* () {
      yield* store.bulk(
        Effect.zipRight(
          store.appendEncoded(aggregate, sent("a")),
          store.appendEncoded(Account.aggregate, opened("a")),
        ),
      );
      expect(yield* account(store, "a", 1, Account.moved(1n))).toMatchObject({ version: 2 });
      expect(yield* count(store, "a", 1, 1)).toMatchObject({ version: 2 });
    }));
};
