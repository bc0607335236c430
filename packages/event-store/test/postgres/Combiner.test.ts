import { describe, expect, it } from "@effect/vitest";
import { Array as Arr, Deferred, Effect, Exit, Fiber } from "effect";
import { aggregate, counted } from "@ledgerfold/event-store-contract/Counter";
import { count, counter, counts, log } from "@ledgerfold/event-store-contract/Steps";
import * as Combiner from "../../src/remote/Combiner.ts";
import * as Server from "./Server.ts";

const together = { concurrency: "unbounded" } as const;

/** A combiner whose calls wait until they are let go, and what they were given. */
const slow = (limit: number) =>
  Effect.gen(function* () {
    const calls: Array<ReadonlyArray<number>> = [];
    const go = yield* Deferred.make<void>();
    const submit = Combiner.make<{ readonly size: number }, number, string>(
      (waiting) => {
        calls.push(waiting.map(({ item }) => item.size));
        return Effect.as(
          Effect.tap(Deferred.await(go), () => {
            for (const { item, answer } of waiting) answer(Exit.succeed(item.size * 10));
          }),
          undefined,
        );
      },
      { limit },
    );
    const fork = (size: number) => Effect.zipLeft(Effect.fork(submit({ size })), Effect.yieldNow());
    return { calls, go: Deferred.succeed(go, undefined), submit, fork };
  });

describe("a combiner", () => {
  it.live("makes one call for all that wait, and each gets its own answer", () =>
    Effect.gen(function* () {
      const { calls, go, fork } = yield* slow(100);
      const fibers = yield* Effect.forEach([1, 2, 3, 4], fork);
      yield* Effect.sleep("5 millis");
      yield* go;
      expect(yield* Effect.forEach(fibers, Fiber.join)).toEqual([10, 20, 30, 40]);
      expect(calls).toEqual([[1], [2, 3, 4]]);
    }),
  );

  it.live("puts only so much into one call, but always one", () =>
    Effect.gen(function* () {
      const { calls, go, fork } = yield* slow(5);
      const fibers = yield* Effect.forEach([1, 3, 2, 9, 1], fork);
      yield* Effect.sleep("5 millis");
      yield* go;
      expect(yield* Effect.forEach(fibers, Fiber.join)).toEqual([10, 30, 20, 90, 10]);
      expect(calls).toEqual([[1], [3, 2], [9], [1]]);
    }),
  );

  it.live("leaves out who stopped waiting, and hears to the end what is under way", () =>
    Effect.gen(function* () {
      const { calls, go, fork } = yield* slow(100);
      const [first, second, third] = yield* Effect.all([fork(1), fork(2), fork(3)]);
      yield* Effect.sleep("5 millis");
      expect(Exit.isInterrupted(yield* Fiber.interrupt(second))).toBe(true);
      const interrupting = yield* Effect.fork(Fiber.interrupt(first));
      yield* Effect.sleep("5 millis");
      expect(interrupting.unsafePoll()).toBe(null);
      yield* go;
      expect(Exit.isInterrupted(yield* Fiber.join(interrupting))).toBe(true);
      expect(yield* Fiber.join(third)).toBe(30);
      expect(calls).toEqual([[1], [3]]);
    }),
  );

  it.live("tells all of a call that dies, and goes on", () =>
    Effect.gen(function* () {
      let isFirst = true;
      const submit = Combiner.make<{ readonly size: number }, number, string>(
        (waiting) => {
          if (isFirst) {
            isFirst = false;
            return Effect.die("bug");
          }
          for (const { answer } of waiting) answer(Exit.succeed(1));
          return Effect.void;
        },
        { limit: 10 },
      );
      expect(yield* Effect.exit(submit({ size: 1 }))).toEqual(Exit.die("bug"));
      expect(yield* submit({ size: 1 })).toBe(1);
    }),
  );
});

const scene = Effect.gen(function* () {
  const schema = yield* Server.schema;
  const opened = yield* Server.open({ schema });
  return { ...opened, schema, client: yield* Server.outside };
});

describe("appends that wait together", () => {
  it.scopedLive("are few transactions", () =>
    Effect.gen(function* () {
      const { store, schema, client } = yield* scene;
      const all = Arr.range(1, 200);
      yield* Effect.forEach(all, (n) => count(store, `${n}`, "any", n), together);
      expect(yield* log(store)).toHaveLength(200);
      const [found] = yield* Server.rows(
        client,
        `select count(distinct xmin::text)::int as transactions from ${schema}.events`,
      );
      expect(found?.transactions).toBeLessThan(20);
    }),
  );

  it.scopedLive("a conflict is of one, and the others are kept", () =>
    Effect.gen(function* () {
      const { store } = yield* scene;
      yield* count(store, "stale", "none", 1);
      const answers = yield* Effect.forEach(
        Arr.range(1, 30),
        (n) =>
          Effect.either(
            n % 10 === 0 ? count(store, "stale", "none", n) : count(store, `${n}`, "none", n),
          ),
        together,
      );
      const [refused, kept] = Arr.separate(answers);
      expect(kept).toHaveLength(27);
      expect(refused).toHaveLength(3);
      for (const error of refused) {
        expect(error).toMatchObject({ _tag: "VersionConflict", stream: counter("stale") });
      }
      expect((yield* log(store)).map(({ position }) => position)).toEqual(Arr.range(1, 28));
    }),
  );

  it.scopedLive("what PostgreSQL refuses is of one, and the others are kept", () =>
    Effect.gen(function* () {
      const { store, schema, client } = yield* scene;
      const poison = "poison";
      yield* Server.rows(
        client,
        `alter table ${schema}.events add check (aggregate_id <> '${poison}')`,
      );
      const answers = yield* Effect.forEach(
        Arr.range(1, 30),
        (n) => Effect.either(count(store, n === 15 ? poison : `${n}`, "none", n)),
        together,
      );
      const [refused, kept] = Arr.separate(answers);
      expect(kept).toHaveLength(29);
      expect(refused).toMatchObject([{ _tag: "DatabaseError", code: "23514" }]);
      expect(yield* log(store)).toHaveLength(29);
    }),
  );

  it.scopedLive("what an aggregate throws is of one, and the others are kept", () =>
    Effect.gen(function* () {
      const { store } = yield* scene;
      const evolve = () => {
        throw new Error("bug");
      };
      const broken = { ...aggregate, view: { ...aggregate.view, evolve } };
      const events = counts(1);
      const exits = yield* Effect.forEach(
        Arr.range(1, 20),
        (n) =>
          Effect.exit(
            store.append({
              aggregate: n === 9 ? broken : aggregate,
              id: `${n}`,
              expected: "any",
              events,
            }),
          ),
        together,
      );
      expect(exits.filter(Exit.isSuccess)).toHaveLength(19);
      expect(exits[8]).toEqual(Exit.die(new Error("bug")));
      expect(yield* log(store)).toHaveLength(19);
    }),
  );

  it.scopedLive("that build on one that another program overtook go again", () =>
    Effect.gen(function* () {
      const { store, schema } = yield* scene;
      const other = yield* Server.open({ schema });
      const add = (from: typeof store) => count(from, "shared", "any", 1);
      const answers = yield* Effect.all(
        Arr.flatMap(Arr.range(1, 60), () => [add(store), add(other.store)]),
        together,
      );
      expect(answers.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
        Arr.range(1, 120),
      );
      expect(yield* store.view(aggregate, "shared")).toMatchObject({
        value: { model: { total: 120 }, version: 120 },
      });
    }),
  );

  it.scopedLive("the same event from many at once is kept once, and all hear the same", () =>
    Effect.gen(function* () {
      const { store, schema } = yield* scene;
      const other = yield* Server.open({ schema });
      const add = (from: typeof store) =>
        from.append({
          aggregate,
          id: "a",
          expected: "none",
          events: [{ event: counted(1), id: "one" }],
        });
      const answers = yield* Effect.all(
        Arr.flatMap(Arr.range(1, 20), () => [add(store), add(other.store)]),
        together,
      );
      expect(new Set(answers.map(({ position }) => position))).toEqual(new Set([1]));
      expect(yield* log(store)).toHaveLength(1);
    }),
  );

  it.scopedLive("one that is interrupted while it waits leaves nothing", () =>
    Effect.gen(function* () {
      const { store, schema } = yield* scene;
      const slow = yield* Server.open({ schema });
      const [written, end] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()];
      const holding = yield* count(slow.store, "slow", "none", 1).pipe(
        Effect.zipRight(Deferred.succeed(written, undefined)),
        Effect.zipRight(Deferred.await(end)),
        slow.store.transaction,
        Effect.fork,
      );
      yield* Deferred.await(written);
      const underWay = yield* Effect.fork(count(store, "a", "none", 1));
      yield* Effect.sleep("50 millis");
      const waiting = yield* Effect.fork(count(store, "b", "none", 1));
      const staying = yield* Effect.fork(count(store, "c", "none", 1));
      yield* Effect.sleep("20 millis");
      yield* Fiber.interrupt(waiting);
      yield* Deferred.succeed(end, undefined);
      yield* Effect.all([Fiber.join(holding), Fiber.join(underWay), Fiber.join(staying)]);
      expect((yield* log(store)).map(({ stream }) => stream.id)).toEqual(["slow", "a", "c"]);
    }),
  );
});
