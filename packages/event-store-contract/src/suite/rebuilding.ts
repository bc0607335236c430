import { expect } from "@effect/vitest";
import { Chunk, Deferred, Effect, Exit, Fiber, identity, Stream } from "effect";
import type { Service, UnreadableStream } from "@ledgerfold/event-store/EventStore";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import { account, count, counter, counts } from "../Steps.ts";
import type { Test } from "./Test.ts";

const { aggregate, viewedAs, viewedElsewhere, viewedStrangely } = Counter;

const rows = (store: Service) =>
  Effect.map(Stream.runCollect(Stream.mapEffect(store.views(aggregate), identity)), (found) =>
    Chunk.toReadonlyArray(found).map(({ id, model, version }) => [id, model.total, version]),
  );

/** Streams whose rows are right, wrong, behind, missing and of another shape. */
const damaged = (store: Service) =>
  Effect.gen(function* () {
    const to = { expected: "none", events: counts(1, 2) } as const;
    yield* count(store, "right", "none", 1, 2);
    yield* store.append({ ...to, aggregate: viewedAs(1_000), id: "wrong" });
    yield* count(store, "behind", "none", 1, 2);
    yield* store.append({
      aggregate: viewedElsewhere,
      id: "behind",
      expected: 2,
      events: counts(3),
    });
    yield* store.append({ ...to, aggregate: viewedElsewhere, id: "missing" });
    yield* store.append({ ...to, aggregate: viewedStrangely, id: "strange" });
    yield* account(store, "right", "none", Account.opened("Ada"));
  });

const whole = [
  ["behind", 6, 3],
  ["missing", 3, 2],
  ["right", 3, 2],
  ["strange", 3, 2],
  ["wrong", 3, 2],
];

export const rebuilding = (test: Test) => {
  test("makes each row what the stream's events say, and counts", (store) =>
    Effect.gen(function* () {
      yield* damaged(store);
      expect(yield* store.rebuildView(aggregate)).toEqual({ rows: 5, written: 4, removed: 0 });
      expect(yield* rows(store)).toEqual(whole);
      expect(yield* store.rebuildView(aggregate)).toEqual({ rows: 5, written: 0, removed: 0 });
      yield* count(store, "wrong", 2, 10);
      expect(yield* store.view(aggregate, "wrong")).toMatchObject({
        value: { model: { total: 13 }, version: 3 },
      });
    }));

  test("of nothing is nothing", (store) =>
    Effect.gen(function* () {
      expect(yield* store.rebuildView(aggregate)).toEqual({ rows: 0, written: 0, removed: 0 });
    }));

  test("removes the rows of no stream, and none of other views", (store) =>
    Effect.gen(function* () {
      yield* count(store, "b", "none", 2);
      // Of the view's rows it takes those of another table.
      yield* store.erase([viewedElsewhere]);
      yield* count(store, "a", "none", 1);
      yield* store.append({
        aggregate: viewedElsewhere,
        id: "c",
        expected: "none",
        events: counts(3),
      });
      yield* account(store, "d", "none", Account.opened("Ada"));
      expect(yield* rows(store)).toEqual([
        ["a", 1, 1],
        ["b", 2, 1],
      ]);
      expect(yield* store.rebuildView(aggregate)).toEqual({ rows: 2, written: 1, removed: 1 });
      expect(yield* rows(store)).toEqual([
        ["a", 1, 1],
        ["c", 3, 1],
      ]);
      expect(yield* store.view(viewedElsewhere, "c")).toMatchObject({ _tag: "Some" });
      expect(yield* store.view(Account.aggregate, "d")).toMatchObject({ _tag: "Some" });
    }));

  test("knows each stream's id and first event", (store) =>
    Effect.gen(function* () {
      for (const id of ["b", "a", "c"]) {
        yield* account(store, id, "none", Account.opened(`owner of ${id}`), Account.moved(5n));
        yield* account(store, id, 2, Account.opened("Eve"), Account.moved(6n));
      }
      const moves = Array.from({ length: 1_100 }, () => Account.moved(1n));
      yield* account(store, "long", "none", Account.opened("Bob"), ...moves);
      expect(yield* store.rebuildView(Account.aggregate)).toMatchObject({ rows: 4, written: 0 });
    }));

  test("reads what older versions wrote", (store) =>
    Effect.gen(function* () {
      const events = [{ event: { _tag: "Moved", amount: 7 } }] as const;
      yield* store.append({ aggregate: Account.older, id: "a", expected: "none", events });
      expect(yield* store.rebuildView(Account.aggregate)).toMatchObject({ rows: 1, written: 1 });
      expect(yield* store.view(Account.aggregate, "a")).toMatchObject({
        value: { model: { cents: 7n }, version: 1 },
      });
    }));

  test("folds streams that are longer than a page, and more of them", (store) =>
    Effect.gen(function* () {
      const lengths = [1, 499, 500, 501, 1_203, 2, 998];
      for (const [index, length] of lengths.entries()) {
        const [first, ...rest] = Array.from({ length }, () => 1);
        const id = `${9 - index}`;
        yield* store.append({
          aggregate: viewedElsewhere,
          id,
          expected: "none",
          events: counts(first ?? 0, ...rest),
        });
      }
      const steps: Array<{ done: number; total: number }> = [];
      const onProgress = (step: { done: number; total: number }) =>
        Effect.sync(() => void steps.push(step));
      expect(yield* store.rebuildView(aggregate, { onProgress })).toMatchObject({ rows: 7 });
      expect(yield* rows(store)).toEqual(
        lengths.map((length, index) => [`${9 - index}`, length, length]).reverse(),
      );
      const total = lengths.reduce((sum, length) => sum + length);
      expect(steps[0]).toEqual({ done: 0, total });
      expect(steps.at(-1)).toEqual({ done: total, total });
      expect(steps.length).toBeGreaterThan(3);
    }));

  test("finds streams whose ids are any text", (store) =>
    Effect.gen(function* () {
      const ids = [
        "",
        " ",
        "\u0000",
        "a\u0000b",
        "a'b",
        "\u{1f600}",
        "\uffee",
        "B",
        "a",
        "é",
        "10",
      ];
      for (const [by, id] of ids.entries()) {
        const events = counts(by, ...Array.from({ length: 99 }, () => 1));
        yield* store.append({ aggregate: viewedAs(0), id, expected: "none", events });
      }
      expect(yield* store.rebuildView(aggregate)).toMatchObject({ rows: ids.length, removed: 0 });
      for (const [by, id] of ids.entries()) {
        expect(yield* store.view(aggregate, id)).toMatchObject({
          value: { model: { total: by + 99 }, version: 100 },
        });
      }
    }));

  test("goes on where a stream cannot be read, whose row stays as it is", (store) =>
    Effect.gen(function* () {
      yield* damaged(store);
      const codec = { ...aggregate.codec, encode: () => future };
      const frozen = { aggregate: { ...viewedElsewhere, codec }, events: counts(1) };
      // The first and the last of all streams, and one in the midst that goes on after it.
      for (const id of ["aa", "zz"]) yield* store.append({ ...frozen, id, expected: "none" });
      yield* store.append({ ...frozen, id: "right", expected: 2 });
      yield* store.append({
        aggregate: viewedElsewhere,
        id: "right",
        expected: 3,
        events: counts(9),
      });
      const told: Array<unknown> = [];
      const onUnreadable = ({ stream, sequence }: UnreadableStream) =>
        Effect.sync(() => void told.push([stream, sequence]));
      const error = yield* Effect.flip(store.rebuildView(aggregate, { onUnreadable }));
      expect(told).toEqual([
        [counter("aa"), 1],
        [counter("right"), 3],
        [counter("zz"), 1],
      ]);
      expect(error).toMatchObject({
        _tag: "ViewNotRebuilt",
        table: "counter_view",
        count: 3,
        first: { stream: counter("aa"), sequence: 1, cause: { type: "CounterEvent::Frozen" } },
        rebuilt: { rows: 4, written: 4, removed: 0 },
      });
      expect(error.message).toContain('The first is event 1 of Counter "aa", at position ');
      expect(yield* rows(store)).toEqual(whole);
      const failing = Effect.zipRight(
        Effect.flip(store.rebuildView(viewedAs(1))),
        Effect.fail("no"),
      );
      expect(yield* Effect.flip(store.transaction(failing))).toBe("no");
      expect(yield* rows(store)).toEqual(whole);
    }));

  test("that is interrupted, or is part of what fails, leaves the old rows", (store) =>
    Effect.gen(function* () {
      yield* damaged(store);
      const wrong = yield* store.view(aggregate, "wrong");
      expect(wrong).toMatchObject({ value: { model: { total: 1_000 } } });
      const reached = yield* Deferred.make<void>();
      const onProgress = ({ done }: { done: number }) =>
        done === 0
          ? Effect.void
          : Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never);
      const fiber = yield* Effect.fork(store.rebuildView(aggregate, { onProgress }));
      yield* Deferred.await(reached);
      expect(Exit.isInterrupted(yield* Fiber.interrupt(fiber))).toBe(true);
      expect(yield* store.view(aggregate, "wrong")).toEqual(wrong);
      const failing = Effect.zipRight(store.rebuildView(aggregate), Effect.fail("no"));
      expect(yield* Effect.flip(store.transaction(failing))).toBe("no");
      expect(yield* store.view(aggregate, "wrong")).toEqual(wrong);
      yield* store.rebuildView(aggregate);
      expect(yield* rows(store)).toEqual(whole);
    }));

  test("appends that come meanwhile are in the view in the end", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1);
      yield* count(store, "b", "none", 1);
      const started = yield* Deferred.make<void>();
      const appending = yield* Effect.fork(
        Effect.zipRight(
          Deferred.await(started),
          Effect.all([count(store, "a", "any", 10), count(store, "c", "any", 10)], {
            concurrency: 2,
          }),
        ),
      );
      const onProgress = () =>
        Effect.zipRight(Deferred.succeed(started, undefined), Effect.sleep("20 millis"));
      const others = store.rebuildView(viewedAs(100), { onProgress });
      expect(yield* others).toEqual({ rows: 2, written: 2, removed: 0 });
      yield* Fiber.join(appending);
      // Folded on from the rebuilt row: the append came after it.
      expect(yield* rows(store)).toEqual([
        ["a", 110, 2],
        ["b", 100, 1],
        ["c", 10, 1],
      ]);
    }));

  test("appends that come meanwhile to any stream are in the view in the end", (store) =>
    Effect.gen(function* () {
      yield* Effect.forEach(["a", "b"], (id) => count(store, id, "none", 1));
      const started = yield* Deferred.make<void>();
      const appending = yield* Effect.fork(
        Effect.zipRight(
          Deferred.await(started),
          Effect.forEach(["a", "c", "b", "a"], (id) => count(store, id, "any", 10)),
        ),
      );
      const onProgress = () =>
        Effect.zipRight(Deferred.succeed(started, undefined), Effect.sleep("20 millis"));
      expect(yield* store.rebuildView(aggregate, { onProgress })).toMatchObject({ rows: 2 });
      yield* Fiber.join(appending);
      expect(yield* rows(store)).toEqual([
        ["a", 21, 3],
        ["b", 11, 2],
        ["c", 10, 1],
      ]);
    }));

  test("inside a bulk load sees what that wrote, and goes on", (store) =>
    Effect.gen(function* () {
      yield* store.bulk(
        Effect.gen(function* () {
          yield* store.append({
            aggregate: viewedAs(9),
            id: "a",
            expected: "none",
            events: counts(1),
          });
          expect(yield* store.rebuildView(aggregate)).toMatchObject({ rows: 1, written: 1 });
          yield* count(store, "b", "none", 2);
        }),
      );
      expect(yield* rows(store)).toEqual([
        ["a", 1, 1],
        ["b", 2, 1],
      ]);
    }));
};

const future = { type: "CounterEvent::Frozen", version: "2.0", payload: '{"Frozen":{}}' };
