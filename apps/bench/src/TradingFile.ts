import { randomBytes } from "node:crypto";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";

/**
 * A legacy file of `rows` trades with random hashes and half as many orders, with every column set
 * and one form of timestamps, so that SQLite alone can put them in order too.
 */
export const write = (path: string, rows: number): void => {
  const db = LegacyDatabase.make(path, { age: "2025-10-09", checks: true });
  const symbols = Array.from({ length: 50 }, (_, index) => `S${index}`);
  const at = (seconds: number) =>
    new Date(1_735_689_600_000 + seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
  db.transaction(() => {
    for (let row = 0; row < rows; row += 1) {
      const second = Math.floor(Math.random() * 31_536_000);
      LegacyDatabase.insertTrade(db, {
        tx_hash: `0x${randomBytes(32).toString("hex")}`,
        log_index: BigInt(row % 100),
        symbol: `t${symbols[row % symbols.length]}`,
        amount: Math.round(Math.random() * 1e6) / 1e4,
        direction: row % 2 === 0 ? "BUY" : "SELL",
        price_usdc: Math.round(Math.random() * 1e8) / 1e5,
        created_at: at(second + 1),
        block_timestamp: at(second),
        gas_used: BigInt(100_000 + (row % 50_000)),
        effective_gas_price: BigInt(1_000_000_000 + row),
        pyth_price: null,
        pyth_confidence: null,
        pyth_exponent: null,
        pyth_publish_time: null,
      });
    }
    for (let row = 0; row < rows / 2; row += 1) {
      LegacyDatabase.insertOrder(db, {
        symbol: symbols[row % symbols.length] as string,
        shares: BigInt(1 + (row % 100)),
        direction: row % 2 === 0 ? "BUY" : "SELL",
        broker: "schwab",
        order_id: `order-${row}`,
        broker_order_id: null,
        price_cents: BigInt(10_000 + row),
        status: "FILLED",
        executed_at: at(row),
      });
    }
  })();
  db.pragma("wal_checkpoint(truncate)");
  db.close();
};
