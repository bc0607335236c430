import { expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count, counter, counts, log } from "@ledgerfold/event-store-contract/Steps";
import type { AppendError } from "../../src/EventStore.ts";
import * as Server from "./Server.ts";

/** A trigger that leaves rows out without a word, as the owner of a database may have made. */
const swallow = (schema: string, table: string, what = "insert") => `
  create or replace function ${schema}.swallow() returns trigger language plpgsql as
    'begin return null; end';
  create trigger swallow before ${what} on ${schema}.${table} for each row
    execute function ${schema}.swallow()`;

for (const table of ["events", "counter_view", "snapshots"]) {
  it.scopedLive(`a row of ${table} that a trigger leaves out fails the append`, () =>
    Effect.gen(function* () {
      const schema = yield* Server.schema;
      const { store } = yield* Server.open({ schema });
      yield* count(store, "a", "none", 1);
      yield* Server.rows(yield* Server.outside, swallow(schema, table));
      const to = { aggregate, expected: "any", snapshot: { total: 0 } } as const;
      const appends: ReadonlyArray<Effect.Effect<unknown, AppendError>> = [
        ...(table === "snapshots" ? [] : [count(store, "b", "none", 1), count(store, "a", 1, 1)]),
        store.append({ ...to, id: "b", events: counts(1, 2) }),
        store.appendAll([
          { ...to, id: "a", events: counts(1) },
          { ...to, id: "b", events: counts(1) },
        ]),
      ];
      for (const append of appends) {
        const error = yield* Effect.flip(append);
        expect(error).toMatchObject({ _tag: "DatabaseError", code: "09000" });
        expect(error.message).toContain(`rule of the table ${table} keeps rows`);
      }
      expect(yield* log(store)).toHaveLength(1);
      expect(yield* store.view(aggregate, "a")).toMatchObject({ value: { version: 1 } });
    }),
  );
}

it.scopedLive("a checkpoint or a mended row that a trigger leaves out fails", () =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const { store } = yield* Server.open({ schema });
    const client = yield* Server.outside;
    yield* count(store, "a", "none", 1);
    yield* Server.rows(client, `delete from ${schema}.counter_view`);
    yield* Server.rows(client, swallow(schema, "counter_view"));
    yield* Server.rows(
      client,
      `create trigger swallow before insert on ${schema}.ledgerfold_checkpoints for each row
        execute function ${schema}.swallow()`,
    );
    const all: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
      store.checkpoints.put("a", null),
      store.rebuildView(aggregate),
      store.mendViews(aggregate, ["a"], { write: true }),
    ];
    for (const work of all) {
      expect(yield* Effect.flip(work)).toMatchObject({ _tag: "DatabaseError", code: "09000" });
    }
  }),
);

/** A counter of whose events a run wrote the first, with a snapshot, a checkpoint and a stray row. */
const scene = Effect.gen(function* () {
  const schema = yield* Server.schema;
  const { store } = yield* Server.open({ schema });
  const client = yield* Server.outside;
  const metadata = { run_id: "one" };
  const [{ event }] = counts(1);
  const events = [{ event, metadata }] as const;
  yield* store.append({ aggregate, id: "a", expected: "none", events, snapshot: { total: 1 } });
  yield* store.checkpoints.put("reader", null);
  yield* store.runs.put(run);
  yield* Server.rows(client, `insert into ${schema}.counter_view values ('stray', 1, '{}')`);
  const all = Effect.all([
    log(store),
    store.load(aggregate, "a"),
    store.checkpoints.all,
    store.runs.all,
    Server.rows(client, `select * from ${schema}.counter_view order by 1`),
    Server.rows(client, `select * from ${schema}.snapshots`),
    Server.rows(client, `select * from ${schema}.rebuilt_views`),
  ]);
  return { schema, store, client, all };
});

const run = {
  ...{ id: "one", at: "2026-01-01T00:00:00.000Z", version: "1", options: {}, roots: {} },
  counts: { written: {}, alreadyThere: {}, mended: {}, erased: 0 },
};

type Work = (store: Server.Opened["store"]) => Effect.Effect<unknown, unknown>;
const erase: Work = (store) => store.erase([aggregate]);
const rollBack: Work = (store) => store.runs.rollBack("one", [aggregate]);
const rebuild: Work = (store) => store.rebuildView(aggregate);
const drop: Work = (store) => store.checkpoints.drop("reader");
const keep: Work = (store) => store.runs.put(run);

const works: ReadonlyArray<readonly [what: string, table: string, Work]> = [
  ["delete", "events", erase],
  ["delete", "snapshots", erase],
  ["delete", "counter_view", erase],
  ["delete", "events", rollBack],
  ["delete", "snapshots", rollBack],
  ["delete", "counter_view", rollBack],
  ["delete", "counter_view", rebuild],
  ["delete", "ledgerfold_checkpoints", drop],
  ["insert", "erased_positions", erase],
  ["insert", "erased_positions", rollBack],
  ["insert", "rebuilt_views", erase],
  ["insert", "rebuilt_views", rebuild],
  ["update", "ledgerfold_runs", keep],
];
const nameOf = new Map([
  [erase, "erasing"],
  [rollBack, "rolling a run back"],
  [rebuild, "rebuilding a view"],
  [drop, "forgetting a checkpoint"],
  [keep, "keeping a run"],
]);

for (const [what, table, work] of works) {
  it.scopedLive(`${nameOf.get(work)} fails, whole, where ${table} swallows an ${what}`, () =>
    Effect.gen(function* () {
      const { schema, store, client, all } = yield* scene;
      const before = yield* all;
      yield* Server.rows(client, swallow(schema, table, what));
      const error = yield* Effect.flip(work(store));
      expect(error).toMatchObject({ _tag: "DatabaseError", code: "09000" });
      expect(error).toHaveProperty(
        "message",
        expect.stringContaining(
          `a trigger or a rule of the table ${table} keeps rows from being ${what === "delete" ? "deleted" : "written"}`,
        ),
      );
      expect(yield* all).toEqual(before);
      yield* Server.rows(client, `drop trigger swallow on ${schema}.${table}`);
      if (table === "ledgerfold_runs") return;
      // PostgreSQL itself refuses what it would have to count.
      yield* Server.rows(
        client,
        `create rule swallow as on ${what} to ${schema}.${table} do instead nothing`,
      );
      expect(yield* Effect.flip(work(store))).toMatchObject({ _tag: "DatabaseError" });
      expect(yield* all).toEqual(before);
      yield* Server.rows(client, `drop rule swallow on ${schema}.${table}`);
      yield* work(store);
    }),
  );
}

it.scopedLive("an event that a rule leaves out fails the append", () =>
  Effect.gen(function* () {
    const { schema, store, client } = yield* scene;
    yield* Server.rows(
      client,
      `create rule swallow as on insert to ${schema}.events do instead nothing`,
    );
    for (const append of [count(store, "b", "none", 1), count(store, "b", "none", 1, 2)]) {
      expect(yield* Effect.flip(append)).toMatchObject({ _tag: "DatabaseError", code: "09000" });
    }
    expect(yield* store.read(counter("b"))).toEqual([]);
  }),
);
