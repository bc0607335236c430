import { expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count, counter, counts, log } from "@ledgerfold/event-store-contract/Steps";
import * as File from "./File.ts";
import * as TempFile from "./TempFile.ts";

/** Tables of our own making, and rows in them that somebody damaged. */

it.scopedLive("have the columns that other services name", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    yield* File.open({ path });
    yield* File.exec(
      path,
      `insert into events
         (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
       values ('T', 'a', 1, 'E', '1.0', '{}', '{}');
       insert into snapshots (aggregate_type, aggregate_id, last_sequence, payload, timestamp)
       values ('T', 'a', 1, '{}', '2025-12-01T00:00:00Z');
       insert into counter_view (view_id, version, payload) values ('a', 1, '{}');`,
    );
    expect(yield* File.rows(path, "select * from events")).toEqual([
      [1, "T", "a", 1, "E", "1.0", "{}", "{}", null, null],
    ]);
    expect(yield* File.rows(path, "pragma journal_mode")).toEqual([["wal"]]);
  }),
);

it.scopedLive("never hand a position out again, whoever deleted the event", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    const { store } = yield* File.open({ path });
    yield* count(store, "a", "none", 1, 2, 3);
    yield* File.exec(path, "delete from events");
    yield* Effect.scoped(
      Effect.gen(function* () {
        const again = yield* File.open({ path });
        expect(yield* count(again.store, "a", "none", 1)).toMatchObject({ position: 4 });
      }),
    );
    expect((yield* log(store)).map(({ position }) => position)).toEqual([4]);
  }),
);

it.scopedLive("refuse the same sequence and the same event id twice, whoever writes them", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    yield* File.open({ path });
    const insert = (sequence: number, id: string) =>
      File.exec(
        path,
        `insert into events values (null, 'T', 'a', ${sequence}, '', '', '', '', ${id}, null)`,
      );
    yield* insert(1, "'one'");
    const sequence = yield* Effect.sandbox(insert(1, "'two'")).pipe(Effect.flip);
    expect(String(sequence)).toContain("UNIQUE constraint failed: events.aggregate_type");
    const id = yield* Effect.sandbox(insert(2, "'one'")).pipe(Effect.flip);
    expect(String(id)).toContain("UNIQUE constraint failed: events.event_id");
    yield* insert(2, "null");
    yield* insert(3, "null");
  }),
);

it.scopedLive("keep what is in them when they are set up again", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    const first = yield* File.open({ path });
    yield* count(first.store, "a", "none", 1, 2);
    const schema = yield* File.rows(path, "select sql from sqlite_schema");
    const { store } = yield* File.open({ path });
    expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 3 }, version: 2 });
    expect(yield* File.rows(path, "select sql from sqlite_schema")).toEqual(schema);
  }),
);

it.scopedLive("fold a view anew whose row is not JSON, and refuse to read it", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    const { store } = yield* File.open({ path });
    yield* count(store, "a", "none", 1, 2);
    yield* File.exec(path, `update counter_view set payload = '{"total":'`);
    const error = yield* Effect.flip(store.view(aggregate, "a"));
    expect(error).toMatchObject({ _tag: "UnreadableView", table: "counter_view", id: "a" });
    yield* count(store, "a", "any", 3);
    expect(yield* store.view(aggregate, "a")).toMatchObject({
      value: { model: { total: 6 }, version: 3 },
    });
  }),
);

it.scopedLive("ignore a snapshot that is not JSON", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    const { store } = yield* File.open({ path });
    const snapshot = { total: 1_000 };
    yield* store.append({ aggregate, id: "a", expected: "none", events: counts(1, 2), snapshot });
    yield* File.exec(path, "update snapshots set payload = 'total'");
    expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 3 }, version: 2 });
  }),
);

it.scopedLive("give an event whose metadata is unreadable without it", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    const { store } = yield* File.open({ path });
    yield* count(store, "a", "none", 1);
    yield* File.exec(path, "update events set metadata = 'none'");
    expect(yield* store.read(counter("a"))).toMatchObject([{ sequence: 1, metadata: null }]);
  }),
);

it.scopedLive("that were never made are empty to read, and an error to append to", () =>
  Effect.gen(function* () {
    const { store } = yield* File.openAsIs({ path: yield* TempFile.make, mode: "create" });
    expect(yield* log(store)).toEqual([]);
    expect(yield* store.read(counter("a"))).toEqual([]);
    expect(yield* store.readFirst("Counter", ["a"])).toEqual([undefined]);
    expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 0 }, version: 0 });
    expect(yield* store.view(aggregate, "a")).toMatchObject({ _tag: "None" });
    expect(yield* store.count([aggregate])).toEqual(new Map());
    expect(yield* store.erase([aggregate])).toBe(0);
    const error = yield* Effect.flip(count(store, "a", "none", 1));
    expect(error).toMatchObject({ _tag: "DatabaseError", code: "SQLITE_ERROR" });
    expect(error.message).toContain("no such table: events");
    yield* store.setup([aggregate]);
    expect(yield* count(store, "a", "none", 1)).toMatchObject({ version: 1 });
  }),
);

it.scopedLive("are known to be there when all of what setup makes is", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    const { store } = yield* File.openAsIs({ path, mode: "create" });
    expect(yield* store.isSetUp([aggregate])).toBe(false);
    yield* store.setup([aggregate]);
    expect(yield* store.isSetUp([aggregate])).toBe(true);
    for (const part of [
      "table counter_view",
      "table snapshots",
      "table ledgerfold_checkpoints",
      "index events_stream",
      "index events_event_id",
      "table events",
    ]) {
      yield* File.exec(path, `drop ${part}`);
      expect(yield* store.isSetUp([aggregate])).toBe(false);
      yield* store.setup([aggregate]);
      expect(yield* store.isSetUp([aggregate])).toBe(true);
    }
  }),
);

it.scopedLive("whose owner has SQLite leave rows out fail the append", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    const { store } = yield* File.open({ path });
    yield* File.exec(
      path,
      "create trigger skip before insert on events begin select raise(ignore); end",
    );
    const error = yield* Effect.flip(count(store, "a", "none", 1));
    expect(error.message).toContain("a trigger of events keeps rows from being written");
    yield* File.exec(
      path,
      `drop trigger skip;
       create trigger skip before insert on snapshots begin select raise(ignore); end`,
    );
    const append = { aggregate, id: "a", expected: "none", events: counts(1) } as const;
    const ofSnapshot = yield* Effect.flip(store.append({ ...append, snapshot: { total: 1 } }));
    expect(ofSnapshot.message).toContain("a trigger of snapshots keeps rows from being written");
    expect(yield* store.view(aggregate, "a")).toMatchObject({ _tag: "None" });
  }),
);

it.scopedLive("forget the snapshot of a stream that begins anew", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    const { store } = yield* File.open({ path });
    yield* File.exec(
      path,
      `insert into snapshots (aggregate_type, aggregate_id, last_sequence, payload, timestamp, schema_version)
       values ('Counter', 'a', 9, '{"total":9}', '2025-01-01T00:00:00Z', ${aggregate.stateVersion})`,
    );
    yield* count(store, "a", "none", 1);
    expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 1 }, version: 1 });
  }),
);
