import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import {
  badLines,
  execute,
  hash,
  left,
  legacyFile,
  migrate,
  right,
  written,
} from "../support/Files.ts";
import { migratedThen } from "../support/Migrated.ts";
import type { Said } from "../support/Files.ts";

const differing = ({ entries }: Said) =>
  entries.flatMap((entry) =>
    entry._tag === "ExistingEventDiffers" ? [[entry.aggregate, entry.id, entry.difference]] : [],
  );

const payload = "its first event has another payload";
const trade = `${hash(1)}:0`;

const changes: ReadonlyArray<readonly [sql: string, ...stream: [string, string, string]]> = [
  ["update onchain_trades set amount = 1.5000000000000002", "OnChainTrade", trade, payload],
  [
    "update onchain_trades set created_at = '2025-08-01 12:00:05.000000001'",
    "OnChainTrade",
    trade,
    payload,
  ],
  ["update onchain_trades set gas_used = null", "OnChainTrade", trade, payload],
  ["update onchain_trades set pyth_confidence = 0", "OnChainTrade", trade, payload],
  ["update onchain_trades set id = 9", "OnChainTrade", trade, payload],
  [
    `insert into event_queue (tx_hash, log_index, block_number, event_data)
     values ('${hash(1)}', 0, 5, '')`,
    "OnChainTrade",
    trade,
    payload,
  ],
  ["update trade_accumulators set accumulated_long = 1", "Position", "AAPL", payload],
  ["update trade_accumulators set pending_execution_id = 1", "Position", "AAPL", payload],
  ["update offchain_trades set broker = 'dry-run'", "OffchainOrder", "1", payload],
  ["update offchain_trades set shares = 2", "OffchainOrder", "1", payload],
  [`update schwab_auth set refresh_token = '${"c3".repeat(60)}'`, "SchwabAuth", "schwab", payload],
  [
    "update events set metadata = json_set(metadata, '$.legacy_table', 'schwab_executions') where aggregate_type = 'OffchainOrder'",
    "OffchainOrder",
    "1",
    "its first event has other metadata",
  ],
  [
    "update events set metadata = json_set(metadata, '$.more', 'x') where aggregate_type = 'Position'",
    "Position",
    "AAPL",
    "its first event has other metadata",
  ],
  [
    "update events set metadata = '{}' where aggregate_type = 'SchwabAuth'",
    "SchwabAuth",
    "schwab",
    "its first event has other metadata",
  ],
  [
    "update events set event_version = '2.0' where aggregate_type = 'OffchainOrder'",
    "OffchainOrder",
    "1",
    "its first event has another version",
  ],
  [
    "update events set event_type = 'OffchainOrderEvent::Placed' where aggregate_type = 'OffchainOrder'",
    "OffchainOrder",
    "1",
    "its first event is of another type",
  ],
  [
    `update events set payload = replace(payload, 'Z","created_at"', '+00:00","created_at"')`,
    "OnChainTrade",
    trade,
    payload,
  ],
  [
    `update events set payload = replace(payload, '","created_at"', ' ","created_at"')`,
    "OnChainTrade",
    trade,
    payload,
  ],
  [
    'update events set payload = replace(payload, \'"amount":"1.5"\', \'"amount":"1.50"\')',
    "OnChainTrade",
    trade,
    payload,
  ],
  [
    "update events set payload = 'not JSON' where aggregate_type = 'Position'",
    "Position",
    "AAPL",
    payload,
  ],
  [
    "update events set sequence = 2 where aggregate_type = 'Position'",
    "Position",
    "AAPL",
    "its first event has sequence 2",
  ],
];

describe("a stream that begins otherwise than this run would begin it", () => {
  for (const [sql, aggregate, id, difference] of changes) {
    it.effect(`is refused and named: ${sql.replaceAll(/\s+/g, " ").slice(0, 80)}`, () =>
      Effect.gen(function* () {
        const path = yield* migratedThen(sql);
        const before = written(path);
        const failed = yield* migrate(path);
        expect(differing(failed)).toEqual([[aggregate, id, difference]]);
        expect(left(failed)).toMatchObject({
          _tag: "ExistingEventsDiffer",
          count: 1,
          first: { aggregate, id, difference },
        });
        expect(left(failed).message).toBe(
          `The event store holds 1 stream that this migration would begin otherwise, so nothing was written. The first: ${aggregate} "${id}": ${difference}. If the legacy rows changed since an earlier migration, --clean starts over; else find out who wrote the events.`,
        );
        expect(written(path)).toEqual(before);
      }),
    );
  }

  it.effect("keeps the whole run from writing, and each such stream is named", () =>
    Effect.gen(function* () {
      const path = yield* migratedThen(
        `update onchain_trades set amount = 2; update offchain_trades set shares = 2;
         insert into trade_accumulators (symbol) values ('F')`,
      );
      const before = written(path);
      const failed = yield* migrate(path);
      expect(differing(failed)).toEqual([
        ["OnChainTrade", trade, payload],
        ["OffchainOrder", "1", payload],
      ]);
      expect(left(failed)).toMatchObject({ _tag: "ExistingEventsDiffer", count: 2 });
      expect(written(path)).toEqual(before);
    }),
  );

  it.effect("is named beside bad data, which is what the run fails with", () =>
    Effect.gen(function* () {
      const path = yield* migratedThen(
        `update onchain_trades set amount = 2;
         update trade_accumulators set last_updated = 'never'`,
      );
      const failed = yield* migrate(path);
      expect(differing(failed)).toEqual([["OnChainTrade", trade, payload]]);
      expect(badLines(failed)).toEqual([
        'trade_accumulators symbol "AAPL" last_updated is TEXT "never": must be a date and time that exists, such as 2025-10-01 12:00:00.5',
      ]);
      expect(left(failed)).toMatchObject({ _tag: "BadLegacyData", count: 1 });
    }),
  );

  it.effect("may be another service's, which began it for itself", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => LegacyDatabase.insertTrade(db));
      const other = legacyFile((db) => LegacyDatabase.insertTrade(db));
      right(yield* migrate(other));
      execute(
        path,
        `attach '${other}' as other; create table events as select * from other.events`,
      );
      execute(
        path,
        `update events set event_type = 'OnChainTradeEvent::Filled', metadata = '{}', payload =
           '{"Filled":{"symbol":"tAAPL","amount":"1.5","direction":"Buy","price_usdc":"150.25","block_number":5,"block_timestamp":"2025-08-01T12:00:00Z","filled_at":"2025-08-01T12:00:00Z"}}'`,
      );
      const failed = yield* migrate(path);
      expect(differing(failed)).toEqual([
        ["OnChainTrade", trade, "its first event is of another type"],
      ]);
    }),
  );

  it.effect("is found in a dry run too", () =>
    Effect.gen(function* () {
      const path = yield* migratedThen("update onchain_trades set amount = 2");
      const failed = yield* migrate(path, { execution: "dry-run" }, { mode: "read" });
      expect(differing(failed)).toEqual([["OnChainTrade", trade, payload]]);
      expect(left(failed)._tag).toBe("ExistingEventsDiffer");
    }),
  );
});
