import { hash } from "node:crypto";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";

const age = "2025-10-09";

/** A legacy file with every table and no row. */
export const writeEmpty = (path: string): void => {
  LegacyDatabase.make(path, { age, checks: true }).close();
};

/**
 * A legacy file of `rows` trades with random hashes and half as many orders, with every column set
 * and one form of timestamps, so that SQLite alone can put them in order too. The same `rows` give
 * the same file.
 */
export const write = (path: string, rows: number): void => {
  const db = LegacyDatabase.make(path, { age, checks: true });
  // A power cut may take this file: it is made again.
  db.pragma("synchronous = off");
  db.pragma("cache_size = -262144");
  const insertTrade = LegacyDatabase.inserter(db, "onchain_trades");
  const insertOrder = LegacyDatabase.inserter(db, "offchain_trades");
  db.transaction(() => {
    for (let row = 0; row < rows; row += 1) insertTrade(trade(row));
    for (let row = 0; row < orders(rows); row += 1) insertOrder(order(row));
  })();
  db.pragma("wal_checkpoint(truncate)");
  db.close();
};

export const orders = (rows: number): number => Math.ceil(rows / 2);

const trade = (row: number) => {
  const digits = hash("sha256", `trade ${row}`);
  /** Whole, from 0 and below `limit`; as random as the hash, and a share of it. */
  const below = (limit: number, from: number) =>
    Number.parseInt(digits.slice(from, from + 12), 16) % limit;
  const second = below(31_536_000, 0);
  return {
    tx_hash: `0x${digits}`,
    log_index: BigInt(row % 100),
    symbol: `t${symbol(row)}`,
    amount: (1 + below(1e6, 12)) / 1e4,
    direction: row % 2 === 0 ? "BUY" : "SELL",
    price_usdc: (1 + below(1e8, 24)) / 1e5,
    created_at: at(second + 1),
    block_timestamp: at(second),
    gas_used: BigInt(100_000 + (row % 50_000)),
    effective_gas_price: BigInt(1_000_000_000 + row),
    pyth_price: null,
    pyth_confidence: null,
    pyth_exponent: null,
    pyth_publish_time: null,
  };
};

const order = (row: number) => ({
  symbol: symbol(row),
  shares: BigInt(1 + (row % 100)),
  direction: row % 2 === 0 ? "BUY" : "SELL",
  broker: "schwab",
  order_id: `order-${row}`,
  broker_order_id: null,
  price_cents: BigInt(10_000 + row),
  status: "FILLED",
  executed_at: at(row),
});

const symbol = (row: number) => `S${row % 50}`;

const at = (seconds: number) =>
  new Date(1_735_689_600_000 + seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
