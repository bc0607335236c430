import type { Database } from "better-sqlite3";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { type Age, has } from "@ledgerfold/fixtures/LegacySchema";
import { type Fields, migratedAt, runId, type Stream } from "./Stream.ts";

const hash = `0x${"0123456789abcdef".repeat(4)}`;
const otherHash = `0x${"fe".repeat(32)}`;
const mixedHash = `0x${"0123456789ABCdef".repeat(4)}`;
const maxInteger = 2n ** 63n - 1n;

export const write = (db: Database, age: Age): ReadonlyArray<Stream> => {
  const gas = has(age, "gas");
  const pyth = has(age, "pyth");
  const timed = has(age, "block_timestamp");
  LegacyDatabase.insertQueueEvent(db, {
    tx_hash: hash,
    log_index: 3,
    block_number: 30_000_001,
  });
  LegacyDatabase.insertQueueEvent(db, {
    ...{
      tx_hash: otherHash.toUpperCase().replace("X", "x"),
      log_index: 7,
      block_number: 2n ** 53n + 1n,
    },
  });
  const noOracle = {
    pyth_price: null,
    pyth_confidence: null,
    pyth_exponent: null,
    pyth_publish_time: null,
  };

  LegacyDatabase.insertTrade(db, {
    id: 11,
    tx_hash: mixedHash,
    log_index: 3,
    symbol: "tAAPL",
    amount: 0.1 + 0.2,
    direction: "BUY",
    price_usdc: 3.53,
    created_at: "2025-10-01T12:00:05.5Z",
    block_timestamp: "2025-10-01 12:00:00.123456789",
    gas_used: 120_000,
    effective_gas_price: maxInteger,
    pyth_price: 150.2,
    pyth_confidence: 0.05,
    pyth_exponent: -8,
    pyth_publish_time: "2025-10-01 14:00:00+02:00",
  });
  const first = {
    symbol: "tAAPL",
    amount: "0.30000000000000004",
    direction: "Buy",
    price_usdc: "3.53",
    block_number: 30_000_001,
    block_timestamp: timed ? "2025-10-01T12:00:00.123456789Z" : "2025-10-01T12:00:05.500Z",
    gas_used: gas ? 120_000 : null,
    pyth_price: pyth
      ? { value: "15020000000", expo: -8, conf: "5000000", publish_time: "2025-10-01T12:00:00Z" }
      : null,
    migrated_at: migratedAt,
    created_at: "2025-10-01T12:00:05.500Z",
    effective_gas_price: gas ? maxInteger : null,
    legacy_id: 11,
  };

  // Only its own row knows when it was, and no queue knows its block.
  LegacyDatabase.insertTrade(db, {
    id: 12,
    tx_hash: hash,
    log_index: 2n ** 32n,
    symbol: "NVDA0x",
    amount: 1e-7,
    direction: "SELL",
    price_usdc: 100,
    created_at: "2025-08-01 12:00:05",
    block_timestamp: null,
    gas_used: null,
    effective_gas_price: 0,
    ...noOracle,
  });
  const second = {
    symbol: "NVDA0x",
    amount: "0.0000001",
    direction: "Sell",
    price_usdc: "100",
    block_number: 0,
    block_timestamp: "2025-08-01T12:00:05Z",
    gas_used: null,
    pyth_price: null,
    migrated_at: migratedAt,
    created_at: "2025-08-01T12:00:05Z",
    effective_gas_price: gas ? 0 : null,
    legacy_id: 12,
  };

  LegacyDatabase.insertTrade(db, {
    id: 2n ** 53n + 3n,
    tx_hash: otherHash,
    log_index: 7,
    symbol: 'V"s1\u001b\u202e\ufffd',
    amount: 1e21,
    direction: "BUY",
    price_usdc: 1 / 3,
    created_at: timed ? null : "2025-09-24T00:00:00",
    block_timestamp: "2025-09-24T00:00:00",
    gas_used: 2n ** 53n + 1n,
    effective_gas_price: null,
    pyth_price: -1.2e-10,
    pyth_confidence: 0,
    pyth_exponent: 2,
    pyth_publish_time: "2025-09-23 23:59:59.000001",
  });
  const third = {
    symbol: 'V"s1\u001b\u202e\ufffd',
    amount: "1000000000000000000000",
    direction: "Buy",
    price_usdc: "0.3333333333333333",
    block_number: 2n ** 53n + 1n,
    block_timestamp: "2025-09-24T00:00:00Z",
    gas_used: gas ? 2n ** 53n + 1n : null,
    pyth_price: pyth
      ? {
          value: "-0.0000000000012",
          expo: 2,
          conf: "0",
          publish_time: "2025-09-23T23:59:59.000001Z",
        }
      : null,
    migrated_at: migratedAt,
    created_at: timed ? null : "2025-09-24T00:00:00Z",
    effective_gas_price: null,
    legacy_id: 2n ** 53n + 3n,
  };

  const stream = (tx_hash: string, log_index: number, event: Fields): Stream => {
    const { symbol, amount, direction, price_usdc, block_number, block_timestamp } = event;
    const { gas_used, pyth_price } = event;
    return {
      type: "OnChainTrade",
      id: `${tx_hash}:${log_index}`,
      tag: "Migrated",
      event,
      metadata: { run_id: runId, legacy_table: "onchain_trades" },
      viewTable: "onchain_trade_view",
      view: {
        Trade: {
          tx_hash,
          log_index,
          symbol,
          amount,
          direction,
          price_usdc,
          block_number,
          block_timestamp,
          gas_used,
          pyth_price,
          recorded_at: migratedAt,
        },
      },
    };
  };
  return [stream(hash, 3, first), stream(hash, 4_294_967_296, second), stream(otherHash, 7, third)];
};
