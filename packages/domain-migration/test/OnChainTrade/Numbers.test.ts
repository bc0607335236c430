import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import { badLines, column, damagedFile, hash, legacyFile, messages } from "../support/Files.ts";
import { migrate, payloads, right, untypedFile } from "../support/Files.ts";

const amounts = (path: string) =>
  column(path, "select json_extract(payload, '$.Migrated.amount') from events order by rowid");

/** Doubles and the text that stands for each: the shortest that reads back as the same 64 bits. */
const doubles = [
  [0.1 + 0.2, "0.30000000000000004"],
  [3.53, "3.53"],
  [1e-7, "0.0000001"],
  [1.5, "1.5"],
  [100, "100"],
  [1e21, "1000000000000000000000"],
  [123_456_789_012_345_680_000, "123456789012345680000"],
  [2 ** 53 + 2, "9007199254740994"],
  [1 / 3, "0.3333333333333333"],
  [1.005, "1.005"],
  [4.35, "4.35"],
  [0.000_001_234_567_890_123_456_7, "0.0000012345678901234567"],
  [1.797_693_134_862_315_7e-20, "0.000000000000000000017976931348623157"],
  [2.2250738585072014e-308, `0.${"0".repeat(307)}22250738585072014`],
  [5e-324, `0.${"0".repeat(323)}5`],
  [2 ** 96 - 2 ** 43, "79228162514264330000000000000"],
] as const;

describe("a REAL", () => {
  it.effect("is carried as the shortest decimal of the same 64 bits, without an exponent", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        for (const [amount] of doubles) LegacyDatabase.insertTrade(db, { amount });
      });
      const done = yield* migrate(path);
      right(done);
      expect(amounts(path)).toEqual(doubles.map(([, text]) => text));
      expect(amounts(path).map(Number)).toEqual(doubles.map(([double]) => double));
      expect(messages("Warning", done)).toContain(
        "3 amounts and prices have more than 28 decimal places: they are written exactly, but other services round them when they read them",
      );
    }),
  );

  it.effect("may have 28 places without a note, and each further value is counted", () =>
    Effect.gen(function* () {
      const note = (what: string) =>
        `${what} have more than 28 decimal places: they are written exactly, but other services round them when they read them`;
      const path = legacyFile(
        (db) => {
          LegacyDatabase.insertTrade(db, { amount: 1e-28, price_usdc: 1.23e-26 });
          LegacyDatabase.insertTrade(db, { amount: 1e-29, price_usdc: 1.234e-26 });
          LegacyDatabase.insertPosition(db, { accumulated_long: 1e-28 });
          LegacyDatabase.insertPosition(db, {
            symbol: "B",
            accumulated_long: 1,
            accumulated_short: 1,
            net_position: 1e-30,
          });
          LegacyDatabase.insertPosition(db, { symbol: "C", accumulated_short: 1e-30 });
        },
        { age: "2025-12-22" },
      );
      const done = yield* migrate(path);
      right(done);
      expect(messages("Warning", done).filter((line) => line.includes("places"))).toEqual([
        note("2 amounts and prices"),
        note("3 position sizes"),
      ]);
      const orders = legacyFile((db) => LegacyDatabase.insertOrder(db, { shares: 1e-29 }));
      expect(messages("Warning", yield* migrate(orders))).toEqual([
        note("1 numbers of shares in orders"),
      ]);
      const none = legacyFile((db) => LegacyDatabase.insertOrder(db, { shares: 1e-28 }));
      expect(messages("Warning", yield* migrate(none))).toEqual([]);
    }),
  );

  it.effect("is refused where its whole part needs more than 96 bits, or is no number", () =>
    Effect.gen(function* () {
      const rule = "must be INTEGER or REAL above 0 whose whole part fits in 96 bits";
      const path = damagedFile((db) => {
        for (const amount of [2 ** 96, 1e300, Number.POSITIVE_INFINITY, Number.NaN, -0, 0, -5e-324])
          LegacyDatabase.insertTrade(db, { amount });
        LegacyDatabase.insertPosition(db, { accumulated_long: 2 ** 96, accumulated_short: -1 });
      });
      expect(badLines(yield* migrate(path))).toEqual([
        `onchain_trades id 1 amount is REAL 7.922816251426434e+28: ${rule}`,
        `onchain_trades id 2 amount is REAL 1e+300: ${rule}`,
        `onchain_trades id 3 amount is REAL Infinity: ${rule}`,
        `onchain_trades id 4 amount is NULL: ${rule}`,
        `onchain_trades id 5 amount is REAL 0: ${rule}`,
        `onchain_trades id 6 amount is REAL 0: ${rule}`,
        `onchain_trades id 7 amount is REAL -5e-324: ${rule}`,
        'trade_accumulators symbol "AAPL" accumulated_long is REAL 7.922816251426434e+28: must be INTEGER or REAL, at least 0, whose whole part fits in 96 bits',
        'trade_accumulators symbol "AAPL" accumulated_short is REAL -1: must be INTEGER or REAL, at least 0, whose whole part fits in 96 bits',
      ]);
    }),
  );
});

describe("an INTEGER", () => {
  it.effect("is an amount too, in a column that lets it be one", () =>
    Effect.gen(function* () {
      const path = untypedFile(
        ["1", "9007199254740993", "9223372036854775807"].map(
          (amount, index) =>
            `insert into onchain_trades
               (id, tx_hash, log_index, symbol, amount, direction, price_usdc, created_at)
             values (${index}, '${hash(index)}', 0, 'tAAPL', ${amount}, 'BUY', 1, '2025-08-01 12:00:00')`,
        ),
      );
      right(yield* migrate(path));
      expect(amounts(path)).toEqual(["1", "9007199254740993", "9223372036854775807"]);
    }),
  );

  it.effect("is exact to its 63 bits wherever it stands", () =>
    Effect.gen(function* () {
      const most = 2n ** 63n - 1n;
      const path = legacyFile((db) => {
        const row = { log_index: most, gas_used: most, effective_gas_price: most };
        LegacyDatabase.insertTrade(db, { id: most, tx_hash: hash(1), ...row });
        LegacyDatabase.insertQueueEvent(db, {
          tx_hash: hash(1),
          log_index: most,
          block_number: most,
        });
        LegacyDatabase.insertOrder(db, { id: most, price_cents: most, order_id: "1" });
        LegacyDatabase.insertPosition(db, { pending_execution_id: most });
      });
      right(yield* migrate(path));
      expect(payloads(path, "OnChainTrade")).toEqual([
        '{"Migrated":{"symbol":"tAAPL","amount":"1.5","direction":"Buy","price_usdc":"150.25","block_number":9223372036854775807,"block_timestamp":"2025-08-01T12:00:00Z","gas_used":9223372036854775807,"pyth_price":{"value":"15020000000","expo":-8,"conf":"5000000","publish_time":"2025-08-01T11:59:59Z"},"migrated_at":"1970-01-01T00:00:00Z","created_at":"2025-08-01T12:00:05Z","effective_gas_price":9223372036854775807,"legacy_id":9223372036854775807}}',
      ]);
      expect(column(path, "select payload from onchain_trade_view")).toEqual([
        `{"Trade":{"tx_hash":"${hash(1)}","log_index":9223372036854775807,"symbol":"tAAPL","amount":"1.5","direction":"Buy","price_usdc":"150.25","block_number":9223372036854775807,"block_timestamp":"2025-08-01T12:00:00Z","gas_used":9223372036854775807,"pyth_price":{"value":"15020000000","expo":-8,"conf":"5000000","publish_time":"2025-08-01T11:59:59Z"},"recorded_at":"1970-01-01T00:00:00Z"}}`,
      ]);
      expect(payloads(path, "OffchainOrder")).toEqual([
        '{"Migrated":{"symbol":"AAPL","shares":"1","direction":"Sell","broker":"Schwab","executor":"Schwab","status":"Filled","broker_order_id":"1","price_cents":9223372036854775807,"executed_at":"2025-08-01T12:01:00Z","migrated_at":"1970-01-01T00:00:00Z","legacy_broker":"schwab"}}',
      ]);
      expect(column(path, "select payload from offchain_order_view")).toEqual([
        '{"Execution":{"execution_id":9223372036854775807,"symbol":"AAPL","shares":"1","direction":"Sell","broker":"Schwab","executor":"Schwab","status":"Filled","broker_order_id":"1","price_cents":9223372036854775807,"initiated_at":"2025-08-01T12:01:00Z","completed_at":"2025-08-01T12:01:00Z"}}',
      ]);
      expect(payloads(path, "Position")).toEqual([
        '{"Migrated":{"symbol":"AAPL","net_position":"0","accumulated_long":"0","accumulated_short":"0","threshold":{"Shares":"1"},"migrated_at":"1970-01-01T00:00:00Z","pending_execution_id":9223372036854775807,"pending_shares":"1","pending_direction":"Sell","last_updated":"2025-08-01T12:02:00Z"}}',
      ]);
    }),
  );
});
