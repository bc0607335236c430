import { describe, expect, it } from "@effect/vitest";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count, log } from "@ledgerfold/event-store-contract/Steps";
import { Effect } from "effect";
import * as Server from "./Server.ts";

/** Tables of a log that somebody has made, or changed, before it is set up. */

const unfit: ReadonlyArray<readonly [table: string, fault: string, ...made: Array<string>]> = [
  [
    "events",
    "is a view",
    "alter table events rename to others",
    "create view events as table others",
  ],
  ["events", "is UNLOGGED", "alter table events set unlogged"],
  ["events", "has no column event_id", "alter table events drop event_id"],
  ["events", "payload of type jsonb, not json", "alter table events alter payload type jsonb"],
  [
    "events",
    "aggregate_id of type character varying(5), not text",
    "alter table events alter aggregate_id type varchar(5)",
  ],
  [
    "events",
    'aggregate_id of the collation ci, not "C"',
    "create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
    "alter table events alter aggregate_id type text collate ci",
  ],
  [
    "events",
    "event_id that is generated",
    "alter table events drop event_id",
    "alter table events add event_id text collate \"C\" generated always as ('a') stored unique",
  ],
  [
    "events",
    "has no unique key of position",
    "alter table events drop constraint events_position",
    "create unique index on events (position) where sequence > 1",
  ],
  [
    "events",
    "has no unique key of aggregate_type, aggregate_id, sequence",
    "alter table events drop constraint events_stream",
    "create unique index on events (aggregate_type, aggregate_id) include (sequence)",
  ],
  [
    "counter_view",
    "has no unique key of view_id",
    "alter table counter_view drop constraint counter_view_stream",
    "alter table counter_view add unique (view_id) deferrable",
  ],
  [
    "counter_view",
    "of type character(9), not text",
    "alter table counter_view alter view_id type char(9)",
  ],
  ["snapshots", "of type text, not bigint", "alter table snapshots alter schema_version type text"],
  [
    "ledgerfold_runs",
    "options of type jsonb",
    "alter table ledgerfold_runs alter options type jsonb",
  ],
  [
    "ledgerfold_checkpoints",
    "has no column digest",
    "alter table ledgerfold_checkpoints drop digest",
  ],
];

describe("are refused before anything is written", () => {
  for (const [table, fault, ...made] of unfit) {
    it.scopedLive(`${table} ${fault}`, () =>
      Effect.gen(function* () {
        const schema = yield* Server.schema;
        const { store } = yield* Server.open({ schema });
        const client = yield* Server.outside;
        yield* Server.rows(client, `set search_path to ${schema}`);
        for (const statement of made) yield* Server.rows(client, statement);
        const error = yield* Effect.flip(store.setup([aggregate]));
        expect(error).toMatchObject({ _tag: "UnfitTable", table, isEmpty: fault !== "is a view" });
        expect(error.message).toContain(`it ${fault}`.replace(/^it (?!is|has)/, ""));
        expect(yield* Effect.flip(store.isSetUp([aggregate]))).toEqual(error);
      }),
    );
  }

  it.scopedLive("are not to be dropped where they have rows", () =>
    Effect.gen(function* () {
      const schema = yield* Server.schema;
      const { store } = yield* Server.open({ schema });
      yield* count(store, "a", "none", 1);
      const client = yield* Server.outside;
      yield* Server.rows(client, `alter table ${schema}.events set unlogged`);
      const { message } = yield* Effect.flip(store.setup([aggregate]));
      expect(message).toContain("Rename it and, where its rows are the log's, copy them into one");
    }),
  );
});

it.scopedLive("may have whatever else their owner has given them", () =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const { store } = yield* Server.open({ schema });
    const client = yield* Server.outside;
    yield* Server.rows(client, `set search_path to ${schema}`);
    for (const statement of [
      "alter table events add note text default 'a', add check (sequence > 0)",
      "create index on events ((payload ->> 'a'))",
      "alter table events drop constraint events_position, drop constraint events_event_id",
      "create unique index on events (position) include (note)",
      "create unique index on events (event_id)",
      "alter table counter_view drop constraint counter_view_stream, add primary key (view_id)",
    ]) {
      yield* Server.rows(client, statement);
    }
    yield* store.setup([aggregate]);
    expect(yield* store.isSetUp([aggregate])).toBe(true);
    yield* count(store, "a", "none", 1, 2);
    expect(yield* log(store)).toHaveLength(2);
  }),
);
