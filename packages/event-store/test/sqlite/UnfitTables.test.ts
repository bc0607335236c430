import { readFileSync } from "node:fs";
import { expect, it } from "@effect/vitest";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count } from "@ledgerfold/event-store-contract/Steps";
import { ddl } from "@ledgerfold/fixtures/EventLogSchema";
import { Effect } from "effect";
import * as File from "./File.ts";
import * as TempFile from "./TempFile.ts";

/** Tables that are there already and cannot be the log's, whatever they are called. */

const events = ddl.slice(0, ddl.indexOf(");") + 2);
const table = (change: (sql: string) => string) => change(events);
const view = (columns: string, rest = "") => `create table counter_view (${columns})${rest}`;
const fit = "view_id text, version bigint, payload json";

const unfit: ReadonlyArray<readonly [name: string, sql: string, fault: string]> = [
  ["events", table((sql) => `${sql.slice(0, -1)} without rowid`), "is WITHOUT ROWID"],
  ["events", table((sql) => sql.replace("payload", "rowid, payload")), "has a column rowid"],
  ["events", "create view events as select 1 as aggregate_type", "is a view"],
  [
    "events",
    table((sql) => sql.replace("sequence BIGINT", "sequence TEXT")),
    "of type TEXT, which a whole number",
  ],
  [
    "events",
    table((sql) => sql.replace("aggregate_id TEXT", "aggregate_id REAL")),
    "column aggregate_id of type REAL, which text",
  ],
  [
    "events",
    table((sql) => sql.replace("aggregate_id TEXT", "aggregate_id TEXT COLLATE NOCASE")),
    "whose collation",
  ],
  [
    "events",
    `${table((sql) => sql)} alter table events add column event_id real`,
    "column event_id of type",
  ],
  [
    "snapshots",
    "create table snapshots (aggregate_type text, aggregate_id text)",
    "has no column last_sequence, payload, timestamp",
  ],
  [
    "ledgerfold_runs",
    "create table Ledgerfold_Runs (run_id text, moment text, version text, outcome text)",
    "has no column options, counts, roots, outcome_at",
  ],
  ["ledgerfold_checkpoints", "create view ledgerfold_checkpoints as select 1 as name", "is a view"],
  ["counter_view", view(`${fit}, primary key (view_id)`, " without rowid"), "is WITHOUT ROWID"],
  ["counter_view", view("view_id text, version real, payload json"), "column version of type REAL"],
  [
    "counter_view",
    view("view_id text, version integer, payload blob", " strict"),
    "column payload of type BLOB, which JSON",
  ],
  [
    "counter_view",
    view("view_id text, version bigint, text, payload as (text)"),
    "column payload that is generated",
  ],
  [
    "counter_view",
    "create virtual table counter_view using fts5(view_id, version, payload)",
    "is a virtual table",
  ],
  ["counter_view", view("something"), "has no column view_id, version, payload"],
];

for (const [name, sql, fault] of unfit) {
  it.scopedLive(`are refused before anything is written: ${name} ${fault}`, () =>
    Effect.gen(function* () {
      const path = yield* TempFile.make;
      yield* File.exec(path, sql);
      const before = readFileSync(path);
      const { store } = yield* File.openAsIs({ path });
      for (const attempt of [store.isSetUp([aggregate]), store.setup([aggregate])]) {
        const error = yield* Effect.flip(Effect.asVoid(attempt));
        expect(error).toMatchObject({ _tag: "UnfitTable", database: path, table: name });
        expect(error.message).toContain(fault);
        expect(error.message).toMatch(
          /Nothing was written\. (Rename it and|It has no rows: drop it)/,
        );
      }
      expect(readFileSync(path).equals(before)).toBe(true);
    }),
  );
}

it.scopedLive("may have anything else that takes the rows of a log", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    yield* File.exec(
      path,
      `create table EVENTS (aggregate_type, aggregate_id numeric, sequence any, event_type blob,
         event_version varchar(9), payload int, metadata real, more);
       create table snapshots (aggregate_type text, aggregate_id text, last_sequence, payload, timestamp,
         unique (aggregate_type collate nocase, aggregate_id)) ;
       create table counter_view (view_id text, version any, payload text, rest text default '') strict;
       create index events_event_id on counter_view (rest)`,
    );
    const { store } = yield* File.openAsIs({ path });
    // The name of an index that isn't ours is not in the way.
    expect(yield* store.isSetUp([aggregate])).toBe(false);
    yield* store.setup([aggregate]);
    expect(yield* store.isSetUp([aggregate])).toBe(true);
    for (const id of ["10", "a", "A"]) yield* count(store, id, "none", 1, 2);
    for (const total of [3, 4]) {
      const events = [{ event: { _tag: "Counted", by: 1 } }] as const;
      const snapshot = { total };
      yield* store.append({ aggregate, id: "10", expected: total - 1, events, snapshot });
    }
    expect(yield* store.load(aggregate, "10")).toMatchObject({ version: 4 });
    expect(yield* store.read({ type: "Counter", id: "10" }, { limit: 1 })).toMatchObject([
      { stream: { type: "Counter", id: "10" } },
    ]);
    expect(yield* store.rebuildView(aggregate)).toMatchObject({ rows: 3, written: 0 });
  }),
);

it.scopedLive("may be dropped only where they have no rows", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    yield* File.exec(
      path,
      "create table counter_view (view_id text primary key, version bigint, payload text) without rowid",
    );
    const { store } = yield* File.openAsIs({ path });
    const refused = Effect.flip(store.setup([aggregate]));
    expect((yield* refused).message).toContain("It has no rows: drop it");
    yield* File.exec(path, "insert into counter_view values ('a', 1, '{}')");
    expect((yield* refused).message).toContain("Rename it and, where its rows are the log's");
  }),
);

it.scopedLive("may have no key of their own, as a copy of the runs' table has", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    const { store } = yield* File.open({ path, mode: "create" });
    const counts = { written: { Counter: 1 }, alreadyThere: {}, mended: {}, erased: 0 };
    const at = "2026-01-01T00:00:00.000Z";
    const run = { id: "a", at, version: "1", options: {}, counts, roots: {} };
    yield* store.runs.put(run);
    yield* File.exec(
      path,
      `create table copied as select * from ledgerfold_runs; drop table ledgerfold_runs;
       alter table copied rename to ledgerfold_runs`,
    );
    yield* store.runs.put({ ...run, version: "2" });
    yield* store.runs.put({ ...run, id: "b" });
    yield* File.exec(
      path,
      "update ledgerfold_runs set moment = x'00', counts = x'00' where run_id = 'b'",
    );
    expect(yield* store.runs.all).toMatchObject([
      { id: "b", run: undefined, at: "\0" },
      { id: "a", run: { version: "2" }, at },
    ]);
  }),
);

it.scopedLive("may be renamed, and the log's own are made in their place", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    const { store } = yield* File.open({ path, mode: "create" });
    const append = { aggregate, id: "a", expected: "none" } as const;
    const events = [{ event: { _tag: "Counted", by: 1 }, id: "one" }] as const;
    const first = yield* store.append({ ...append, events });
    for (const table of ["events", "snapshots", "counter_view"]) {
      yield* File.exec(path, `alter table ${table} rename to old_${table}`);
    }
    expect(yield* store.isSetUp([aggregate])).toBe(false);
    yield* store.setup([aggregate]);
    expect(yield* store.isSetUp([aggregate])).toBe(true);
    for (const _ of ["appended", "there already"]) {
      expect(yield* store.append({ ...append, events })).toMatchObject({ stream: first.stream });
    }
    expect(yield* store.bulk(count(store, "b", "none", 1))).toMatchObject({ version: 1 });
    expect(yield* Effect.flip(count(store, "b", "none", 1))).toMatchObject({
      _tag: "VersionConflict",
    });
  }),
);
