import { describe, expect, it } from "@effect/vitest";
import * as EventLogSchema from "@ledgerfold/fixtures/EventLogSchema";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { ages, has } from "@ledgerfold/fixtures/LegacySchema";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import * as Stored from "@ledgerfold/fixtures/Stored";
import { Effect } from "effect";
import {
  execute,
  hash,
  left,
  legacyFile,
  messages,
  migrate,
  right,
  select,
} from "../support/Files.ts";
import { streams, tempPath, written } from "../support/Files.ts";

const twoOfEach = () =>
  legacyFile((db) => {
    for (const symbol of ["AAPL", "TSLA"]) {
      LegacyDatabase.insertTrade(db);
      LegacyDatabase.insertPosition(db, { symbol });
      LegacyDatabase.insertOrder(db, { symbol });
    }
    LegacyDatabase.insertAuth(db);
  });

const counts = (written: number, alreadyThere: number) => ({ written, alreadyThere });

describe("a second run", () => {
  it.effect("writes nothing, says so, and succeeds", () =>
    Effect.gen(function* () {
      const path = twoOfEach();
      right(yield* migrate(path));
      const before = written(path);
      const again = yield* migrate(path);
      expect(right(again)).toMatchObject({
        OnChainTrade: counts(0, 2),
        Position: counts(0, 2),
        OffchainOrder: counts(0, 2),
        SchwabAuth: counts(0, 1),
      });
      expect(messages("Result", again)).toEqual([
        "Migrated 0 trades",
        "Migrated 0 positions, 0 with pending executions",
        "Migrated 0 offchain orders",
        "Status breakdown: 0 PENDING, 0 SUBMITTED, 0 FILLED, 0 FAILED",
        "No SchwabAuth to migrate (already there)",
      ]);
      expect(messages("Warning", again)).toEqual([]);
      expect(written(path)).toEqual(before);
    }),
  );

  it.effect("writes views again that are missing or are not what their events say", () =>
    Effect.gen(function* () {
      const path = twoOfEach();
      right(yield* migrate(path));
      const before = written(path);
      execute(path, "delete from position_view where view_id = 'TSLA'");
      execute(path, "update offchain_order_view set payload = '{}' where view_id = '1'");
      const again = yield* migrate(path);
      right(again);
      const mended = (name: string) =>
        `1 view of ${name} was missing or was not what its event says: it is written again`;
      expect(messages("Warning", again)).toEqual([mended("Position"), mended("OffchainOrder")]);
      expect(written(path)).toEqual(before);
    }),
  );

  it.effect(
    "refuses and names a stream whose metadata cannot be read, and --clean removes it",
    () =>
      Effect.gen(function* () {
        const path = twoOfEach();
        right(yield* migrate(path));
        execute(path, "update events set metadata = '{' where aggregate_id = 'AAPL'");
        expect(left(yield* migrate(path))).toMatchObject({
          _tag: "ExistingEventsDiffer",
          first: {
            aggregate: "Position",
            id: "AAPL",
            difference: "its first event has unreadable metadata",
          },
        });
        right(yield* migrate(path, { clean: { confirmed: 7 } }));
      }),
  );

  for (const age of ages) {
    it.effect(`finds every row of a realistic file of ${age} as it left it`, () =>
      Effect.gen(function* () {
        const path = tempPath();
        const wrote = SampleDatabase.write(path, { trades: 300, age });
        right(yield* migrate(path));
        const before = written(path);
        expect(right(yield* migrate(path))).toMatchObject({
          OnChainTrade: counts(0, 300),
          Position: counts(0, wrote.positions),
          OffchainOrder: counts(0, wrote.orders),
          SchwabAuth: counts(0, has(age, "encryption_version") ? 1 : 0),
        });
        expect(written(path)).toEqual(before);
        expect(before.events).toHaveLength(300 + wrote.positions + wrote.orders + wrote.auth);
      }),
    );
  }

  it.effect("writes only what came since", () =>
    Effect.gen(function* () {
      const path = twoOfEach();
      right(yield* migrate(path));
      const before = streams(path);
      const first = written(path);
      execute(
        path,
        `insert into onchain_trades (tx_hash, log_index, symbol, amount, direction, price_usdc)
           values ('${hash(77)}', 4, 'tF', 1, 'SELL', 11);
         insert into trade_accumulators (symbol) values ('F');
         insert into offchain_trades (symbol, shares, direction, broker) values ('F', 1, 'BUY', 'schwab')`,
      );
      const again = yield* migrate(path);
      expect(right(again)).toMatchObject({
        OnChainTrade: counts(1, 2),
        Position: counts(1, 2),
        OffchainOrder: counts(1, 2),
        SchwabAuth: counts(0, 1),
      });
      expect(streams(path)).toEqual([
        ...before,
        `OnChainTrade ${hash(77)}:4`,
        "Position F",
        "OffchainOrder 3",
      ]);
      expect(written(path).events?.slice(0, before.length)).toEqual(first.events);
      expect(messages("Result", again)).toContain(
        "Status breakdown: 1 PENDING, 0 SUBMITTED, 0 FILLED, 0 FAILED",
      );
    }),
  );

  it.effect("leaves streams alone that have grown since, and their views and snapshots", () =>
    Effect.gen(function* () {
      const path = twoOfEach();
      right(yield* migrate(path));
      const { type, version, payload } = Stored.newest("OnChainTrade", "Enriched");
      execute(
        path,
        `insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
             payload, metadata)
           values ('OnChainTrade', '${hash(1)}:0', 2, '${type}', '${version}', '${payload}', '{}'),
             ('Position', 'AAPL', 2, 'PositionEvent::ThresholdUpdated', '1.0', '{"whatever":1}', '{}');
         update position_view set version = 2, payload = '"grown"' where view_id = 'AAPL';
         insert into snapshots (aggregate_type, aggregate_id, last_sequence, payload, timestamp)
           values ('Position', 'AAPL', 2, '{}', '2026-02-01T00:00:00Z')`,
      );
      const before = written(path);
      expect(right(yield* migrate(path))).toMatchObject({
        OnChainTrade: counts(0, 2),
        Position: counts(0, 2),
      });
      expect(written(path)).toEqual(before);
    }),
  );

  it.effect("leaves the streams of other aggregates alone, as the first one does", () =>
    Effect.gen(function* () {
      const path = twoOfEach();
      execute(path, EventLogSchema.ddl);
      const theirs = `insert into events values
        ('Inventory', 'AAPL', 1, 'InventoryEvent::Counted', '2.1', '{"Counted":{}}', '{"by":"them"}'),
        ('Inventory', 'AAPL', 2, 'InventoryEvent::Counted', '2.1', '{"Counted":{}}', '{}')`;
      execute(
        path,
        `${theirs}; insert into snapshots values ('Inventory', 'AAPL', 2, '{}', '2026-02-01T00:00:00Z')`,
      );
      const others = () => [
        select(path, "select * from events where aggregate_type = 'Inventory' order by rowid"),
        select(path, "select * from snapshots where aggregate_type = 'Inventory'"),
      ];
      const inventory = (events: ReadonlyArray<object>) =>
        events.map((event) => ({ ...event, event_id: null, recorded_at: null }));
      const [events, snapshots] = others();
      right(yield* migrate(path));
      right(yield* migrate(path));
      const [eventsAfter, snapshotsAfter] = others();
      expect(eventsAfter).toEqual(inventory(events ?? []));
      expect(eventsAfter).toHaveLength(2);
      expect(snapshotsAfter).toEqual(
        (snapshots ?? []).map((row) => ({ ...row, schema_version: null })),
      );
      expect(streams(path).slice(0, 2)).toEqual(["Inventory AAPL", "Inventory AAPL"]);
    }),
  );

  it.effect("finds what it wrote in the file after VACUUM and in another journal mode", () =>
    Effect.gen(function* () {
      const path = twoOfEach();
      right(yield* migrate(path));
      execute(path, "pragma journal_mode = delete; vacuum");
      expect(right(yield* migrate(path)).OnChainTrade).toMatchObject(counts(0, 2));
    }),
  );
});
