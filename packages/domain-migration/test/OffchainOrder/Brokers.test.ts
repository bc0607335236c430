import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import { badLines, damagedFile, execute, legacyFile, migrate, right } from "../support/Files.ts";
import { carried, select, untypedFile } from "../support/Files.ts";

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
        '"broker":"Schwab","executor":"Schwab","status":"Filled","broker_order_id":"order-1","price_cents":15025,"executed_at":"2025-08-01T12:01:00Z"',
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
        'offchain_trades id 1 shares is TEXT "1": must be INTEGER or REAL above 0 whose whole part fits in 96 bits; decimalText is the kind for TEXT',
      ]);
    }),
  );
});
