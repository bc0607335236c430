import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import {
  badLines,
  damagedFile,
  hash,
  migrate,
  right,
  streams,
  untypedFile,
} from "../support/Files.ts";

describe("keys that stand twice", () => {
  it.effect("are bad data, each named with the row it shares its key with", () =>
    Effect.gen(function* () {
      const upper = `0x${"A".repeat(64)}`;
      const path = damagedFile((db) => {
        LegacyDatabase.insertTrade(db, { tx_hash: upper });
        LegacyDatabase.insertTrade(db, { tx_hash: upper.toLowerCase() });
        LegacyDatabase.insertTrade(db, { tx_hash: upper, log_index: 1 });
        LegacyDatabase.insertPosition(db, { symbol: "AAPL" });
        LegacyDatabase.insertPosition(db, { symbol: "aapl" });
        LegacyDatabase.insertPosition(db, { symbol: "AAPL" });
      });
      expect(badLines(yield* migrate(path))).toEqual([
        `onchain_trades id 1 tx_hash is TEXT "${upper}": must not stand twice: the row with rowid 2 has the same key`,
        `onchain_trades id 2 tx_hash is TEXT "${upper.toLowerCase()}": must not stand twice: the row with rowid 1 has the same key`,
        'trade_accumulators symbol "AAPL" symbol is TEXT "AAPL": must not stand twice: the row with rowid 3 has the same key',
        'trade_accumulators symbol "AAPL" symbol is TEXT "AAPL": must not stand twice: the row with rowid 1 has the same key',
      ]);
    }),
  );

  it.effect("are found among ids too, in a copy whose id is a column like any other", () =>
    Effect.gen(function* () {
      const order = (id: string) =>
        `insert into offchain_trades (id, symbol, shares, direction, broker, status)
         values (${id}, 'AAPL', 1, 'BUY', 'schwab', 'PENDING')`;
      const trade = (id: string, digit: string) =>
        `insert into onchain_trades (id, tx_hash, log_index, symbol, amount, direction, price_usdc,
           created_at)
         values (${id}, '0x${digit.repeat(64)}', 0, 'tAAPL', 1, 'BUY', 1, '2025-08-01 12:00:00')`;
      const path = untypedFile([
        ...["1", "2", "1", "1"].map(order),
        ...[trade("4", "a"), trade("4", "b"), trade("5", "c")],
      ]);
      expect(badLines(yield* migrate(path))).toEqual([
        "onchain_trades id 4 id is INTEGER 4: must not stand twice: the row with rowid 2 has the same key",
        "onchain_trades id 4 id is INTEGER 4: must not stand twice: the row with rowid 1 has the same key",
        "offchain_trades id 1 id is INTEGER 1: must not stand twice: the row with rowid 4 has the same key",
        "offchain_trades id 1 id is INTEGER 1: must not stand twice: the row with rowid 1 has the same key",
        "offchain_trades id 1 id is INTEGER 1: must not stand twice: the row with rowid 1 has the same key",
      ]);
    }),
  );

  it.effect("are one with the other faults of the cell, and no fault of cells without a key", () =>
    Effect.gen(function* () {
      const path = untypedFile(
        ["null", "null", "''", "''", "x'41'", "x'41'"].map(
          (symbol) =>
            `insert into trade_accumulators
               (symbol, accumulated_long, accumulated_short, last_updated)
             values (${symbol}, 0, 0, '2025-08-01 12:00:00')`,
        ),
      );
      const rule = "must be TEXT that is not empty";
      expect(badLines(yield* migrate(path))).toEqual([
        `trade_accumulators rowid 1 symbol is NULL: ${rule}`,
        `trade_accumulators rowid 2 symbol is NULL: ${rule}`,
        `trade_accumulators symbol "" symbol is TEXT "": ${rule}; must not stand twice: the row with rowid 4 has the same key`,
        `trade_accumulators symbol "" symbol is TEXT "": ${rule}; must not stand twice: the row with rowid 3 has the same key`,
        `trade_accumulators rowid 5 symbol is BLOB x'41': ${rule}`,
        `trade_accumulators rowid 6 symbol is BLOB x'41': ${rule}`,
      ]);
    }),
  );
});

it.effect("a trade that is good is told from one that shares only half of its key", () =>
  Effect.gen(function* () {
    const path = damagedFile((db) => {
      LegacyDatabase.insertTrade(db, { tx_hash: hash(1), log_index: 0 });
      LegacyDatabase.insertTrade(db, { tx_hash: hash(1), log_index: 1 });
      LegacyDatabase.insertTrade(db, { tx_hash: hash(2), log_index: 0 });
    });
    right(yield* migrate(path));
    expect(streams(path)).toEqual([
      `OnChainTrade ${hash(1)}:0`,
      `OnChainTrade ${hash(1)}:1`,
      `OnChainTrade ${hash(2)}:0`,
    ]);
  }),
);
