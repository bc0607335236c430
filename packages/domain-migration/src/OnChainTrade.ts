import * as OnChainTrade from "@ledgerfold/domain/OnChainTrade";
import type { Decimal } from "@ledgerfold/scalars/Decimal";
import { Direction } from "@ledgerfold/domain/Direction";
import * as Integer from "@ledgerfold/scalars/Integer";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Dollars, LogIndex, Shares, Ticker, TxHash } from "@ledgerfold/domain/Values";
import { carried, derived, sometimes } from "@ledgerfold/declaration/Fate";
import {
  count,
  decimal,
  integer,
  moment,
  nullable,
  text,
  words,
} from "@ledgerfold/declaration/Kind";
import { Schema } from "effect";
import * as Migration from "@ledgerfold/declaration/Migration";
import type { Metadata } from "@ledgerfold/event-store/EventStore";
import { rowSchema } from "@ledgerfold/migration/internal/Defined";
import * as Direct from "@ledgerfold/migration/internal/direct/Direct";
import * as Trade from "./direct/Trade.ts";
import type { RawRow } from "@ledgerfold/migration/BadData";
import { order } from "./tradeOrder.ts";
import * as DecimalPlaces from "@ledgerfold/migration/internal/DecimalPlaces";
import * as TradeDirection from "./TradeDirection.ts";
import * as TradeRow from "./TradeRow.ts";
import { fold } from "./fold/Trade.ts";
import * as Added from "@ledgerfold/declaration/Added";
import * as Trades from "./rules/Trades.ts";

/** onchain_trades, with the block numbers that event_queue has for them. */

const aboveZero = { least: "above 0" } as const;
const finds = { words: "finds the trade's row of event_queue", into: ["block_number"] };

const row = {
  columns: {
    id: carried("legacy_id", integer(Integer.I64)),
    tx_hash: carried(
      "aggregate_id",
      text(TxHash, {
        matching: /^0x[0-9a-fA-F]{64}$/,
        rule: "must be 0x and 64 hex digits",
        lower: true,
      }),
      { ...finds, words: `in lower case; ${finds.words}` },
    ),
    log_index: carried("aggregate_id", count(LogIndex), finds),
    symbol: carried("symbol", text(Ticker)),
    amount: carried("amount", decimal(Shares, aboveZero)),
    direction: carried("direction", words(TradeRow.directions, Direction), {
      words: "its opposite where --trade-direction hedge is decided",
    }),
    price_usdc: carried("price_usdc", decimal(Dollars, aboveZero)),
    created_at: carried("created_at", nullable(moment(Timestamp)), {
      words: "stands for a missing block_timestamp",
      into: ["block_timestamp"],
    }),
    block_timestamp: sometimes(carried("block_timestamp", nullable(moment(Timestamp)))),
    gas_used: sometimes(carried("gas_used", nullable(count(Integer.U64)))),
    effective_gas_price: sometimes(carried("effective_gas_price", nullable(count(Integer.U64)))),
    ...TradeRow.oracleColumns,
  },
  joined: { block_number: nullable(count(Integer.U64)) },
  between: TradeRow.faults,
  refine: <R extends TradeRow.OracleRow>(schema: Schema.Schema<R, unknown>) =>
    Schema.filter<Schema.Schema<R, unknown>>(TradeRow.excess)(schema),
};

/** The one row's schema, for tests. */
export const Row = rowSchema(row);
export type Row = typeof Row.Type;

const decimals = (row: Row): ReadonlyArray<Decimal> => [row.amount, row.price_usdc];

export const aggregateId = ({ tx_hash, log_index }: Row): string =>
  OnChainTrade.aggregateId(tx_hash, log_index);

/** `moment` is the block's, or when the row was created. */
export const toEvent = (
  row: Row,
  migratedAt: Timestamp,
  moment: Timestamp = (row.block_timestamp ?? row.created_at) as Timestamp,
) => ({
  symbol: row.symbol,
  amount: row.amount,
  direction: row.direction,
  price_usdc: row.price_usdc,
  block_number: row.block_number ?? 0n,
  block_timestamp: moment,
  gas_used: row.gas_used,
  pyth_price: TradeRow.pythPrice(row) ?? null,
  migrated_at: migratedAt,
  created_at: row.created_at,
  effective_gas_price: row.effective_gas_price,
  legacy_id: row.id,
});

export const migration = Migration.of(OnChainTrade.aggregate, "Migrated").from({
  table: "onchain_trades",
  by: "the bot",
  called: "trades",
  key: "id",
  writtenAt: ["created_at"],
  grows: { column: "id", field: "legacy_id" },
  ...row,
  beside: {
    event_queue: {
      columns: {
        tx_hash: derived(text(), "finds the trade, whatever the case", "block_number"),
        log_index: derived(integer(), "finds the trade", "block_number"),
        block_number: carried("block_number", integer(), {
          words: "0 where no row knows the trade",
        }),
      },
      rest: "the bot's own queue, of which only block numbers are needed",
    },
  },
  added: { migrated_at: Added.moment },
  sqlite: { order },
  id: ({ row }) => aggregateId(row),
  event: ({ row, cells, run, existing }) => {
    const rule = TradeDirection.decided(cells, run, existing);
    const direction = TradeDirection.choose(row.direction, cells, rule);
    return typeof direction === "string"
      ? toEvent({ ...row, direction }, run.migratedAt)
      : direction;
  },
  metadata: ({ cells, run, existing }): Metadata => {
    const rule = TradeDirection.decided(cells, run, existing);
    return rule === undefined ? {} : { trade_direction_rule: rule };
  },
  tell: (run, rows) => {
    const places = DecimalPlaces.counter("amounts and prices");
    let noBlock = 0;
    let noTimestamp = 0;
    let opposite = 0;
    const count = (cells: RawRow) => {
      if (TradeDirection.decided(cells, run) === "hedge") opposite += 1;
      if (cells.block_number === null) noBlock += 1;
      if (cells.block_timestamp === null) noTimestamp += 1;
    };
    return {
      direct: Direct.make(
        OnChainTrade.aggregate,
        rows.metadata,
        Trade.make(run.migratedAt, (cells) => TradeDirection.isOwn(cells, run)),
        count,
      ),
      onWritten: (row: Row, cells) => {
        places.add(decimals(row));
        count(cells);
        return [];
      },
      summary: ({ written }) => [
        { _tag: "Result", message: `Migrated ${written} trades` },
        ...DecimalPlaces.unless(
          noBlock,
          "trades have no block number in event_queue: 0 is written for them",
        ),
        ...DecimalPlaces.unless(
          noTimestamp,
          "trades have no block_timestamp: created_at is taken for it",
        ),
        ...DecimalPlaces.unless(
          opposite,
          "trades have the direction of their hedge, as --trade-direction says: the opposite is written",
        ),
        ...places.entries(),
      ],
    };
  },
  view: {
    tag: "Trade",
    fields: {
      tx_hash: Trades.shownHash,
      log_index: Trades.shownIndex,
      symbol: "symbol",
      amount: "amount",
      direction: "direction",
      price_usdc: "price_usdc",
      block_number: "block_number",
      block_timestamp: "block_timestamp",
      gas_used: "gas_used",
      pyth_price: "pyth_price",
      recorded_at: "migrated_at",
    },
  },
  rules: {
    direction: Trades.direction,
    block_number: Trades.blockNumber,
    block_timestamp: Trades.blockTimestamp,
    pyth_price: Trades.pythPrice,
  },
  fold,
  verify: {
    id: Trades.id,
    beside: Trades.beside,
    refuse: Trades.refuse,
    metadata: Trades.metadata,
  },
});
