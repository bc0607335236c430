import { describe, expect, it } from "@effect/vitest";
import { ddl } from "@ledgerfold/fixtures/EventLogSchema";
import { Context, Effect, Layer } from "effect";
import { sql } from "kysely";
import * as EncodedStream from "../../src/EncodedStream.ts";
import { EventStore } from "../../src/EventStore.ts";
import * as Counter from "@ledgerfold/event-store-contract/Counter";
import { count, counter, counts, everything, log } from "@ledgerfold/event-store-contract/Steps";
import * as Database from "../../src/sqlite/Database.ts";
import * as SqliteQuery from "../../src/sqlite/Query.ts";
import { layerDatabase } from "../../src/sqlite/layer.ts";
import * as File from "./File.ts";
import * as TempFile from "./TempFile.ts";

/** Encoded streams that a bulk load writes by two statements, and those that it may not. */

const { aggregate } = Counter;
const metadata = { from: "elsewhere" };

const encoded = (...ids: ReadonlyArray<string>) =>
  ids.map((id) => EncodedStream.encode(aggregate, id, Counter.counted(id.length), metadata));

/** How many rows each statement wrote that fetched its texts. */
const watched = (options: Database.Options) =>
  Effect.gen(function* () {
    const filled: Array<number> = [];
    const spied = Effect.map(
      Database.SqliteDatabase,
      (database): Database.Service => ({
        ...database,
        runWith: (columns, ...rest) => {
          filled.push(columns[0]?.length ?? 0);
          return database.runWith(columns, ...rest);
        },
      }),
    );
    const layer = Layer.provideMerge(
      layerDatabase,
      Layer.provide(Layer.effect(Database.SqliteDatabase, spied), Database.layer(options)),
    );
    const context = yield* Layer.build(layer);
    const store = Context.get(context, EventStore);
    return { store, database: Context.get(context, Database.SqliteDatabase), filled };
  });

const fresh = Effect.gen(function* () {
  const path = yield* TempFile.make;
  const opened = yield* watched({ path, mode: "create" });
  yield* opened.store.setup([aggregate, Counter.viewedElsewhere]);
  return { path, ...opened };
});

const rows = `select aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
    metadata, event_id, typeof(aggregate_id), typeof(sequence), typeof(payload), typeof(metadata),
    typeof(recorded_at), rowid from events order by rowid`;
const viewRows = (table = "counter_view") =>
  `select view_id, version, payload, typeof(view_id), typeof(version), typeof(payload)
    from ${table} order by view_id`;

const written = (path: string, table?: string) =>
  Effect.all([File.rows(path, rows), File.rows(path, viewRows(table))]);

describe("a bulk load of encoded streams", () => {
  it.scopedLive("writes all of an append by two statements, which are what a row's are", () =>
    Effect.gen(function* () {
      const ids = ["a", "007", "1e3", "9223372036854775808", "nul\u0000", "'); --", "👩‍👩‍👧", ""];
      const texts = ['{"Counted":{"by":1}}', `"${"ä".repeat(100_000)}"`, "12", "1.50", '"\\u0000"'];
      const streams = [
        ...encoded(...ids, ...Array.from({ length: 1_000 }, (_, at) => `counter ${at}`)),
        ...texts.flatMap((text, at) =>
          encoded(`text ${at}`).map(({ event, ...stream }) => {
            return { ...stream, event: { ...event, payload: text }, view: texts.at(-at - 1) ?? "" };
          }),
        ),
      ];
      const bulk = yield* fresh;
      const single = yield* fresh;
      const appended = yield* bulk.store.bulk(bulk.store.appendEncoded(aggregate, streams));
      expect(bulk.filled).toEqual([streams.length, streams.length]);
      expect(yield* single.store.appendEncoded(aggregate, streams)).toEqual(appended);
      expect(single.filled).toEqual([]);
      expect(yield* written(bulk.path)).toEqual(yield* written(single.path));
      const times = yield* File.rows(bulk.path, "select distinct recorded_at from events");
      expect(times).toEqual([[expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)]]);
    }),
  );

  it.scopedLive("goes row by row where these differ in what comes with them", () =>
    Effect.gen(function* () {
      const { path, store, filled } = yield* fresh;
      const [a, b, c, d] = encoded("a", "b", "c", "d") as [Stream, Stream, Stream, Stream];
      const other = {
        type: { ...b, event: { ...b.event, type: "CounterEvent::Other" } },
        version: { ...c, event: { ...c.event, version: "0.9" } },
        metadata: { ...d, event: { ...d.event, metadata: { from: "here" } } },
      };
      yield* store.bulk(
        Effect.forEach(Object.entries(other), ([name, stream]) =>
          store.appendEncoded(aggregate, [
            ...encoded(`before ${name}`),
            stream,
            ...encoded(`after ${name}`),
          ]),
        ),
      );
      yield* store.erase([aggregate]);
      yield* store.bulk(store.appendEncoded(aggregate, [a, ...Object.values(other)]));
      expect(filled).toEqual([]);
      const own = "select aggregate_id, event_type, event_version, metadata from events";
      const type = "CounterEvent::Counted";
      expect(yield* File.rows(path, own)).toEqual([
        ["a", type, "1.0", '{"from":"elsewhere"}'],
        ["b", "CounterEvent::Other", "1.0", '{"from":"elsewhere"}'],
        ["c", type, "0.9", '{"from":"elsewhere"}'],
        ["d", type, "1.0", '{"from":"here"}'],
      ]);
    }),
  );

  it.scopedLive("takes two beside keys too, and goes row by row outside of a load", () =>
    Effect.gen(function* () {
      const { store, filled } = yield* fresh;
      const elsewhere = Counter.viewedElsewhere;
      yield* store.bulk(
        Effect.gen(function* () {
          yield* store.appendEncoded(aggregate, encoded("a", "b"));
          yield* store.appendEncoded(elsewhere, encoded("c"));
          expect(filled).toEqual([2, 2, 1, 1]);
          yield* store.read(counter("a"));
          yield* store.appendEncoded(aggregate, encoded("d"));
          expect(filled).toEqual([2, 2, 1, 1, 1, 1]);
        }),
      );
      yield* store.appendEncoded(aggregate, encoded("e"));
      expect(filled).toHaveLength(6);
      yield* store.bulk(store.appendEncoded(aggregate, encoded("g", "f")));
      expect(filled.slice(6)).toEqual([2, 2]);
      const [one, other] = (yield* log(store)).slice(-2);
      expect([one, other]).toMatchObject([
        { position: 6, stream: counter("g") },
        { position: 7, stream: counter("f") },
      ]);
    }),
  );

  it.scopedLive("names the stream that is there already, and keeps nothing of the others", () =>
    Effect.gen(function* () {
      const { store } = yield* fresh;
      yield* count(store, "b", "none", 1, 1);
      const load = store.bulk(store.appendEncoded(aggregate, encoded("a", "b", "c")));
      expect(yield* Effect.flip(load)).toMatchObject({
        _tag: "VersionConflict",
        stream: counter("b"),
        actual: 2,
      });
      expect(yield* log(store)).toHaveLength(2);
      expect((yield* everything(store, "a", "c")).views).toMatchObject([
        { _tag: "None" },
        { _tag: "None" },
      ]);
    }),
  );

  it.scopedLive("replaces the rows of views that nothing stands behind", () =>
    Effect.gen(function* () {
      const { path, store, filled } = yield* fresh;
      yield* File.exec(path, `insert into counter_view values ('a', 9, '{"total":9}')`);
      yield* store.bulk(store.appendEncoded(aggregate, encoded("a", "b")));
      expect(filled).toEqual([2, 2]);
      expect(yield* File.rows(path, "select * from counter_view order by 1")).toEqual([
        ["a", 1, '{"total":1}'],
        ["b", 1, '{"total":1}'],
      ]);
    }),
  );

  it.scopedLive("forgets the snapshots that nothing stands behind", () =>
    Effect.gen(function* () {
      const { path, store, filled } = yield* fresh;
      const load = store.bulk(store.appendEncoded(aggregate, encoded("a", "b")));
      yield* load;
      yield* store.erase([aggregate]);
      expect(filled).toEqual([2, 2]);
      yield* File.exec(
        path,
        `insert into snapshots
           (aggregate_type, aggregate_id, last_sequence, payload, timestamp, schema_version)
         values ('Counter', 'b', 9, '{"total":9}', '2025-01-01T00:00:00Z', 1),
           ('Counter', 'z', 9, '{"total":9}', '2025-01-01T00:00:00Z', 1)`,
      );
      yield* load;
      expect(filled).toEqual([2, 2]);
      expect(yield* store.load(aggregate, "b")).toEqual({ state: { total: 1 }, version: 1 });
      expect(yield* File.rows(path, "select aggregate_id from snapshots")).toEqual([["z"]]);
    }),
  );

  for (const table of ["events", "counter_view"]) {
    for (const kind of ["temp trigger", "trigger"]) {
      it.scopedLive(`is refused where a ${kind} of ${table} leaves one row out`, () =>
        Effect.gen(function* () {
          const { database, store, filled } = yield* fresh;
          const id = table === "events" ? "aggregate_id" : "view_id";
          const skip = sql`create ${sql.raw(kind)} skip before insert on ${sql.table(table)}
            when new.${sql.ref(id)} = 'b' begin select raise(ignore); end`;
          yield* database.run("trying", () => database.prepare(SqliteQuery.once(skip)).run());
          const load = (...ids: ReadonlyArray<string>) =>
            store.bulk(store.appendEncoded(aggregate, encoded(...ids)));
          const error = yield* Effect.flip(load("a", "b", "c"));
          expect(error).toMatchObject({ _tag: "DatabaseError", operation: "appending" });
          expect(error.message).toContain(`a trigger of ${table} keeps rows from being written`);
          expect(yield* everything(store, "a", "b")).toMatchObject({
            log: [],
            views: [{ _tag: "None" }, { _tag: "None" }],
          });
          expect(yield* load("a", "c")).toMatchObject([{ position: 1 }, { position: 2 }]);
          expect(filled.length > 0).toBe(kind === "temp trigger");
          expect(yield* Effect.flip(count(store, "a", "none", 1))).toMatchObject({ actual: 1 });
        }),
      );
    }
  }

  it.scopedLive("knows its places where a trigger writes to the log too", () =>
    Effect.gen(function* () {
      const { path, store, filled } = yield* fresh;
      yield* File.exec(
        path,
        `create trigger mirrored after insert on Events when new.aggregate_type = 'Counter' begin
           insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
               payload, metadata)
           values ('Mirror', new.aggregate_id, 1, new.event_type, '1.0', new.payload, '{}'); end`,
      );
      const appended = yield* store.bulk(store.appendEncoded(aggregate, encoded("a", "b", "c")));
      expect(appended.map(({ position }) => position)).toEqual([1, 3, 5]);
      expect(filled).toEqual([]);
    }),
  );

  it.scopedLive("sees the triggers that come and go", () =>
    Effect.gen(function* () {
      const { path, store, filled } = yield* fresh;
      const load = store.bulk(store.appendEncoded(aggregate, encoded("a", "b")));
      const sizes: Array<number> = [];
      const trigger = "create trigger noted after insert on counter_view begin select 1; end";
      const others = "create table t (a); create trigger u after update on t begin select 1; end";
      for (const sql of [others, trigger, "drop trigger noted"]) {
        yield* File.exec(path, sql);
        yield* load;
        yield* store.erase([aggregate]);
        sizes.push(filled.length);
      }
      expect(sizes).toEqual([2, 2, 4]);
    }),
  );
});

type Stream = EncodedStream.EncodedStream;

describe("in tables of another service", () => {
  const foreign = (table: string) =>
    Effect.gen(function* () {
      const path = yield* Effect.tap(TempFile.make, (path) => File.exec(path, ddl));
      const own = { ...aggregate, view: { ...aggregate.view, table } };
      const opened = yield* watched({ path });
      yield* opened.store.setup([own]);
      return { path, own, ...opened };
    });

  for (const table of ["position_view", "counter_view"]) {
    it.scopedLive(`a bulk load writes the rows of appends, with views in ${table}`, () =>
      Effect.gen(function* () {
        const ids = ["a", "007", "1e3", "nul\u0000", "👩‍👩‍👧"];
        const [bulk, appends] = yield* Effect.all([foreign(table), foreign(table)]);
        const { own, store, filled } = bulk;
        const appended = yield* store.bulk(store.appendEncoded(own, encoded(...ids)));
        expect(filled).toEqual([5, 5]);
        const again = yield* appends.store.appendAll(
          ids.map((id) => ({
            aggregate: own,
            id,
            expected: "none",
            events: [{ event: Counter.counted(id.length), metadata }],
          })),
        );
        expect(appended).toEqual(again);
        expect(yield* written(bulk.path, table)).toEqual(yield* written(appends.path, table));
        const twice = store.bulk(store.appendEncoded(own, encoded("x", "x")));
        expect(yield* Effect.flip(twice)).toMatchObject({ _tag: "VersionConflict", actual: 1 });
        expect(yield* log(store)).toHaveLength(ids.length);
      }),
    );
  }

  it.scopedLive("a bulk load never replaces an event, whatever these declare", () =>
    Effect.gen(function* () {
      const path = yield* TempFile.make;
      const key = "PRIMARY KEY (aggregate_type, aggregate_id, sequence)\n);\n\nCREATE INDEX";
      expect(ddl).toContain(key);
      yield* File.exec(
        path,
        ddl.replace(key, "UNIQUE (payload) ON CONFLICT REPLACE);\n\nCREATE INDEX"),
      );
      const { store, filled } = yield* watched({ path });
      yield* store.setup([aggregate]);
      const load = (...ids: ReadonlyArray<string>) =>
        store.bulk(store.appendEncoded(aggregate, encoded(...ids)));
      expect(yield* Effect.flip(load("a", "b"))).toMatchObject({
        _tag: "DatabaseError",
        code: "SQLITE_CONSTRAINT_UNIQUE",
      });
      expect(yield* log(store)).toEqual([]);
      expect(yield* load("a", "bb")).toMatchObject([{ position: 1 }, { position: 2 }]);
      expect(filled).toEqual([2, 2, 2]);
    }),
  );

  it.scopedLive("a bulk load gives no event an id that these declare", () =>
    Effect.gen(function* () {
      const path = yield* TempFile.make;
      const key = "PRIMARY KEY (aggregate_type, aggregate_id, sequence)\n);\n\nCREATE INDEX";
      yield* File.exec(path, ddl.replace(key, "event_id TEXT DEFAULT 'theirs');\n\nCREATE INDEX"));
      const { store, filled } = yield* watched({ path });
      yield* store.setup([aggregate]);
      yield* store.bulk(store.appendEncoded(aggregate, encoded("a", "b")));
      expect((yield* log(store)).map(({ id }) => id)).toEqual([null, null]);
      expect(filled).toEqual([2, 2]);
    }),
  );

  it.scopedLive("a log that is theirs keeps its streams beside a view that is ours and empty", () =>
    Effect.gen(function* () {
      const path = yield* Effect.tap(TempFile.make, (path) => File.exec(path, ddl));
      const { store, filled } = yield* watched({ path });
      yield* store.setup([aggregate]);
      yield* store.append({ aggregate, id: "a", expected: "none", events: counts(1) });
      yield* File.exec(path, "delete from counter_view");
      const twice = store.bulk(store.appendEncoded(aggregate, encoded("b", "a")));
      expect(yield* Effect.flip(twice)).toMatchObject({ _tag: "VersionConflict", actual: 1 });
      expect(filled).toEqual([2]);
    }),
  );
});

describe("the texts of a statement", () => {
  const three = sql`${SqliteQuery.text(0, sql`0`)} as a, ${SqliteQuery.text(1, sql`0`)} as b,
    ${SqliteQuery.text(2, sql`0`)} as c`;
  const selected = SqliteQuery.once<Record<string, string | null>>(sql`select ${three}`);
  const nothing = { a: null, b: null, c: null };
  const into = SqliteQuery.once<unknown>(sql`insert into kept select ${three}`);
  const open = Effect.gen(function* () {
    const path = yield* TempFile.make;
    yield* File.exec(path, "create table kept (a, b, c)");
    const { database } = yield* File.openAsIs({ path });
    const run = <A>(work: () => A) => database.run("trying", work);
    return { path, database, run };
  });
  const kept = "select a, b, c from kept order by rowid";

  it.scopedLive("are there while it runs, and not before or after", () =>
    Effect.gen(function* () {
      const { path, database, run } = yield* open;
      const outside = () => run(() => database.prepare(selected).get());
      expect(yield* outside()).toEqual(nothing);
      yield* run(() => database.runWith([["x"], ["y"], ["z"]], database.prepare(into)));
      expect(yield* outside()).toEqual(nothing);
      yield* run(() => database.runWith([["x"]], database.prepare(into)));
      yield* run(() => database.runWith([[], ["", "w"]], database.prepare(into)));
      expect(yield* File.rows(path, kept)).toEqual([
        ["x", "y", "z"],
        ["x", null, null],
        [null, "", null],
      ]);
      yield* File.exec(
        path,
        "delete from kept where b is null; create unique index once on kept (a)",
      );
      const refused = run(() => database.runWith([["x"]], database.prepare(into)));
      expect(yield* Effect.flip(refused)).toMatchObject({ code: "SQLITE_CONSTRAINT_UNIQUE" });
      expect(yield* outside()).toEqual(nothing);
    }),
  );

  it.scopedLive("are each database's own, where two are open", () =>
    Effect.gen(function* () {
      const [one, other] = yield* Effect.all([open, open]);
      const inner = other.database.prepare(into);
      const outer = one.database.prepare(into);
      const within: typeof outer = {
        ...outer,
        run: () => {
          other.database.runWith([["inner"], ["inner"]], inner);
          expect(other.database.prepare(selected).get()).toEqual(nothing);
          return outer.run();
        },
      };
      yield* one.run(() => one.database.runWith([["outer"], ["outer"], ["outer"]], within));
      expect(yield* File.rows(one.path, kept)).toEqual([["outer", "outer", "outer"]]);
      expect(yield* File.rows(other.path, kept)).toEqual([["inner", "inner", null]]);
    }),
  );

  it.scopedLive("are not for triggers and views of the file, which anyone may write", () =>
    Effect.gen(function* () {
      const { path, database, run } = yield* open;
      const name = SqliteQuery.functionOf(0);
      yield* File.exec(path, `create view leak as select ${name}(0) as text`);
      const leak = SqliteQuery.once<unknown>(sql`insert into kept (a) select text from leak`);
      const leaking = run(() => database.runWith([["secret"]], database.prepare(leak)));
      const error = yield* Effect.flip(leaking);
      expect(error.message).toContain(`unsafe use of ${name}()`);
    }),
  );
});
