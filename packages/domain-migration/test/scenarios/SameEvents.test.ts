import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { migratedThen } from "../support/Migrated.ts";
import { migrate, right, written } from "../support/Files.ts";

describe("a stream that begins the same", () => {
  const same = {
    "at another moment and in another run": `update events set
       payload = replace(payload, '1970-01-01T00:00:00Z', '2026-02-01T08:00:00.123456789Z'),
       metadata = json_set(metadata, '$.run_id', 'another');
       update onchain_trade_view set
         payload = replace(payload, '1970-01-01T00:00:00Z', '2026-02-01T08:00:00.123456789Z')`,
    "with its metadata in another order": `update events set metadata =
       json_set('{}', '$.net_position_rule', metadata ->> 'net_position_rule', '$.legacy_table',
         metadata ->> 'legacy_table', '$.run_id', metadata ->> 'run_id')
       where aggregate_type = 'Position'`,
    "without the executor that earlier versions did not write": `update events set
       payload = json_remove(payload, '$.Migrated.executor') where aggregate_type = 'OffchainOrder';
       update offchain_order_view set payload = json_remove(payload, '$.Execution.executor')`,
    "after hashes changed their case":
      "update onchain_trades set tx_hash = '0x' || upper(substr(tx_hash, 3))",
    "after moments changed their form": `update onchain_trades set
       created_at = replace(created_at, ' ', 'T') || '.000Z';
       update schwab_auth set access_token_fetched_at = '2025-08-01 12:00:00+00:00'`,
    "after tokens changed their case":
      "update schwab_auth set access_token = '0x' || upper(access_token)",
    "after the other column for the broker's id was set":
      "update offchain_trades set broker_order_id = order_id",
  };
  for (const [what, sql] of Object.entries(same)) {
    it.effect(`is left as it is ${what}`, () =>
      Effect.gen(function* () {
        const path = yield* migratedThen(sql);
        const before = written(path);
        expect(right(yield* migrate(path))).toMatchObject({
          OnChainTrade: { written: 0, alreadyThere: 1 },
          Position: { written: 0, alreadyThere: 1 },
          OffchainOrder: { written: 0, alreadyThere: 1 },
          SchwabAuth: { written: 0, alreadyThere: 1 },
        });
        expect(written(path)).toEqual(before);
      }),
    );
  }
});
