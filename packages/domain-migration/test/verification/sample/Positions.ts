import type { Database } from "better-sqlite3";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { type Age, has } from "@ledgerfold/fixtures/LegacySchema";
import { type Fields, migratedAt, runId, type Stream } from "./Stream.ts";

export const write = (db: Database, age: Age): ReadonlyArray<Stream> => {
  const net = has(age, "net_position");
  const insert = (row: LegacyDatabase.PositionRow) => LegacyDatabase.insertPosition(db, row);
  insert({
    symbol: "AAPL",
    net_position: 7.25,
    accumulated_long: 10.5,
    accumulated_short: 3.25,
    pending_execution_id: 2,
    last_updated: "2025-12-31 23:59:59.999999999",
  });
  // Stale, and computed; the doubles would give 0.19999999999999998.
  insert({
    symbol: "NVDA",
    net_position: 5,
    accumulated_long: 0.3,
    accumulated_short: 0.1,
    last_updated: "2026-01-01T00:00:00.1Z",
  });
  // Stale, and carried all the same; it waits for an order that is not there.
  insert({
    symbol: "Ünï\u{1f4c8}",
    net_position: -2.5,
    accumulated_long: 0,
    accumulated_short: 1e-9,
    pending_execution_id: 999,
    last_updated: "2026-01-01 00:00:00-00:30",
  });

  const stream = (event: Fields & { readonly symbol: string }, rule: string): Stream => {
    const { symbol, net_position, accumulated_long, accumulated_short, ...rest } = event;
    const { pending_execution_id, last_updated } = rest;
    return {
      type: "Position",
      id: symbol,
      tag: "Migrated",
      event,
      viewTable: "position_view",
      metadata: {
        run_id: runId,
        legacy_table: "trade_accumulators",
        net_position_rule: net ? rule : "computed",
      },
      view: {
        Position: {
          symbol,
          net: net_position,
          accumulated_long,
          accumulated_short,
          pending_execution_id,
          last_updated,
        },
      },
    };
  };
  const common = { threshold: { Shares: "1" }, migrated_at: migratedAt };
  return [
    stream(
      {
        symbol: "AAPL",
        net_position: "7.25",
        accumulated_long: "10.5",
        accumulated_short: "3.25",
        ...common,
        pending_execution_id: 2,
        pending_shares: has(age, "fractional_shares") ? "2.5" : "2",
        pending_direction: "Sell",
        last_updated: "2025-12-31T23:59:59.999999999Z",
      },
      "column",
    ),
    stream(
      {
        symbol: "NVDA",
        net_position: "0.2",
        accumulated_long: "0.3",
        accumulated_short: "0.1",
        ...common,
        pending_execution_id: null,
        pending_shares: null,
        pending_direction: null,
        last_updated: "2026-01-01T00:00:00.100Z",
      },
      "computed",
    ),
    stream(
      {
        symbol: "Ünï\u{1f4c8}",
        net_position: net ? "-2.5" : "-0.000000001",
        accumulated_long: "0",
        accumulated_short: "0.000000001",
        ...common,
        pending_execution_id: 999,
        pending_shares: null,
        pending_direction: null,
        last_updated: "2026-01-01T00:30:00Z",
      },
      "column",
    ),
  ];
};
