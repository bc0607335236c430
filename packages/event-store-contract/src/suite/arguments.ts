import { expect } from "@effect/vitest";
import { longestId, type Service } from "@ledgerfold/event-store/EventStore";
import * as Subscription from "@ledgerfold/event-store/Subscription";
import { Effect, Stream } from "effect";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import * as EncodedStream from "@ledgerfold/event-store/EncodedStream";
import * as Steps from "../Steps.ts";
import { count, counter, log } from "../Steps.ts";
import { on, type Test } from "./Test.ts";

const { aggregate } = Counter;

/** What is no number, name or option, whatever a language without types may pass. */
const given = (value: unknown) => value as never;

const numbers = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "1", null].map(given);
const broken = ["\ud800", 7, null].map(given);
/** A byte more than an id has: as text that takes several a character, too. */
const long = ["x".repeat(longestId + 1), `${"é".repeat(longestId / 2)}x`];
const run = { id: "a", at: "2026-01-31T23:59:59.000Z", version: "1", options: {}, roots: {} };
const counts = { written: {}, alreadyThere: {}, mended: {}, erased: 0 };

const view = (table: string) => ({ ...aggregate, view: { ...aggregate.view, table } });

const encoded = (id: string) => EncodedStream.encode(aggregate, id, Counter.counted(1), {});

/** As an aggregate of this version of its state would append. */
const ofVersion =
  (store: Service, stateVersion: number): Service["append"] =>
  (append) =>
    store.append({ ...append, aggregate: { ...append.aggregate, stateVersion } });

/** Each refused argument, and what is called with it. */
const calls = (
  store: Service,
): ReadonlyArray<readonly [string, Effect.Effect<unknown, unknown>]> => {
  const subscribe = (options: object) =>
    on(store)(Subscription.catchUp({ name: "a", handle: () => Effect.void, ...options }));
  const at = { position: 1, stream: counter("a"), sequence: 1, digest: "" };
  const { checkpoints } = store;
  return [
    ...numbers.flatMap((value) => [
      ["from", store.read(counter("a"), { from: value })] as const,
      ["limit", store.read(counter("a"), { limit: value })] as const,
      ["after", Stream.runDrain(store.readAll({ after: value }))] as const,
      ["limit", Stream.runDrain(store.readAll({ limit: value }))] as const,
      ["expected", count(store, "a", value, 1)] as const,
      [
        "snapshotEvery",
        store.execute(aggregate, "a", Counter.counted(1), { snapshotEvery: value }),
      ] as const,
      ["at.position", checkpoints.put("a", { ...at, position: value })] as const,
      ["at.sequence", checkpoints.put("a", { ...at, sequence: value })] as const,
      ["batch", subscribe({ batch: value })] as const,
      [
        "an aggregate's stateVersion",
        count({ ...store, append: ofVersion(store, value) }, "a", "any", 1),
      ] as const,
      [
        "an aggregate's stateVersion",
        store.load({ ...aggregate, stateVersion: value }, "a"),
      ] as const,
      ["counts.erased", store.runs.put({ ...run, counts: { ...counts, erased: value } })] as const,
    ]),
    ...broken.flatMap((value) => [
      ["id", count(store, value, "any", 1)] as const,
      ["id", store.load(aggregate, value)] as const,
      ["id", store.view(aggregate, value)] as const,
      ["id", store.execute(aggregate, value, Counter.counted(1))] as const,
      ["ids", store.readFirst("Counter", ["a", value])] as const,
      ["ids", store.mendViews(aggregate, [value], { write: true })] as const,
      ["type", store.readFirst(value, ["a"])] as const,
      ["stream.id", store.read(counter(value))] as const,
      ["stream.type", store.read({ type: value, id: "a" })] as const,
      ["aggregates", Stream.runDrain(store.readAll({ aggregates: [value] }))] as const,
      ["types", Stream.runDrain(store.readAll({ types: [value] }))] as const,
      ["name", checkpoints.find(value)] as const,
      ["name", checkpoints.lock(value)] as const,
      ["name", checkpoints.put(value, null)] as const,
      ["name", checkpoints.drop(value)] as const,
      ["name", subscribe({ name: value })] as const,
      ["types", subscribe({ types: [value] })] as const,
      [
        "an event's id",
        store.append({
          ...{ aggregate, id: "a", expected: "any" },
          events: [{ event: Counter.counted(1), id: value }],
        }),
      ] as const,
      ["an aggregate's type", store.setup([{ ...aggregate, type: value }])] as const,
      ["id", store.runs.put({ ...run, counts, id: value })] as const,
      ["at", store.runs.put({ ...run, counts, at: value })] as const,
      ["version", store.runs.put({ ...run, counts, version: value })] as const,
      ["id", store.runs.shared(value, [aggregate])] as const,
      ["id", store.runs.rollBack(value, [aggregate])] as const,
    ]),
    ...long.flatMap((value) => [
      ["id", count(store, value, "any", 1)] as const,
      ["id", store.appendEncoded(aggregate, [encoded(value)])] as const,
      [
        "an event's id",
        store.append({
          ...{ aggregate, id: "a", expected: "any" },
          events: [{ event: Counter.counted(1), id: value }],
        }),
      ] as const,
      ["name", checkpoints.put(value, null)] as const,
      ["name", subscribe({ name: value })] as const,
      ["id", store.runs.put({ ...run, counts, id: value })] as const,
      ["an aggregate's type", store.setup([{ ...aggregate, type: value.slice(0, 256) }])] as const,
    ]),
    ["id", store.runs.put({ ...run, counts, id: "" })],
    ["id", store.runs.put({ ...run, counts, id: "a\0" })],
    ["id", store.runs.shared("a\0", [aggregate])],
    ["id", store.runs.rollBack("a\0", [aggregate])],
    ...["yesterday", "2026-01-31", "2026-02-30T00:00:00.000Z", "0000-01-01T00:00:00.000Z"].map(
      (at) => ["at", store.runs.put({ ...run, counts, at })] as const,
    ),
    ["types", store.count(new Array(10_001).fill(aggregate))],
    ["the number of aggregates", store.erase(new Array(10_001).fill(aggregate))],
    ["the number of aggregates", store.runs.rollBack("a", new Array(10_001).fill(aggregate))],
    [
      "the number of its events",
      store.append({ aggregate, id: "a", expected: "any", events: given([]) }),
    ],
    ["snapshotEvery", store.execute(aggregate, "a", Counter.counted(1), { snapshotEvery: 0 })],
    ["direction", store.read(counter("a"), { direction: given("up") })],
    ["expected", count(store, "a", given("some"), 1)],
    ["types", Stream.runDrain(store.readAll({ types: new Array(10_001).fill("a") }))],
    ["batch", subscribe({ batch: 0 })],
    ["from", subscribe({ from: "end" })],
    ["poll", subscribe({ poll: -1 })],
    ["poll", subscribe({ poll: "soon" })],
    ...[
      "",
      "a\0b",
      "a\ud800",
      "é".repeat(32),
      "events",
      "Snapshots",
      "sqlite_a",
      "ledgerfold_a",
    ].flatMap((table) => [
      ["the view's table", store.setup([view(table)])] as const,
      ["the view's table", store.isSetUp([view(table)])] as const,
      ["the view's table", store.view(view(table), "a")] as const,
      ["the view's table", Stream.runDrain(store.views(view(table)))] as const,
      ["the view's table", store.rebuildView(view(table))] as const,
      ["the view's table", store.erase([view(table)])] as const,
      ["the view's table", store.runs.shared("a", [view(table)])] as const,
      ["the view's table", store.runs.rollBack("a", [view(table)])] as const,
    ]),
  ];
};

export const refusingArguments = (test: Test) => {
  test("numbers, names, ids and options are refused by name, and nothing is done", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1, 2);
      const before = yield* log(store);
      for (const [argument, call] of calls(store)) {
        const error = yield* Effect.flip(call);
        expect(error, argument).toMatchObject({ _tag: "InvalidArgument", argument });
      }
      expect(yield* log(store)).toEqual(before);
      expect(yield* store.checkpoints.all).toEqual([]);
      expect(yield* store.runs.all).toEqual([]);
    }));

  for (const [what, characters] of Object.entries({
    digits: "0123456789abcdef",
    escapes: "\0\x01",
  })) {
    test(`the longest names and ids are kept, of ${what} that no database makes shorter`, (store) =>
      Effect.gen(function* () {
        const id = unlike(characters, longestId);
        const runId = id.replaceAll("\0", "\x02");
        const other = { ...view("long_view"), type: unlike(characters, 255) };
        const events = [{ event: Counter.counted(1), id, metadata: { run_id: runId } }] as const;
        yield* store.setup([other]);
        yield* store.append({ aggregate: other, id, expected: "none", events });
        yield* store.append({
          ...{ aggregate: other, id, expected: 1, events: Steps.counts(2) },
          snapshot: { total: 3 },
        });
        yield* store.checkpoints.put(id, null);
        yield* store.runs.put({ ...run, counts, id: runId });
        expect(yield* store.load(other, id)).toEqual({ state: { total: 3 }, version: 2 });
        expect(yield* store.view(other, id)).toMatchObject({ value: { version: 2 } });
        expect(yield* store.checkpoints.find(id)).toMatchObject({ name: id });
        expect(yield* store.runs.all).toMatchObject([
          { id: runId, events: new Map([[other.type, 1]]) },
        ]);
      }));
  }

  test("say what was called, what it was given and what it takes", (store) =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(store.read(counter("a"), { limit: -1 }));
      expect(message).toBe("EventStore.read: limit is -1, but must be a whole number from 0 on.");
    }));

  test("two aggregates never share a view's table", (store) =>
    Effect.gen(function* () {
      const table = aggregate.view.table.toUpperCase();
      const other = { ...Counter.ofOthers, view: { ...Counter.ofOthers.view, table } };
      const append = {
        aggregate: other,
        id: "b",
        expected: "none",
        events: Steps.counts(2),
      } as const;
      yield* count(store, "a", "none", 1);
      const calls: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
        ...[store.setup([aggregate, other]), store.setup([other])],
        ...[store.append(append), store.appendAll([append])],
        ...[store.rebuildView(other), store.erase([other])],
        ...[store.runs.rollBack("a", [other]), store.mendViews(other, ["a"], { write: true })],
      ];
      for (const call of calls) {
        const error = yield* Effect.flip(call);
        expect(error).toMatchObject({ _tag: "InvalidArgument" });
        expect(String(error)).toContain("COUNTER_VIEW, in which the aggregate Counter keeps");
      }
      expect(yield* store.view(aggregate, "a")).toMatchObject({ value: { model: { total: 1 } } });
      const ofKey = { ...other, view: { ...other.view, table: "account_view_stream" } };
      const error = yield* Effect.flip(store.setup([Account.aggregate, ofKey]));
      expect(error.message).toContain("the key of another view's table");
    }));
};

/** A text in which nothing comes twice. */
const unlike = (characters: string, length: number): string => {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return characters[state % characters.length];
  }).join("");
};
