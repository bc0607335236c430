import { expect, it } from "@effect/vitest";
import { ddl } from "@ledgerfold/fixtures/EventLogSchema";
import { Effect } from "effect";
import * as Counter from "@ledgerfold/event-store-contract/Counter";
import { counter, counts, log } from "@ledgerfold/event-store-contract/Steps";
import * as File from "./File.ts";
import * as TempFile from "./TempFile.ts";

/** Tables that are there already, with rows, as services that know nothing of ours made them. */

const inTable = (table: string) => ({
  ...Counter.aggregate,
  view: { ...Counter.view, table },
});
const aggregate = inTable("position_view");

const theirs = `
  insert into events
    (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
  values
    ('Counter', 'a', 1, 'CounterEvent::Counted', '1.0', '{ "Counted": {"by": 5, "why": "x"} }', '{}'),
    ('Other', 'a', 1, 'OtherEvent::Done', '3.1', '"Done"', '{"host":"b"}'),
    ('Counter', 'a', 2, 'CounterEvent::Counted', '1.0', '{"Counted":{"by":6}}', '{}');
  insert into snapshots (aggregate_type, aggregate_id, last_sequence, payload, timestamp)
  values ('Counter', 'a', 1, '{"total":1000}', '2025-12-01T00:00:00Z');
  insert into position_view (view_id, version, payload) values ('a', 2, '{"total":900}');
`;

const file = Effect.tap(TempFile.make, (path) => File.exec(path, ddl + theirs));
const tables = `select name, sql from sqlite_schema
  where name not in ('events', 'snapshots', 'events_event_id')
    and name not like '%ledgerfold_checkpoints%' order by name`;

it.scopedLive("are read before anything is added to them, their snapshots ignored", () =>
  Effect.gen(function* () {
    const { store } = yield* File.openAsIs({ path: yield* file, mode: "read" });
    const events = yield* log(store);
    expect(events).toEqual([
      {
        stream: counter("a"),
        sequence: 1,
        position: 1,
        type: "CounterEvent::Counted",
        version: "1.0",
        payload: '{ "Counted": {"by": 5, "why": "x"} }',
        metadata: {},
        id: null,
        time: null,
        correlationId: null,
        causationId: null,
      },
      expect.objectContaining({ type: "OtherEvent::Done", metadata: { host: "b" }, position: 2 }),
      expect.objectContaining({ sequence: 2, position: 3, id: null }),
    ]);
    expect(yield* store.read(counter("a"), { from: 2 })).toEqual([events[2]]);
    expect(yield* store.readFirst("Counter", ["a", "b"])).toEqual([events[0], undefined]);
    expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 11 }, version: 2 });
    expect(yield* store.view(aggregate, "a")).toMatchObject({ value: { model: { total: 900 } } });
    expect(yield* store.count([aggregate])).toEqual(new Map([["Counter", 2]]));
  }),
);

it.scopedLive("get our columns, and keep everything else", () =>
  Effect.gen(function* () {
    const path = yield* file;
    const before = yield* File.rows(path, tables);
    const { store } = yield* File.openAsIs({ path });
    yield* store.setup([aggregate, inTable("schwab_auth_view")]);
    yield* store.setup([aggregate]);
    expect(yield* File.rows(path, tables)).toEqual(before);
    expect(yield* File.rows(path, "select * from events where sequence = 2")).toEqual([
      ["Counter", "a", 2, "CounterEvent::Counted", "1.0", '{"Counted":{"by":6}}', "{}", null, null],
    ]);
    expect(yield* File.rows(path, "select timestamp, schema_version from snapshots")).toEqual([
      ["2025-12-01T00:00:00Z", null],
    ]);
    expect(yield* File.rows(path, "pragma journal_mode")).toEqual([["delete"]]);
  }),
);

it.scopedLive("take our events after theirs, with ids, views and snapshots", () =>
  Effect.gen(function* () {
    const path = yield* file;
    const { store } = yield* File.openAsIs({ path });
    yield* store.setup([aggregate]);
    const append = {
      aggregate,
      id: "a",
      expected: 2,
      events: [{ event: Counter.counted(7), id: "one", metadata: { run_id: "1" } }],
      snapshot: { total: 18 },
    } as const;
    const appended = yield* store.append(append);
    expect(appended).toEqual({ stream: counter("a"), version: 3, position: 4 });
    expect(yield* store.append(append)).toEqual(appended);
    expect(
      yield* File.rows(path, "select rowid, metadata, event_id from events where sequence = 3"),
    ).toEqual([[4, '{"run_id":"1"}', "one"]]);
    expect(yield* File.rows(path, "select * from position_view")).toEqual([
      ["a", 3, '{"total":907}', null, null],
    ]);
    expect(yield* File.rows(path, "select last_sequence, schema_version from snapshots")).toEqual([
      [3, 1],
    ]);
  }),
);

it.scopedLive("go on being written by the others, whose events we read", () =>
  Effect.gen(function* () {
    const path = yield* file;
    const { store } = yield* File.openAsIs({ path });
    yield* store.setup([aggregate]);
    yield* store.append({ aggregate, id: "a", expected: "any", events: counts(1) });
    yield* File.exec(path, theirs.replaceAll("'a'", "'b'"));
    expect(yield* store.load(aggregate, "b")).toEqual({ state: { total: 11 }, version: 2 });
    yield* store.append({ aggregate, id: "b", expected: 2, events: counts(1) });
    expect((yield* log(store)).map(({ stream, sequence }) => stream.id + sequence)).toEqual([
      ...["a1", "a1", "a2", "a3"],
      ...["b1", "b1", "b2", "b3"],
    ]);
  }),
);

it.scopedLive("refuse a row with their own rules, and then keep nothing of the append", () =>
  Effect.gen(function* () {
    const { store } = yield* File.openAsIs({ path: yield* file });
    const strict = inTable("schwab_auth_view");
    yield* store.setup([strict]);
    const append = { aggregate: strict, expected: "none", events: counts(1) } as const;
    const error = yield* Effect.flip(store.append({ ...append, id: "b" }));
    expect(error).toMatchObject({
      _tag: "DatabaseError",
      operation: "appending",
      code: "SQLITE_CONSTRAINT_CHECK",
    });
    expect(yield* log(store)).toHaveLength(3);
    expect(yield* store.append({ ...append, id: "schwab" })).toMatchObject({ version: 1 });
  }),
);

it.scopedLive("may be changed by others while we have them open", () =>
  Effect.gen(function* () {
    const path = yield* file;
    const reader = yield* File.openAsIs({ path, mode: "read" });
    const writer = yield* File.openAsIs({ path });
    expect(yield* reader.store.read(counter("a"))).toHaveLength(2);
    expect(yield* reader.store.view(Counter.aggregate, "b")).toMatchObject({ _tag: "None" });
    yield* writer.store.setup([Counter.aggregate]);
    const event = { event: Counter.counted(7), id: "one" };
    yield* writer.store.append({
      aggregate: Counter.aggregate,
      id: "b",
      expected: "none",
      events: [event],
    });
    expect(yield* reader.store.read(counter("b"))).toMatchObject([{ id: "one" }]);
    expect(yield* reader.store.view(Counter.aggregate, "b")).toMatchObject({ _tag: "Some" });
  }),
);

it.scopedLive("are as they were when the transaction around setup fails", () =>
  Effect.gen(function* () {
    const path = yield* file;
    const before = yield* File.rows(path, "select sql from sqlite_schema");
    const { store } = yield* File.openAsIs({ path });
    const trial = store.transaction(
      Effect.gen(function* () {
        yield* store.setup([Counter.aggregate]);
        const event = { event: Counter.counted(7), id: "one" };
        yield* store.append({
          aggregate: Counter.aggregate,
          id: "b",
          expected: "none",
          events: [event],
        });
        yield* Effect.fail(yield* log(store));
      }),
    );
    expect(yield* Effect.flip(trial)).toHaveLength(4);
    expect(yield* File.rows(path, "select sql from sqlite_schema")).toEqual(before);
    expect(yield* log(store)).toHaveLength(3);
    expect(yield* store.view(Counter.aggregate, "b")).toMatchObject({ _tag: "None" });
    yield* store.setup([aggregate]);
    expect(
      yield* store.append({ aggregate, id: "b", expected: "none", events: counts(1) }),
    ).toEqual({
      stream: counter("b"),
      version: 1,
      position: 4,
    });
  }),
);
