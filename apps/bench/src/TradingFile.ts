import { hash } from "node:crypto";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";

const age = "2025-10-09";

/** A legacy file with every table and no row. */
export const writeEmpty = (path: string): void => {
  LegacyDatabase.make(path, { age, checks: true }).close();
};

/** What there is of a log: the tables that the bot's own service made, still empty, or none yet. */
export type Shape = keyof typeof logs;

/**
 * The legacy file of a bot after a year: `rows` trades with random hashes, in the order in which they
 * were seen, which is nearly that of their blocks. Four in ten have an oracle's price, seven in ten
 * stand in event_queue, and 62 orders come with a hundred of them. Every other column is set and
 * moments have one form, so that SQLite alone can put them in order too. The same `rows` give the
 * same file.
 */
export const write = (path: string, rows: number, shape: Shape): void => {
  const db = LegacyDatabase.make(path, { age, checks: true });
  // A power cut may take this file: it is made again.
  db.pragma("synchronous = off");
  db.pragma("cache_size = -262144");
  db.exec(logs[shape]);
  const insertTrade = LegacyDatabase.inserter(db, "onchain_trades");
  const insertQueued = LegacyDatabase.inserter(db, "event_queue");
  const insertOrder = LegacyDatabase.inserter(db, "offchain_trades");
  db.transaction(() => {
    for (let row = 0; row < rows; row += 1) {
      const { queued, ...cells } = trade(row, rows);
      insertTrade(cells);
      if (queued !== undefined) insertQueued(queued);
    }
    for (let row = 0; row < orders(rows); row += 1) insertOrder(order(row));
  })();
  db.pragma("wal_checkpoint(truncate)");
  db.close();
};

export const orders = (rows: number): number => Math.ceil(rows * 0.62);

const trade = (row: number, rows: number) => {
  const digits = hash("sha256", `trade ${row}`);
  /** Whole, from 0 and below `limit`; as random as the hash, and a share of it. */
  const below = (limit: number, from: number) =>
    Number.parseInt(digits.slice(from, from + 12), 16) % limit;
  const seen = Math.floor((row * 31_536_000) / rows);
  const second = seen - below(300, 0);
  const hasOracle = row % 5 < 2;
  const [tx_hash, log_index] = [`0x${digits}`, BigInt(row % 100)];
  const created_at = at(seen);
  const price = (1 + below(1e8, 24)) / 1e5;
  return {
    tx_hash,
    log_index,
    symbol: `t${symbol(row)}`,
    amount: (1 + below(1e6, 12)) / 1e4,
    direction: row % 2 === 0 ? "BUY" : "SELL",
    price_usdc: price,
    created_at,
    block_timestamp: at(second),
    gas_used: BigInt(100_000 + (row % 50_000)),
    effective_gas_price: BigInt(1_000_000_000 + row),
    pyth_price: hasOracle ? price : null,
    pyth_confidence: hasOracle ? 0.01 : null,
    pyth_exponent: hasOracle ? -8n : null,
    pyth_publish_time: hasOracle ? at(second) : null,
    queued:
      row % 10 < 7
        ? {
            tx_hash,
            log_index,
            block_number: BigInt(20_000_000 + row),
            event_data: "{}",
            processed: 1n,
            created_at,
            processed_at: created_at,
            block_timestamp: at(second),
          }
        : undefined,
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

/** As its service makes them; its views have no rows, and it registers none. */
const logs = {
  "none yet": "",
  "the bot's": `
    create table events (aggregate_type text not null, aggregate_id text not null,
      sequence bigint not null, event_type text not null, event_version text not null,
      payload json not null, metadata json not null,
      primary key (aggregate_type, aggregate_id, sequence));
    create index idx_events_type on events (aggregate_type);
    create index idx_events_aggregate on events (aggregate_id);
    create table snapshots (aggregate_type text not null, aggregate_id text not null,
      last_sequence bigint not null, payload json not null, timestamp text not null,
      primary key (aggregate_type, aggregate_id));
    create table onchain_trade_view (view_id text primary key, version bigint not null,
      payload json not null,
      symbol text generated always as (json_extract(payload, '$.Trade.symbol')) stored,
      block_number integer generated always as (json_extract(payload, '$.Trade.block_number')) stored);
    create index idx_onchain_trade_view_symbol on onchain_trade_view (symbol);
    create table position_view (view_id text primary key, version bigint not null,
      payload json not null,
      symbol text generated always as (json_extract(payload, '$.Position.symbol')) stored);
    create table offchain_order_view (view_id text primary key, version bigint not null,
      payload json not null,
      symbol text generated always as (json_extract(payload, '$.Execution.symbol')) stored,
      status text generated always as (json_extract(payload, '$.Execution.status')) stored);
    create index idx_offchain_order_view_symbol on offchain_order_view (symbol);
    create table schwab_auth_view (view_id text primary key, version bigint not null,
      payload json not null);`,
};

export const shapes: ReadonlyArray<Shape> = ["the bot's", "none yet"];
