import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import * as LegacyDatabase from "../../fixtures/src/LegacyDatabase.ts";
import { badLines, damagedFile, execute, legacyFile, messages, migrate } from "./support.ts";
import { payloads, right, select, untypedFile } from "./support.ts";

const at = "2025-08-01 12:01:00.123456";

/** The part of an order's event that `status` and its columns decide. */
const carried = (path: string) =>
  payloads(path, "OffchainOrder").map(
    (payload) => /"broker":.*?(?=,"migrated_at")/.exec(String(payload))?.[0],
  );

describe("an order", () => {
  it.effect("carries its status with what the row has, and more than its status needs", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        const insert = (symbol: string, row: LegacyDatabase.OrderRow) =>
          LegacyDatabase.insertOrder(db, { symbol, price_cents: null, order_id: null, ...row });
        insert("A", { status: "PENDING" });
        insert("B", { status: "PENDING", order_id: "x", price_cents: 1 });
        insert("C", { status: "SUBMITTED", order_id: "1004055538153" });
        insert("D", { status: "SUBMITTED", order_id: "x", price_cents: 0 });
        insert("E", { status: "FILLED", order_id: "x", price_cents: 15025, executed_at: at });
        insert("F", { status: "FAILED", executed_at: at });
        insert("G", { status: "FAILED", executed_at: at, order_id: "x", price_cents: 1 });
      });
      right(yield* migrate(path));
      const failed = '{"Failed":{"error":"Migrated from legacy system"}}';
      expect(carried(path)).toEqual([
        '"broker":"Schwab","status":"Pending","broker_order_id":null,"price_cents":null,"executed_at":null',
        '"broker":"Schwab","status":"Pending","broker_order_id":"x","price_cents":1,"executed_at":null',
        '"broker":"Schwab","status":"Submitted","broker_order_id":"1004055538153","price_cents":null,"executed_at":null',
        '"broker":"Schwab","status":"Submitted","broker_order_id":"x","price_cents":0,"executed_at":null',
        '"broker":"Schwab","status":"Filled","broker_order_id":"x","price_cents":15025,"executed_at":"2025-08-01T12:01:00.123456Z"',
        `"broker":"Schwab","status":${failed},"broker_order_id":null,"price_cents":null,"executed_at":"2025-08-01T12:01:00.123456Z"`,
        `"broker":"Schwab","status":${failed},"broker_order_id":"x","price_cents":1,"executed_at":"2025-08-01T12:01:00.123456Z"`,
      ]);
    }),
  );

  it.effect("is counted by its status", () =>
    Effect.gen(function* () {
      const counts = { PENDING: 5, SUBMITTED: 2, FILLED: 12, FAILED: 3 };
      const path = legacyFile((db) => {
        for (const [status, count] of Object.entries(counts)) {
          for (let n = 0; n < count; n += 1) {
            LegacyDatabase.insertOrder(db, { symbol: `${status}${n}`, status });
          }
        }
      });
      const done = yield* migrate(path);
      right(done);
      expect(messages("Result", done)).toContain("Migrated 22 offchain orders");
      expect(messages("Result", done)).toContain(
        "Status breakdown: 5 PENDING, 2 SUBMITTED, 12 FILLED, 3 FAILED",
      );
    }),
  );

  it.effect("breaks the rules of its status in one way at a time", () =>
    Effect.gen(function* () {
      const rows: ReadonlyArray<LegacyDatabase.OrderRow> = [
        { status: "PENDING", executed_at: at },
        { status: "SUBMITTED", order_id: null },
        { status: "SUBMITTED", executed_at: at },
        { status: "FILLED", order_id: null },
        { status: "FILLED", executed_at: null },
        { status: "FILLED", price_cents: null },
        { status: "FAILED", executed_at: null },
      ];
      const path = damagedFile((db) => {
        for (const row of rows) LegacyDatabase.insertOrder(db, row);
      });
      expect(badLines(yield* migrate(path))).toEqual([
        `offchain_trades id 1 executed_at is TEXT "${at}": must be NULL on a PENDING order`,
        "offchain_trades id 2 order_id is NULL: must be set on a SUBMITTED order",
        `offchain_trades id 3 executed_at is TEXT "${at}": must be NULL on a SUBMITTED order`,
        "offchain_trades id 4 order_id is NULL: must be set on a FILLED order",
        "offchain_trades id 5 executed_at is NULL: must be set on a FILLED order",
        "offchain_trades id 6 price_cents is NULL: must be set on a FILLED order",
        "offchain_trades id 7 executed_at is NULL: must be set on a FAILED order",
      ]);
    }),
  );

  it.effect("has words in exactly their spelling", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) => {
        for (const direction of ["buy", " BUY", "BUY ", "Sell", "", "B"]) {
          LegacyDatabase.insertOrder(db, { direction });
        }
        for (const status of ["pending", "PENDING ", "CANCELLED", "constructor"]) {
          LegacyDatabase.insertOrder(db, { status });
        }
        for (const broker of ["Schwab", "dry run", "", "toString", "alpaca_trading_api"]) {
          LegacyDatabase.insertOrder(db, { broker });
        }
      });
      const line = (id: number, column: string, text: string, rule: string) =>
        `offchain_trades id ${id} ${column} is TEXT "${text}": must be ${rule}`;
      const brokers =
        "schwab or alpaca or dry_run or alpaca-trading-api or alpaca-broker-api or dry-run";
      const statuses = "PENDING or SUBMITTED or FILLED or FAILED";
      expect(badLines(yield* migrate(path))).toEqual([
        line(1, "direction", "buy", "BUY or SELL"),
        line(2, "direction", " BUY", "BUY or SELL"),
        line(3, "direction", "BUY ", "BUY or SELL"),
        line(4, "direction", "Sell", "BUY or SELL"),
        line(5, "direction", "", "BUY or SELL"),
        line(6, "direction", "B", "BUY or SELL"),
        line(7, "status", "pending", statuses),
        line(8, "status", "PENDING ", statuses),
        line(9, "status", "CANCELLED", statuses),
        line(10, "status", "constructor", statuses),
        line(11, "broker", "Schwab", brokers),
        line(12, "broker", "dry run", brokers),
        line(13, "broker", "", brokers),
        line(14, "broker", "toString", brokers),
        line(15, "broker", "alpaca_trading_api", brokers),
      ]);
    }),
  );

  it.effect("has amounts that can be", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) => {
        for (const shares of [0, -1, -0.5]) LegacyDatabase.insertOrder(db, { shares });
        LegacyDatabase.insertOrder(db, { price_cents: -1 });
        LegacyDatabase.insertOrder(db, { price_cents: 150.25 });
        LegacyDatabase.insertOrder(db, { symbol: "" });
      });
      const rule = "must be a number above 0 whose whole part fits in 96 bits";
      const count = "must be INTEGER from 0 to 9223372036854775807, or NULL";
      expect(badLines(yield* migrate(path))).toEqual([
        `offchain_trades id 1 shares is REAL 0: ${rule}`,
        `offchain_trades id 2 shares is REAL -1: ${rule}`,
        `offchain_trades id 3 shares is REAL -0.5: ${rule}`,
        `offchain_trades id 4 price_cents is INTEGER -1: ${count}`,
        `offchain_trades id 5 price_cents is REAL 150.25: ${count}`,
        'offchain_trades id 6 symbol is TEXT "": must be TEXT that is not empty',
      ]);
    }),
  );
});

describe("the two columns for the broker's id", () => {
  it.effect("say the same, or one of them says it", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        LegacyDatabase.insertOrder(db, { order_id: "a", broker_order_id: "a" });
        LegacyDatabase.insertOrder(db, { order_id: "b", broker_order_id: null });
        LegacyDatabase.insertOrder(db, { order_id: null, broker_order_id: "c" });
        LegacyDatabase.insertOrder(db, {
          order_id: null,
          broker_order_id: null,
          status: "FAILED",
        });
      });
      right(yield* migrate(path));
      expect(
        select(path, "select payload ->> '$.Migrated.broker_order_id' as id from events"),
      ).toEqual([{ id: "a" }, { id: "b" }, { id: "c" }, { id: null }]);
    }),
  );

  it.effect("are bad data when both are set and differ, or are empty", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) => {
        LegacyDatabase.insertOrder(db, { order_id: "a", broker_order_id: "b" });
        LegacyDatabase.insertOrder(db, { order_id: "a", broker_order_id: "A" });
        LegacyDatabase.insertOrder(db, { order_id: "", broker_order_id: null });
        LegacyDatabase.insertOrder(db, { order_id: "a", broker_order_id: "" });
      });
      const differ = "must equal broker_order_id where both are set";
      const empty = "must be TEXT that is not empty, or NULL";
      expect(badLines(yield* migrate(path))).toEqual([
        `offchain_trades id 1 order_id is TEXT "a": ${differ}`,
        `offchain_trades id 2 order_id is TEXT "a": ${differ}`,
        `offchain_trades id 3 order_id is TEXT "": ${empty}`,
        `offchain_trades id 4 broker_order_id is TEXT "": ${empty}`,
        `offchain_trades id 4 order_id is TEXT "a": ${differ}`,
      ]);
    }),
  );
});

describe("the broker", () => {
  it.effect("is known by every spelling there was, and the raw one is kept", () =>
    Effect.gen(function* () {
      const spellings = [
        ["schwab", "Schwab"],
        ["alpaca", "Alpaca"],
        ["alpaca-trading-api", "Alpaca"],
        ["alpaca-broker-api", "Alpaca"],
        ["dry_run", "DryRun"],
        ["dry-run", "DryRun"],
      ] as const;
      const path = legacyFile((db) => {
        for (const [broker] of spellings) LegacyDatabase.insertOrder(db, { broker });
      });
      right(yield* migrate(path));
      expect(
        select(
          path,
          `select payload ->> '$.Migrated.legacy_broker' as raw,
             payload ->> '$.Migrated.broker' as broker from events order by rowid`,
        ),
      ).toEqual(spellings.map(([raw, broker]) => ({ raw, broker })));
      expect(
        select(path, "select payload ->> '$.Execution.broker' as broker from offchain_order_view"),
      ).toEqual(spellings.map(([, broker]) => ({ broker })));
    }),
  );

  it.effect("is Schwab in schwab_executions, and must be said in offchain_trades", () =>
    Effect.gen(function* () {
      const old = legacyFile((db) => LegacyDatabase.insertOrder(db), { age: "2025-09-03" });
      right(yield* migrate(old));
      expect(carried(old)).toEqual([
        '"broker":"Schwab","status":"Filled","broker_order_id":"order-1","price_cents":15025,"executed_at":"2025-08-01T12:01:00Z"',
      ]);
      const unsaid = damagedFile((db) => LegacyDatabase.insertOrder(db, { broker: null }));
      expect(badLines(yield* migrate(unsaid))).toEqual([
        "offchain_trades id 1 broker is NULL: must be schwab or alpaca or dry_run or alpaca-trading-api or alpaca-broker-api or dry-run",
      ]);
      const lost = damagedFile((db) => LegacyDatabase.insertOrder(db));
      execute(lost, "alter table offchain_trades drop column broker");
      expect(badLines(yield* migrate(lost))).toEqual([
        "offchain_trades broker is missing: every version of this table has it",
      ]);
    }),
  );
});

describe("shares", () => {
  it.effect("are INTEGER before 2026-01-26 and REAL after, carried exactly either way", () =>
    Effect.gen(function* () {
      const whole = legacyFile(
        (db) => {
          for (const shares of [1n, 100n, 2n ** 53n + 1n]) {
            LegacyDatabase.insertOrder(db, { shares });
          }
        },
        { age: "2025-12-22" },
      );
      right(yield* migrate(whole));
      const fractional = legacyFile((db) => {
        for (const shares of [0.1 + 0.2, 2.5, 1e-9, 7]) LegacyDatabase.insertOrder(db, { shares });
      });
      right(yield* migrate(fractional));
      const shares = (path: string) =>
        select(path, "select payload ->> '$.Migrated.shares' as s from events").map(({ s }) => s);
      expect(shares(whole)).toEqual(["1", "100", "9007199254740993"]);
      expect(shares(fractional)).toEqual(["0.30000000000000004", "2.5", "0.000000001", "7"]);
    }),
  );

  it.effect("are no TEXT, also where that spells a number", () =>
    Effect.gen(function* () {
      const path = untypedFile([
        `insert into offchain_trades (id, symbol, shares, direction, broker, status)
         values (1, 'AAPL', '1', 'BUY', 'schwab', 'PENDING')`,
      ]);
      expect(badLines(yield* migrate(path))).toEqual([
        'offchain_trades id 1 shares is TEXT "1": must be a number above 0 whose whole part fits in 96 bits',
      ]);
    }),
  );
});
