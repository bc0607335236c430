import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { aggregate, counted } from "@ledgerfold/event-store-contract/Counter";
import { count, counter, counts, log } from "@ledgerfold/event-store-contract/Steps";
import * as Lock from "../../src/postgres/Lock.ts";
import * as Server from "./Server.ts";

/**
 * What another program does between the moment at which an append looks where streams stand and the
 * moment at which it writes: in the fold of the view, which is in the middle.
 */

const meddler = fileURLToPath(new URL("meddler.ts", import.meta.url));

/** A counter in the middle of whose first folds of a hundred another program runs SQL. */
const meddled = (sql: string, { times = 1, count = () => {} } = {}) => {
  let left = times;
  const { view } = aggregate;
  const evolve: typeof view.evolve = (...args) => {
    if (args[1].by === 100) {
      if (left > 0 && run(sql)) count();
      left -= 1;
    }
    return view.evolve(...args);
  };
  return { ...aggregate, view: { ...view, evolve } };
};

/** Whether another program could run it. */
const run = (sql: string) =>
  spawnSync(process.execPath, [meddler, Server.url, sql], { stdio: "ignore" }).status === 0;

const scene = Effect.gen(function* () {
  const schema = yield* Server.schema;
  const { store } = yield* Server.open({ schema });
  yield* count(store, "a", "none", 1);
  /** Appends to the stream as another program would that knows nothing of views. */
  const append = `insert into ${schema}.events
    select max(position) + 1, 'Counter', 'a', 2, 'CounterEvent::Counted', '1.0',
      '{"Counted":{"by":10}}', '{}' from ${schema}.events`;
  return { store, schema, append };
});

describe("between looking and writing", () => {
  it.scopedLive("a stream that is erased and written again is looked at again", () =>
    Effect.gen(function* () {
      const { store, schema } = yield* scene;
      const generation = Effect.map(
        Effect.flatMap(Server.outside, (client) =>
          Server.rows(client, `select max(generation)::int as last from ${schema}.rebuilt_views`),
        ),
        ([row]) => Number(row?.last ?? 0),
      );
      const before = yield* generation;
      yield* store.erase([aggregate]);
      expect(yield* generation).toBe(before + 1);
      yield* count(store, "a", "none", 1);
      // What erasing and appending do, by another program.
      const again = `begin; insert into ${schema}.rebuilt_views values (99);
        delete from ${schema}.events; delete from ${schema}.counter_view;
        insert into ${schema}.events select 9, 'Counter', 'a', 1, 'CounterEvent::Counted', '1.0',
          '{"Counted":{"by":5}}', '{}';
        insert into ${schema}.counter_view values ('a', 1, '{"total":5}'); commit`;
      const to = { aggregate: meddled(again), id: "a", events: counts(100) } as const;
      expect(yield* store.append({ ...to, expected: "any" })).toMatchObject({ version: 2 });
      expect(yield* store.view(aggregate, "a")).toMatchObject({
        value: { model: { total: 105 }, version: 2 },
      });
    }),
  );

  it.scopedLive("a stream that was set back and has grown again is looked at again", () =>
    Effect.gen(function* () {
      const { store, schema } = yield* scene;
      const again = `begin; delete from ${schema}.events;
        insert into ${schema}.events select 1, 'Counter', 'a', 1, 'CounterEvent::Counted', '1.0',
          '{"Counted":{"by":5}}', '{}';
        update ${schema}.counter_view set payload = '{"total":5}'; commit`;
      for (const events of [counts(100), counts(100, 0)]) {
        yield* store.append({ aggregate: meddled(again), id: "a", expected: "any", events });
        expect(yield* store.load(aggregate, "a")).toMatchObject({ state: { total: 105 } });
        expect(yield* store.view(aggregate, "a")).toMatchObject({
          value: { model: { total: 105 }, version: 1 + events.length },
        });
        yield* Server.rows(
          yield* Server.outside,
          `delete from ${schema}.events where sequence > 1;
          update ${schema}.counter_view set version = 1, payload = '{"total":5}'`,
        );
      }
    }),
  );

  it.scopedLive("a stream that moves on is looked at again by an append with any", () =>
    Effect.gen(function* () {
      const { store, append } = yield* scene;
      const to = { aggregate: meddled(append), id: "a", events: counts(100) } as const;
      expect(yield* store.append({ ...to, expected: "any" })).toMatchObject({ version: 3 });
      expect(yield* store.view(aggregate, "a")).toMatchObject({
        value: { model: { total: 111 }, version: 3 },
      });
    }),
  );

  it.scopedLive("a stream that moves on and on is held before it is looked at", () =>
    Effect.gen(function* () {
      const { store, schema, append } = yield* scene;
      let meddlings = 0;
      const count = () => {
        meddlings += 1;
      };
      const again = append.replace(
        "'a', 2,",
        `'a', (
        select max(sequence) + 1 from ${schema}.events where aggregate_id = 'a'),`,
      );
      const inTurn = `begin; set local lock_timeout = 200; ${Lock.take(schema).compile().sql};
        ${again}; commit`;
      const to = { aggregate: meddled(inTurn, { times: 100, count }), id: "a" } as const;
      const appended = yield* store.append({ ...to, expected: "any", events: counts(100) });
      expect(meddlings).toBe(3);
      expect(appended).toMatchObject({ version: 5, position: 5 });
      expect(yield* store.view(aggregate, "a")).toMatchObject({
        value: { model: { total: 131 }, version: 5 },
      });
    }),
  );

  it.scopedLive("a stream that moves on is a conflict for one with a version", () =>
    Effect.gen(function* () {
      const { store, append } = yield* scene;
      const to = { aggregate: meddled(append), id: "a", events: counts(100) } as const;
      expect(yield* Effect.flip(store.append({ ...to, expected: 1 }))).toMatchObject({
        _tag: "VersionConflict",
        actual: 2,
      });
      expect(yield* log(store)).toHaveLength(2);
    }),
  );

  it.scopedLive("a stream that is gone begins anew with several events, without its snapshot", () =>
    Effect.gen(function* () {
      const { store, schema } = yield* scene;
      const to = { aggregate, id: "a", expected: 1, events: counts(1) } as const;
      yield* store.append({ ...to, snapshot: { total: 1_000 } });
      yield* Server.rows(
        yield* Server.outside,
        `delete from ${schema}.events where aggregate_id = 'a'`,
      );
      yield* count(store, "a", "none", 1, 2, 3);
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 6 }, version: 3 });
    }),
  );

  it.scopedLive("a snapshot of events that are gone is none", () =>
    Effect.gen(function* () {
      const { store, schema } = yield* scene;
      const to = { aggregate, id: "a", expected: 1, snapshot: { total: 1_000 } } as const;
      yield* store.append({ ...to, events: counts(10) });
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 1_000 }, version: 2 });
      yield* Server.rows(yield* Server.outside, `delete from ${schema}.events where sequence = 2`);
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 1 }, version: 1 });
      yield* count(store, "a", 1, 100);
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 101 }, version: 2 });
    }),
  );

  it.scopedLive("a stream that is erased begins anew, without a gap", () =>
    Effect.gen(function* () {
      const { store, schema } = yield* scene;
      yield* store.append({
        aggregate,
        id: "a",
        expected: 1,
        events: counts(1),
        snapshot: { total: 1_000 },
      });
      const erase = `delete from ${schema}.events where aggregate_id = 'a';
        delete from ${schema}.counter_view where view_id = 'a'`;
      const to = { aggregate: meddled(erase), id: "a", events: counts(100) } as const;
      expect(yield* store.append({ ...to, expected: "any" })).toMatchObject({
        version: 1,
        position: 1,
      });
      expect((yield* store.read(counter("a"))).map(({ sequence }) => sequence)).toEqual([1]);
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 100 }, version: 1 });
      expect(yield* store.view(aggregate, "a")).toMatchObject({
        value: { model: { total: 100 }, version: 1 },
      });
    }),
  );

  it.scopedLive("appends that build on one that is overtaken are too", () =>
    Effect.gen(function* () {
      const { store, append } = yield* scene;
      const to = { aggregate: meddled(append), id: "a", events: counts(100) } as const;
      const all = [
        count(store, "first", "none", 1),
        store.append({ ...to, expected: "any" }),
        count(store, "a", "any", 1_000),
      ];
      const answers = yield* Effect.all(all, { concurrency: "unbounded" });
      expect(answers.map(({ version }) => version)).toEqual([1, 3, 4]);
      expect((yield* log(store)).map(({ position }) => position)).toEqual([1, 2, 3, 4, 5]);
      expect(yield* store.view(aggregate, "a")).toMatchObject({
        value: { model: { total: 1_111 }, version: 4 },
      });
    }),
  );

  it.scopedLive("what one that is overtaken would have answered is not answered to another", () =>
    Effect.gen(function* () {
      const { store, append } = yield* scene;
      const to = { id: "a", expected: "any" } as const;
      const events = [{ event: counted(100), id: "one" }] as const;
      const all = [
        count(store, "first", "none", 1),
        store.append({ ...to, aggregate: meddled(append), events }),
        store.append({ ...to, aggregate, events }),
        Effect.flip(count(store, "a", 77, 1)),
      ];
      const [, first, again, refused] = yield* Effect.all(all, { concurrency: "unbounded" });
      expect(first).toMatchObject({ version: 3 });
      expect(again).toEqual(first);
      expect(refused).toMatchObject({ _tag: "VersionConflict", actual: 3 });
      expect((yield* log(store)).at(-1)).toMatchObject({ id: "one", ...position(first) });
    }),
  );
});

const position = (appended: unknown) => ({
  position: (appended as { readonly position: number }).position,
});
