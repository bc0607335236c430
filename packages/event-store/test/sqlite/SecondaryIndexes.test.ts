import { describe, expect, it } from "@effect/vitest";
import { ddl } from "@ledgerfold/fixtures/EventLogSchema";
import { Effect } from "effect";
import { sql } from "kysely";
import * as Counter from "@ledgerfold/event-store-contract/Counter";
import { counter } from "@ledgerfold/event-store-contract/Steps";
import * as EncodedStream from "../../src/EncodedStream.ts";
import * as SqliteQuery from "../../src/sqlite/Query.ts";
import * as File from "./File.ts";
import * as TempFile from "./TempFile.ts";

/** The indexes of another service's tables, which a bulk load leaves as they were. */

const aggregate = {
  ...Counter.aggregate,
  view: { ...Counter.aggregate.view, table: "their_view" },
};

const streams = (...ids: ReadonlyArray<string>) =>
  ids.map((id) => EncodedStream.encode(aggregate, id, Counter.counted(id.length), {}));

const indexes = `
  create table their_view (view_id text primary key, version bigint not null, payload json not null,
    total as (json_extract(payload, '$.total')) stored);
  create index "by ""total""" on their_view (total desc) where total > 1;
  create index by_length on events (length(payload), aggregate_type collate nocase);
  create unique index once on events (aggregate_type, aggregate_id, sequence, payload);`;

/** What ANALYZE would have found when the tables were full. */
const statistics = `
  insert into events select 'Other', value, 1, '', '', '{}', '{}' from generate_series(1, 9);
  insert into their_view (view_id, version, payload) select value, 1, '{"total":7}'
    from generate_series(1, 9);
  analyze;
  insert into sqlite_stat1 values ('events', 'by_length', '1000 7 2'), ('events', 'by_length', null);
  delete from events; delete from their_view;`.replaceAll(
  "generate_series(1, 9)",
  "json_each('[1,2,3,4,5,6,7,8,9]')",
);

const schema = `select type, name, tbl_name, sql from sqlite_schema order by type, name`;
const named = SqliteQuery.once(sql<{ name: string }>`
  select name from sqlite_schema where type = 'index' and sql is not null order by name`);
const found = "select rowid, * from sqlite_stat1 order by rowid";

const theirs = (...more: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    yield* File.exec(path, [ddl, indexes, ...more].join(";"));
    const { store, database } = yield* File.open({ path });
    yield* store.setup([aggregate]);
    const before = yield* File.rows(path, schema);
    return { path, store, database, before };
  });

describe("a bulk load into tables with indexes of their owner's", () => {
  it.scopedLive("leaves them to the letter, and what ANALYZE found of them", () =>
    Effect.gen(function* () {
      const { path, store, before } = yield* theirs(statistics);
      const analysed = yield* File.rows(path, found);
      expect(analysed.flat().filter((cell) => cell === "by_length")).toHaveLength(3);
      yield* store.bulk(store.appendEncoded(aggregate, streams("a", "bb", "ccc")));
      expect(yield* File.rows(path, schema)).toEqual(before);
      expect(yield* File.rows(path, found)).toEqual(analysed);
      expect(yield* File.rows(path, "pragma integrity_check")).toEqual([["ok"]]);
      const used = `select aggregate_id from events indexed by by_length
        where length(payload) > 0 and aggregate_type = 'counter' collate nocase order by 1`;
      expect(yield* File.rows(path, used)).toEqual([["a"], ["bb"], ["ccc"]]);
    }),
  );

  it.scopedLive("is without them while it lasts, but for those that are constraints", () =>
    Effect.gen(function* () {
      const { store, database } = yield* theirs();
      const names = Effect.map(
        database.run("looking", () => database.prepare(named).all()),
        (rows) => rows.map(({ name }) => name),
      );
      const all = yield* names;
      const seen: Array<ReadonlyArray<string>> = [];
      const look = Effect.map(names, (found) => void seen.push(found));
      yield* store.bulk(
        Effect.gen(function* () {
          yield* store.appendEncoded(aggregate, streams("a"));
          yield* look;
          yield* store.read(counter("a"));
          yield* look;
        }),
      );
      const gone = new Set(["by_length", 'by "total"', "events_by_type"]);
      expect(seen).toEqual([all.filter((name) => !gone.has(name)), all]);
      expect(seen[0]).toContain("once");
    }),
  );

  for (const [name, end] of Object.entries({
    fails: Effect.fail("a reason"),
    dies: Effect.die("a defect"),
    "is interrupted": Effect.interrupt,
  })) {
    it.scopedLive(`leaves them where it ${name}, or a part of it does`, () =>
      Effect.gen(function* () {
        const { path, store, before } = yield* theirs(statistics);
        const analysed = yield* File.rows(path, found);
        const part = Effect.zipRight(store.appendEncoded(aggregate, streams("a")), end);
        const expectAll = Effect.gen(function* () {
          expect(yield* File.rows(path, schema)).toEqual(before);
          expect(yield* File.rows(path, found)).toEqual(analysed);
        });
        yield* Effect.exit(store.bulk(part));
        yield* expectAll;
        yield* store.bulk(
          Effect.zipRight(
            Effect.exit(Effect.disconnect(store.transaction(part))),
            store.appendEncoded(aggregate, streams("b")),
          ),
        );
        yield* expectAll;
        yield* store.bulk(
          Effect.gen(function* () {
            yield* store.appendEncoded(aggregate, streams("c"));
            // Looking makes them again, and the rollback takes that back.
            const looking = Effect.zipRight(store.read(counter("c")), end);
            yield* Effect.exit(Effect.disconnect(store.transaction(looking)));
          }),
        );
        yield* expectAll;
        expect(yield* File.rows(path, "select aggregate_id from events order by 1")).toEqual([
          ["b"],
          ["c"],
        ]);
        expect(yield* File.rows(path, "pragma integrity_check")).toEqual([["ok"]]);
      }),
    );
  }

  it.scopedLive("keeps them where the table has rows, or a trigger that may need them", () =>
    Effect.gen(function* () {
      const { path, store, before } = yield* theirs(
        `create table noted (id);
         create trigger noting after insert on events begin
           insert into noted select aggregate_id from events indexed by by_length
             where length(payload) > 0 and aggregate_type = 'Counter' collate nocase; end`,
      );
      yield* store.bulk(store.appendEncoded(aggregate, streams("a", "b")));
      yield* store.bulk(store.appendEncoded(aggregate, streams("c")));
      expect(yield* File.rows(path, schema)).toEqual(before);
      expect(yield* File.rows(path, "select count(*) from noted")).toEqual([[6]]);
    }),
  );
});
