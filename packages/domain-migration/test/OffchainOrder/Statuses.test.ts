import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import { badLines, carried, damagedFile, legacyFile, messages } from "../support/Files.ts";
import { migrate, right } from "../support/Files.ts";
import { verify } from "../verification/Harness.ts";

const at = "2025-08-01 12:01:00.123456";

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
        '"broker":"Schwab","executor":"Schwab","status":"Pending","broker_order_id":null,"price_cents":null,"executed_at":null',
        '"broker":"Schwab","executor":"Schwab","status":"Pending","broker_order_id":"x","price_cents":1,"executed_at":null',
        '"broker":"Schwab","executor":"Schwab","status":"Submitted","broker_order_id":"1004055538153","price_cents":null,"executed_at":null',
        '"broker":"Schwab","executor":"Schwab","status":"Submitted","broker_order_id":"x","price_cents":0,"executed_at":null',
        '"broker":"Schwab","executor":"Schwab","status":"Filled","broker_order_id":"x","price_cents":15025,"executed_at":"2025-08-01T12:01:00.123456Z"',
        `"broker":"Schwab","executor":"Schwab","status":${failed},"broker_order_id":null,"price_cents":null,"executed_at":"2025-08-01T12:01:00.123456Z"`,
        `"broker":"Schwab","executor":"Schwab","status":${failed},"broker_order_id":"x","price_cents":1,"executed_at":"2025-08-01T12:01:00.123456Z"`,
      ]);
    }),
  );

  it.effect("is filled where the bot of its time said completed and may not say filled", () =>
    Effect.gen(function* () {
      const path = legacyFile(
        (db) => {
          const make = db
            .prepare<[], string>("select sql from sqlite_schema where name = 'schwab_executions'")
            .pluck()
            .get();
          db.exec("drop table schwab_executions");
          db.exec(String(make).replace("WHEN 'FILLED'", "WHEN 'COMPLETED'"));
          const fill = { price_cents: 15_025, executed_at: at };
          LegacyDatabase.insertOrder(db, { status: "COMPLETED", order_id: "x", ...fill });
          expect(() => db.exec("update schwab_executions set status = 'FILLED'")).toThrow("CHECK");
        },
        { age: "2025-09-03" },
      );
      const done = yield* migrate(path);
      right(done);
      expect(carried(path)).toEqual([
        '"broker":"Schwab","executor":"Schwab","status":"Filled","broker_order_id":"x","price_cents":15025,"executed_at":"2025-08-01T12:01:00.123456Z"',
      ]);
      expect(messages("Result", done)).toContain(
        "Status breakdown: 0 PENDING, 0 SUBMITTED, 1 FILLED, 0 FAILED",
      );
      const { lines } = yield* Effect.promise(() => verify(path));
      expect(lines).toEqual([]);
      const unset = damagedFile((db) =>
        LegacyDatabase.insertOrder(db, { status: "COMPLETED", price_cents: null, executed_at: at }),
      );
      expect(badLines(yield* migrate(unset))).toEqual([
        "offchain_trades id 1 price_cents is NULL: must be set on a COMPLETED order",
      ]);
    }),
  );

  it.effect("is corrected to none that the table's own CHECK refuses", () =>
    Effect.gen(function* () {
      const age = "2025-09-03";
      const withCheck = (check: string, row: LegacyDatabase.OrderRow) =>
        legacyFile(
          (db) => {
            const make = "select sql from sqlite_schema where name = 'schwab_executions'";
            const ddl = String(db.prepare<[], string>(make).pluck().get());
            db.exec("drop table schwab_executions");
            db.exec(ddl.replace("WHEN 'FILLED'", check));
            db.pragma("ignore_check_constraints = on");
            LegacyDatabase.insertOrder(db, row);
          },
          { age },
        );
      const filled = { status: "filled", order_id: "x", price_cents: 1n, executed_at: at };
      const rules = (path: string) =>
        Effect.map(migrate(path), (done) => badLines(done).map((line) => line.split(": ").at(1)));
      const refused = "as the table's CHECK refuses others";
      expect(yield* rules(withCheck("WHEN 'COMPLETED'", filled))).toEqual([
        `must be FAILED or COMPLETED, ${refused}`,
      ]);
      expect(yield* rules(withCheck("WHEN 'FILLED'", filled))).toEqual([
        `must be FILLED or FAILED, ${refused}`,
      ]);
      const path = withCheck("WHEN 'FILLED'", { ...filled, executed_at: null, order_id: null });
      expect(yield* rules(path)).toEqual([`must be PENDING, ${refused}`]);
      const none = withCheck("WHEN 'FILLED'", { ...filled, symbol: "" });
      expect(yield* rules(none)).toEqual([
        "must be TEXT that is not empty",
        "must be PENDING or SUBMITTED or FILLED or FAILED or COMPLETED, each of which the table's CHECK refuses as long as the row's other cells stay as they are",
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
      const statuses = "PENDING or SUBMITTED or FILLED or FAILED or COMPLETED";
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
      const rule = "must be INTEGER or REAL above 0 whose whole part fits in 96 bits";
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
