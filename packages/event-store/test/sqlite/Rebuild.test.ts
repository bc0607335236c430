import { expect, it } from "@effect/vitest";
import { ddl } from "@ledgerfold/fixtures/EventLogSchema";
import { Effect } from "effect";
import * as Counter from "@ledgerfold/event-store-contract/Counter";
import { count, counts, log } from "@ledgerfold/event-store-contract/Steps";
import * as File from "./File.ts";
import * as TempFile from "./TempFile.ts";

/** Views that are rebuilt in a file that others look at, and whose tables they made. */

for (const mode of ["wal", "delete"] as const) {
  it.scopedLive(`shows others the old rows and then the new ones, in ${mode} mode`, () =>
    Effect.gen(function* () {
      const path = yield* TempFile.make;
      yield* File.exec(path, `pragma journal_mode = ${mode}; create table t (x)`);
      const { store } = yield* File.open({ path });
      const ids = Array.from({ length: 1_200 }, (_, at) => `${at}`);
      yield* store.appendAll(
        ids.map((id) => {
          const aggregate = Counter.viewedAs(9);
          return { aggregate, id, expected: "none", events: counts(1) };
        }),
      );
      const totals = File.rows(
        path,
        `select payload ->> 'total' as total, count(*) from counter_view group by total`,
      );
      const seen: Array<unknown> = [];
      const onProgress = () => Effect.map(Effect.orDie(totals), (rows) => void seen.push(rows));
      const rebuilt = yield* store.rebuildView(Counter.aggregate, { onProgress });
      expect(rebuilt).toEqual({ rows: 1_200, written: 1_200, removed: 0 });
      expect(seen.length).toBeGreaterThan(3);
      for (const rows of seen) expect(rows).toEqual([[9, 1_200]]);
      expect(yield* totals).toEqual([[1, 1_200]]);
    }),
  );
}

it.scopedLive("keeps what the table's owner has added to it, and refuses what that refuses", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    yield* File.exec(
      path,
      `${ddl.replace(/CREATE TABLE( IF NOT EXISTS)? position_view[^;]*;/i, "")}
       create table position_view (
         view_id text primary key, version bigint not null, payload json not null,
         total integer generated always as (payload ->> 'total') stored check (total < 100),
         note text default 'new');
       create index position_total on position_view (total);`,
    );
    const { store } = yield* File.openAsIs({ path });
    const aggregate = { ...Counter.aggregate, view: { ...Counter.view, table: "position_view" } };
    yield* store.setup([aggregate]);
    for (const id of ["a", "b", "c"]) {
      yield* store.append({ aggregate, id, expected: "none", events: counts(1) });
    }
    yield* File.exec(
      path,
      `update position_view set note = 'kept';
       update position_view set payload = '{"total":7}' where view_id = 'b';
       delete from position_view where view_id = 'c';
       insert into position_view (view_id, version, payload) values ('d', 1, '{"total":1}')`,
    );
    const schema = yield* File.rows(path, "select sql from sqlite_schema order by name");
    expect(yield* store.rebuildView(aggregate)).toEqual({ rows: 3, written: 2, removed: 1 });
    const rows = File.rows(
      path,
      "select view_id, version, total, note from position_view order by 1",
    );
    const right = [
      ["a", 1, 1, "kept"],
      ["b", 1, 1, "kept"],
      ["c", 1, 1, "new"],
    ];
    expect(yield* rows).toEqual(right);
    expect(yield* File.rows(path, "select sql from sqlite_schema order by name")).toEqual(schema);
    const big = { ...aggregate, view: { ...aggregate.view, evolve: () => ({ total: 100 }) } };
    expect(yield* Effect.flip(store.rebuildView(big))).toMatchObject({
      _tag: "DatabaseError",
      code: "SQLITE_CONSTRAINT_CHECK",
    });
    expect(yield* rows).toEqual(right);
  }),
);

it.scopedLive("ends where an id is no text that anybody can name", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    const { store } = yield* File.open({ path });
    yield* count(store, "a", "none", 1);
    const [first, ...rest] = Array.from({ length: 700 }, () => 1);
    yield* count(store, "b", "none", first ?? 1, ...rest);
    yield* File.exec(
      path,
      "update events set aggregate_id = cast(x'62ff' as text) where aggregate_id = 'b'",
    );
    expect(yield* store.rebuildView(Counter.aggregate)).toMatchObject({ rows: 2 });
    expect(yield* File.rows(path, "select view_id from counter_view")).toEqual([["a"]]);
  }),
);

it.scopedLive(
  "names streams whose events have cells of other kinds, and goes on with the others",
  () =>
    Effect.gen(function* () {
      const path = yield* TempFile.make;
      const { store } = yield* File.open({ path });
      for (const id of ["a", "b", "c", "d", "e"]) yield* count(store, id, "none", 1);
      yield* File.exec(
        path,
        `update events set event_type = x'00ff' where aggregate_id = 'a';
       update events set event_version = 1.5 where aggregate_id = 'b';
       update events set sequence = 'first' where aggregate_id = 'c';
       update events set sequence = 0.5 where aggregate_id = 'd';
       update events set event_id = cast(position as blob), recorded_at = x'00', metadata = x'00'`,
      );
      const named: Array<string> = [];
      const onUnreadable = ({ stream }: { stream: { id: string } }) =>
        Effect.sync(() => void named.push(stream.id));
      const error = yield* Effect.flip(store.rebuildView(Counter.aggregate, { onUnreadable }));
      expect(error).toMatchObject({ _tag: "ViewNotRebuilt", count: 4, rebuilt: { rows: 1 } });
      expect(named.sort()).toEqual(["a", "b", "c", "d"]);
      for (const id of ["a", "b"]) {
        const unreadable = yield* Effect.flip(store.load(Counter.aggregate, id));
        expect(unreadable).toMatchObject({ _tag: "UndecodableEvent", stream: { id } });
      }
      expect(yield* log(store)).toHaveLength(5);
    }),
);
