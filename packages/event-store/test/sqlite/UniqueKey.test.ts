import { describe, expect, it } from "@effect/vitest";
import { ddl } from "@ledgerfold/fixtures/EventLogSchema";
import { Effect } from "effect";
import { CompiledQuery } from "kysely";
import { loads } from "@ledgerfold/event-store-contract/BulkLoads";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count, counter, counts, log } from "@ledgerfold/event-store-contract/Steps";
import * as File from "./File.ts";
import * as TempFile from "./TempFile.ts";

/** The unique key of the log: who has one, and that a bulk load always brings it back. */

const keys = `select name from sqlite_schema where type = 'index' and tbl_name = 'events'
  and name <> 'events_event_id' and name <> 'events_by_type'`;
const columns = "(aggregate_type, aggregate_id, sequence)";

const insert = (path: string, id: string) =>
  File.exec(
    path,
    `insert into events
       (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
     values ('Counter', '${id}', 1, '', '', '{}', '{}')`,
  );

/** That the file has this key and no other, and that it keeps other programs from a second event. */
const expectKey = (path: string, key = "events_stream") =>
  Effect.gen(function* () {
    expect(yield* File.rows(path, keys)).toEqual([[key]]);
    yield* insert(path, "theirs");
    const refused = yield* Effect.flip(Effect.sandbox(insert(path, "theirs")));
    expect(String(refused)).toContain("UNIQUE constraint failed: events.aggregate_type");
    expect(yield* File.rows(path, "pragma integrity_check")).toEqual([["ok"]]);
  });

/** The same of the table of views. */
const expectViewKey = (path: string) =>
  Effect.gen(function* () {
    const names = "select name from pragma_index_list('counter_view') where \"unique\"";
    expect(yield* File.rows(path, names)).toEqual([["counter_view_stream"]]);
    const row = File.exec(path, "insert into counter_view values ('theirs', 1, '{}')");
    yield* row;
    const refused = yield* Effect.flip(Effect.sandbox(row));
    expect(String(refused)).toContain("UNIQUE constraint failed: counter_view.view_id");
  });

const fresh = (store: File.Opened["store"], ...ids: ReadonlyArray<string>) =>
  store.appendAll(ids.map((id) => ({ aggregate, id, expected: "none", events: counts(1) })));

describe("a bulk load of an empty log", () => {
  for (const [name, [load]] of Object.entries(loads)) {
    it.scopedLive(`${name} brings the key back`, () =>
      Effect.gen(function* () {
        const path = yield* TempFile.make;
        const { store } = yield* File.open({ path });
        yield* Effect.exit(load(store));
        yield* expectKey(path);
        yield* expectViewKey(path);
      }),
    );
  }

  /** The keys as the one who loads sees them. */
  const now = ({ database }: File.Opened) =>
    database.run("looking at the keys", () =>
      database.execute({ compile: () => CompiledQuery.raw(keys) }),
    );

  it.scopedLive("goes without the key until something else is asked", () =>
    Effect.gen(function* () {
      const opened = yield* File.open({ path: yield* TempFile.make });
      const { store } = opened;
      yield* store.bulk(
        Effect.gen(function* () {
          expect(yield* now(opened)).toHaveLength(1);
          yield* fresh(store, "a");
          yield* fresh(store, "b");
          expect(yield* now(opened)).toEqual([]);
          yield* store.read(counter("a"));
          expect(yield* now(opened)).toHaveLength(1);
          yield* fresh(store, "c");
          expect(yield* now(opened)).toHaveLength(1);
        }),
      );
    }),
  );

  it.scopedLive("keeps the key of a log with events", () =>
    Effect.gen(function* () {
      const opened = yield* File.open({ path: yield* TempFile.make });
      const { store } = opened;
      yield* fresh(store, "a");
      yield* store.bulk(
        Effect.gen(function* () {
          yield* fresh(store, "b");
          expect(yield* now(opened)).toHaveLength(1);
        }),
      );
    }),
  );
});

describe("a table of another service", () => {
  const bare = ddl.replace(`,\n  PRIMARY KEY ${columns}`, "");
  const file = (sql: string) => Effect.tap(TempFile.make, (path) => File.exec(path, sql));

  it.scopedLive("with a primary key keeps that, and gets no other", () =>
    Effect.gen(function* () {
      const path = yield* file(ddl);
      const { store } = yield* File.open({ path });
      yield* store.bulk(Effect.zipRight(fresh(store, "a"), fresh(store, "b")));
      expect(yield* Effect.flip(count(store, "a", "none", 1))).toMatchObject({ actual: 1 });
      yield* expectKey(path, "sqlite_autoindex_events_1");
    }),
  );

  it.scopedLive("with a unique index of its own keeps that, and gets no other", () =>
    Effect.gen(function* () {
      const theirs =
        "create unique index theirs on events (aggregate_id, sequence, aggregate_type);";
      const path = yield* file(bare + theirs);
      const { store } = yield* File.open({ path });
      yield* store.bulk(Effect.zipRight(fresh(store, "a"), fresh(store, "b")));
      expect(yield* Effect.flip(count(store, "a", "none", 1))).toMatchObject({ actual: 1 });
      expect(yield* File.rows(path, keys)).toEqual([["theirs"]]);
    }),
  );

  it.scopedLive("without a key gets ours", () =>
    Effect.gen(function* () {
      const path = yield* file(
        `${bare} create unique index part on events ${columns} where sequence > 1;
         create index slow on events ${columns};`,
      );
      yield* insert(path, "a");
      const { store } = yield* File.open({ path });
      expect(yield* Effect.flip(count(store, "a", "none", 1))).toMatchObject({ actual: 1 });
      yield* File.exec(path, "drop index part; drop index slow");
      yield* expectKey(path);
    }),
  );

  it.scopedLive("in which a stream has a sequence twice is refused by setup, and untouched", () =>
    Effect.gen(function* () {
      const path = yield* file(bare);
      yield* insert(path, "a");
      yield* insert(path, "a");
      const before = yield* File.rows(path, "select name, sql from sqlite_schema");
      const error = yield* Effect.flip(File.open({ path }));
      expect(error).toMatchObject({ _tag: "UnfitTable", table: "events" });
      expect(error.message).toContain(
        'it has one sequence of Counter "a" twice, and no key. Nothing was written.',
      );
      expect(yield* File.rows(path, "select name, sql from sqlite_schema")).toEqual(before);
    }),
  );

  it.scopedLive("without a key that nobody set up still refuses a stream that begins twice", () =>
    Effect.gen(function* () {
      const sql = `${bare} alter table events add column event_id text;
        alter table events add column recorded_at text;
        alter table snapshots add column schema_version bigint;
        create table counter_view (view_id text primary key, version, payload)`;
      const { store } = yield* File.openAsIs({ path: yield* file(sql) });
      yield* fresh(store, "a");
      expect(yield* Effect.flip(count(store, "a", "none", 1))).toMatchObject({ actual: 1 });
      expect(yield* log(store)).toHaveLength(1);
    }),
  );

  for (const resolution of ["replace", "ignore", "rollback", "fail", "abort"]) {
    it.scopedLive(`with a key that says on conflict ${resolution} never loses an event`, () =>
      Effect.gen(function* () {
        const key = `UNIQUE ${columns} ON CONFLICT ${resolution}`;
        const path = yield* file(ddl.replace(`PRIMARY KEY ${columns}`, key));
        const { store } = yield* File.open({ path });
        yield* count(store, "a", "none", 1, 2);
        const before = yield* log(store);
        const error = yield* Effect.flip(fresh(store, "b", "a"));
        expect(error).toMatchObject({ _tag: "VersionConflict", expected: "none", actual: 2 });
        const bulk = store.bulk(Effect.zipRight(fresh(store, "b"), fresh(store, "a")));
        expect(yield* Effect.flip(bulk)).toMatchObject({ _tag: "VersionConflict", actual: 2 });
        expect(yield* log(store)).toEqual(before);
        expect(yield* store.view(aggregate, "b")).toMatchObject({ _tag: "None" });
      }),
    );
  }
});
