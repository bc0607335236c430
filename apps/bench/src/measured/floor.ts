import Sqlite from "better-sqlite3";
import type { Measured } from "../Measurement.ts";
import * as pragmas from "./pragmas.ts";

/**
 * What SQLite itself needs for the same events and views in one transaction, in the same order and
 * with every index that is no key made at the end: nothing is checked, and its own JSON writes the
 * numbers.
 */
export const floor = (path: string): Measured => {
  const start = performance.now();
  const db = new Sqlite(path);
  db.pragma("synchronous = extra");
  db.pragma("cache_size = -16384");
  db.exec("begin immediate");
  const isTheBots =
    db.prepare("select 1 from sqlite_schema where name = 'events'").get() !== undefined;
  const [begin, end] = isTheBots ? inTheBots : inOurOwn;
  db.exec(`
    ${begin}
    insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
      recorded_at)
    select 'OnChainTrade', lower(tx_hash) || ':' || log_index, 1, 'OnChainTradeEvent::Migrated', '1.0',
      json_object('Migrated', json_object('symbol', symbol, 'amount', cast(amount as text),
        'direction', iif(direction = 'BUY', 'Buy', 'Sell'), 'price_usdc', cast(price_usdc as text),
        'block_number', ${block}, 'block_timestamp', replace(block_timestamp, ' ', 'T') || 'Z',
        'gas_used', gas_used, 'pyth_price', ${oracle}, 'migrated_at', '2026-01-01T00:00:00.000Z',
        'created_at', replace(created_at, ' ', 'T') || 'Z',
        'effective_gas_price', effective_gas_price, 'legacy_id', id)),
      json_object('run_id', '00000000-0000-0000-0000-000000000000', 'legacy_table', 'onchain_trades'),
      '2026-01-01T00:00:00.000Z'
    from onchain_trades as trade order by block_timestamp, id;

    insert into onchain_trade_view (view_id, version, payload)
    select lower(tx_hash) || ':' || log_index, 1,
      json_object('Trade', json_object('tx_hash', lower(tx_hash), 'log_index', log_index,
        'symbol', symbol, 'amount', cast(amount as text),
        'direction', iif(direction = 'BUY', 'Buy', 'Sell'), 'price_usdc', cast(price_usdc as text),
        'block_number', ${block}, 'block_timestamp', replace(block_timestamp, ' ', 'T') || 'Z',
        'gas_used', gas_used, 'pyth_price', ${oracle}, 'recorded_at', '2026-01-01T00:00:00.000Z'))
    from onchain_trades as trade order by block_timestamp, id;

    insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
      recorded_at)
    select 'OffchainOrder', cast(id as text), 1, 'OffchainOrderEvent::Migrated', '1.0',
      json_object('Migrated', json_object('symbol', symbol, 'shares', cast(shares as text),
        'direction', iif(direction = 'BUY', 'Buy', 'Sell'), 'broker', 'Schwab',
        'executor', 'Schwab', 'status', 'Filled', 'broker_order_id', order_id, 'price_cents', price_cents,
        'executed_at', replace(executed_at, ' ', 'T') || 'Z',
        'migrated_at', '2026-01-01T00:00:00.000Z', 'legacy_broker', broker)),
      json_object('run_id', '00000000-0000-0000-0000-000000000000', 'legacy_table', 'offchain_trades'),
      '2026-01-01T00:00:00.000Z'
    from offchain_trades order by id;

    insert into offchain_order_view (view_id, version, payload)
    select cast(id as text), 1,
      json_object('Execution', json_object('execution_id', id, 'symbol', symbol,
        'shares', cast(shares as text), 'direction', iif(direction = 'BUY', 'Buy', 'Sell'),
        'broker', 'Schwab', 'executor', 'Schwab', 'status', 'Filled',
        'broker_order_id', order_id, 'price_cents', price_cents, 'initiated_at', replace(executed_at, ' ', 'T') || 'Z',
        'completed_at', replace(executed_at, ' ', 'T') || 'Z'))
    from offchain_trades order by id;

    ${end}
  `);
  db.exec("commit");
  const used = pragmas.read(db);
  db.close();
  return { seconds: (performance.now() - start) / 1000, count: 0, settings: used };
};

const block = `coalesce((select block_number from event_queue as queued
  where queued.tx_hash = trade.tx_hash and queued.log_index = trade.log_index), 0)`;
/** All exponents are -8 here. */
const oracle = `iif(pyth_price is null, null, json_object('value', printf('%.0f', pyth_price * 1e8),
  'expo', pyth_exponent, 'conf', printf('%.0f', pyth_confidence * 1e8),
  'publish_time', replace(pyth_publish_time, ' ', 'T') || 'Z'))`;

const inOurOwn = [
  `create table events (position integer primary key autoincrement, aggregate_type text not null,
    aggregate_id text not null, sequence bigint not null, event_type text not null,
    event_version text not null, payload json not null, metadata json not null, event_id text,
    recorded_at text);
  create table onchain_trade_view
    (view_id text not null, version bigint not null, payload json not null);
  create table offchain_order_view
    (view_id text not null, version bigint not null, payload json not null);`,
  `create unique index onchain_trade_view_stream on onchain_trade_view (view_id);
  create unique index offchain_order_view_stream on offchain_order_view (view_id);
  create unique index events_stream on events (aggregate_type, aggregate_id, sequence);
  create unique index events_event_id on events (event_id) where event_id is not null;`,
] as const;

/** Its keys are the tables' own; the rest of its indexes can be made again. */
const inTheBots = [
  `alter table events add column event_id text;
  alter table events add column recorded_at text;
  drop index idx_events_type;
  drop index idx_events_aggregate;
  drop index idx_onchain_trade_view_symbol;
  drop index idx_offchain_order_view_symbol;`,
  `create index idx_events_type on events (aggregate_type);
  create index idx_events_aggregate on events (aggregate_id);
  create index idx_onchain_trade_view_symbol on onchain_trade_view (symbol);
  create index idx_offchain_order_view_symbol on offchain_order_view (symbol);
  create unique index events_event_id on events (event_id) where event_id is not null;`,
] as const;
