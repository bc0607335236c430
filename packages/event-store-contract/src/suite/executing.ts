import { expect } from "@effect/vitest";
import { Effect, Exit, Metric, Schedule, Schema } from "effect";
import * as Metrics from "@ledgerfold/event-store/Metrics";
import * as Counter from "../Counter.ts";
import { count, counter, log } from "../Steps.ts";
import type { Test } from "./Test.ts";

const { aggregate } = Counter;
const by = Counter.counted;

class TooMuch extends Schema.TaggedError<TooMuch>()("TooMuch", { total: Schema.Int }) {}

/** A counter that counts to ten at most, and takes nothing for nothing to do. */
const upToTen = {
  ...aggregate,
  decide: (state: Counter.State, event: Counter.Event) => {
    if (event.by === 0) return Effect.succeed([]);
    const total = state.total + event.by;
    return total > 10 ? new TooMuch({ total }) : Effect.succeed([event]);
  },
};

/** Whatever is commanded, this happens. */
const causing = (...events: ReadonlyArray<number>) => ({
  ...aggregate,
  decide: (_: Counter.State, __: Counter.Event) => Effect.succeed(events.map(by)),
});

export const executing = (test: Test) => {
  test("a command is decided on the state and appended", (store) =>
    Effect.gen(function* () {
      expect(yield* store.execute(upToTen, "a", by(3))).toEqual({
        state: { total: 3 },
        version: 1,
        events: [by(3)],
      });
      expect(yield* store.execute(upToTen, "a", by(7))).toMatchObject({
        state: { total: 10 },
        version: 2,
      });
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 10 }, version: 2 });
    }));

  test("a refusal is the aggregate's own, and nothing is appended or tried again", (store) =>
    Effect.gen(function* () {
      let decided = 0;
      const counted = {
        ...upToTen,
        decide: (state: Counter.State, event: Counter.Event) => {
          decided += 1;
          return upToTen.decide(state, event);
        },
      };
      const refusal: TooMuch = yield* store
        .execute(counted, "a", by(11))
        .pipe(Effect.flip, Effect.filterOrDieMessage(isTooMuch, "another error"));
      expect(refusal.total).toBe(11);
      expect(decided).toBe(1);
      expect(yield* log(store)).toEqual([]);
    }));

  test("a command that causes nothing appends nothing", (store) =>
    Effect.gen(function* () {
      yield* store.execute(upToTen, "a", by(3));
      expect(yield* store.execute(upToTen, "a", by(0))).toEqual({
        state: { total: 3 },
        version: 1,
        events: [],
      });
      expect(yield* log(store)).toHaveLength(1);
    }));

  test("each event has an id of its own, and the metadata of the command", (store) =>
    Effect.gen(function* () {
      yield* store.execute(causing(1, 2), "a", by(0), { metadata: { user: "ada" } });
      const [first, second] = yield* store.read(counter("a"));
      expect(first).toMatchObject({ metadata: { user: "ada" } });
      expect(second).toMatchObject({ metadata: { user: "ada" } });
      expect(first?.id).toMatch(/^[0-9a-f-]{36}$/);
      expect(second?.id).toMatch(/^[0-9a-f-]{36}$/);
      expect(first?.id).not.toBe(second?.id);
    }));

  test("whoever is overtaken decides again, on what is there then", (store) =>
    Effect.gen(function* () {
      const seen: Array<number> = [];
      const overtaken = {
        ...upToTen,
        decide: (state: Counter.State, event: Counter.Event) => {
          seen.push(state.total);
          return seen.length < 3
            ? Effect.zipRight(Effect.orDie(count(store, "a", "any", 2)), Effect.succeed([event]))
            : upToTen.decide(state, event);
        },
      };
      const before = yield* Metric.value(Metrics.conflicts);
      expect(yield* store.execute(overtaken, "a", by(5))).toMatchObject({ state: { total: 9 } });
      expect(seen).toEqual([0, 2, 4]);
      expect((yield* Metric.value(Metrics.conflicts)).count).toBe(before.count + 2);
    }));

  test("the schedule says when to stop; then it is the conflict that is told", (store) =>
    Effect.gen(function* () {
      let decided = 0;
      const overtaken = {
        ...aggregate,
        decide: (_: Counter.State, event: Counter.Event) => {
          decided += 1;
          return Effect.zipRight(
            Effect.orDie(count(store, "a", "any", 1)),
            Effect.succeed([event]),
          );
        },
      };
      const error = yield* store
        .execute(overtaken, "a", by(1), { retry: Schedule.recurs(2) })
        .pipe(Effect.flip);
      expect(error).toMatchObject({ _tag: "VersionConflict", expected: 2, actual: 3 });
      expect(decided).toBe(3);
    }));

  test("many at once: each counts, on what those before it left", (store) =>
    Effect.gen(function* () {
      const one = store.execute(upToTen, "a", by(1), { retry: Schedule.recurs(100) });
      const all = yield* Effect.all(
        Array.from({ length: 14 }, () => Effect.exit(one)),
        {
          concurrency: "unbounded",
        },
      );
      expect(all.filter(Exit.isSuccess)).toHaveLength(10);
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 10 }, version: 10 });
    }));

  test("a snapshot is kept each time so many events more are there", (store) =>
    Effect.gen(function* () {
      // A fold of its own tells what came from a snapshot and what from events.
      const strange = { ...aggregate, evolve: () => ({ total: -1 }) };
      const kept = Effect.map(store.load(strange, "a"), ({ state }) => state.total);
      const options = { snapshotEvery: 3 };
      for (const version of [1, 2]) {
        yield* store.execute(aggregate, "a", by(1), options);
        expect([version, yield* kept]).toEqual([version, -1]);
      }
      yield* store.execute(aggregate, "a", by(1), options);
      expect(yield* kept).toBe(3);
      yield* store.execute(causing(1, 1, 1, 1, 1), "a", by(0), options);
      expect(yield* kept).toBe(8);
      yield* store.execute(aggregate, "a", by(1), options);
      yield* store.execute(aggregate, "b", by(1));
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 9 }, version: 9 });
    }));

  test("events are counted by a metric", (store) =>
    Effect.gen(function* () {
      const before = yield* Metric.value(Metrics.appended);
      yield* count(store, "a", "none", 1, 2, 3);
      yield* store.execute(aggregate, "a", by(1));
      expect((yield* Metric.value(Metrics.appended)).count).toBe(before.count + 4);
    }));
};

const isTooMuch = (error: unknown): error is TooMuch => error instanceof TooMuch;
