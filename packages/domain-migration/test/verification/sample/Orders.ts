import type { Database } from "better-sqlite3";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { type Age, has, ordersTable } from "@ledgerfold/fixtures/LegacySchema";
import { type Fields, migratedAt, runId, type Stream } from "./Stream.ts";

export const write = (db: Database, age: Age): ReadonlyArray<Stream> => {
  const named = has(age, "offchain_trades");
  const fractional = has(age, "fractional_shares");
  const alpaca = has(age, "hyphenated_brokers") ? "alpaca-broker-api" : "alpaca";
  const dryRun = has(age, "hyphenated_brokers") ? "dry-run" : "dry_run";
  const insert = (row: LegacyDatabase.OrderRow) => LegacyDatabase.insertOrder(db, row);
  insert({
    id: 1,
    symbol: "AAPL",
    shares: 3n,
    direction: "BUY",
    broker: "schwab",
    order_id: "1001",
    price_cents: 15_025,
    executed_at: "2025-08-01 12:01:00.25",
  });
  insert({
    id: 2,
    symbol: "AAPL",
    shares: fractional ? 2.5 : 2n,
    direction: "SELL",
    broker: alpaca,
    status: "PENDING",
  });
  insert({
    id: 3,
    symbol: "NVDA",
    shares: 1n,
    direction: "SELL",
    broker: dryRun,
    ...(named ? { broker_order_id: "ab-3", order_id: null } : { order_id: "ab-3" }),
    status: "SUBMITTED",
  });
  insert({
    id: 2n ** 53n + 5n,
    symbol: "V",
    shares: 40n,
    direction: "BUY",
    broker: "schwab",
    broker_order_id: "1004",
    order_id: "1004",
    price_cents: 2n ** 53n + 7n,
    status: "FAILED",
    executed_at: "2025-08-02T00:00:00Z",
  });

  const stream = (id: bigint, event: Fields, status: string, view: Fields): Stream => {
    const { symbol, shares, direction, broker, executor, broker_order_id, price_cents } = event;
    return {
      type: "OffchainOrder",
      id: String(id),
      tag: "Migrated",
      event,
      metadata: { run_id: runId, legacy_table: ordersTable(age) },
      viewTable: "offchain_order_view",
      view: {
        Execution: {
          execution_id: id <= Number.MAX_SAFE_INTEGER ? Number(id) : id,
          symbol,
          shares,
          direction,
          broker,
          executor,
          status,
          broker_order_id,
          price_cents,
          ...view,
        },
      },
    };
  };
  const tail = (executed_at: string | null, legacy: string) => ({
    executed_at,
    migrated_at: migratedAt,
    legacy_broker: named ? legacy : null,
  });
  return [
    stream(
      1n,
      {
        symbol: "AAPL",
        shares: "3",
        direction: "Buy",
        broker: "Schwab",
        executor: "Schwab",
        status: "Filled",
        broker_order_id: "1001",
        price_cents: 15_025,
        ...tail("2025-08-01T12:01:00.250Z", "schwab"),
      },
      "Filled",
      { initiated_at: "2025-08-01T12:01:00.250Z", completed_at: "2025-08-01T12:01:00.250Z" },
    ),
    stream(
      2n,
      {
        symbol: "AAPL",
        shares: fractional ? "2.5" : "2",
        direction: "Sell",
        broker: named ? "Alpaca" : "Schwab",
        executor: !named ? "Schwab" : alpaca === "alpaca" ? "AlpacaTradingApi" : "AlpacaBrokerApi",
        status: "Pending",
        broker_order_id: null,
        price_cents: null,
        ...tail(null, alpaca),
      },
      "Pending",
      { initiated_at: migratedAt, completed_at: null },
    ),
    stream(
      3n,
      {
        symbol: "NVDA",
        shares: "1",
        direction: "Sell",
        broker: named ? "DryRun" : "Schwab",
        executor: named ? "DryRun" : "Schwab",
        status: "Submitted",
        broker_order_id: "ab-3",
        price_cents: null,
        ...tail(null, dryRun),
      },
      "Submitted",
      { initiated_at: migratedAt, completed_at: null },
    ),
    stream(
      2n ** 53n + 5n,
      {
        symbol: "V",
        shares: "40",
        direction: "Buy",
        broker: "Schwab",
        executor: "Schwab",
        status: { Failed: { error: "Migrated from legacy system" } },
        broker_order_id: "1004",
        price_cents: 2n ** 53n + 7n,
        ...tail("2025-08-02T00:00:00Z", "schwab"),
      },
      "Failed",
      { initiated_at: "2025-08-02T00:00:00Z", completed_at: "2025-08-02T00:00:00Z" },
    ),
  ];
};
