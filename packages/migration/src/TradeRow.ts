import * as OnChainTrade from "@ledgerfold/domain/OnChainTrade";
import * as Decimal from "@ledgerfold/scalars/Decimal";
import type { Direction } from "@ledgerfold/domain/Direction";
import type { PythPrice } from "@ledgerfold/domain/PythPrice";
import type { Timestamp } from "@ledgerfold/scalars/Timestamp";
import type { Dollars, LogIndex, Shares, Ticker, TxHash } from "@ledgerfold/domain/Values";
import { Schema, Struct } from "effect";
import * as Field from "./Field.ts";

/** A row of onchain_trades, with the block number that event_queue has for it. */

export const directions: Readonly<Record<string, Direction>> = { BUY: "Buy", SELL: "Sell" };

/** What the oracle said of a trade. */
export const Oracle = Schema.Struct({
  pyth_price: Field.nullable(...Field.anyDecimal),
  pyth_confidence: Field.nullable(...Field.atLeastZero),
  pyth_exponent: Field.nullable(...Field.integer(-(2n ** 31n), 2n ** 31n - 1n)),
  pyth_publish_time: Field.nullable(...Field.moment),
});

const Fields = Schema.Struct({
  id: Field.make(...Field.integer(-(2n ** 63n), 2n ** 63n - 1n)),
  tx_hash: Field.make(...Field.matching("must be 0x and 64 hex digits", /^0x[0-9a-fA-F]{64}$/)),
  log_index: Field.make(...Field.count),
  symbol: Field.make(...Field.text),
  amount: Field.make(...Field.aboveZero),
  direction: Field.make(...Field.oneOf(directions)),
  price_usdc: Field.make(...Field.aboveZero),
  created_at: Field.nullable(...Field.moment),
  block_timestamp: Field.nullable(...Field.moment),
  gas_used: Field.nullable(...Field.count),
  effective_gas_price: Field.nullable(...Field.count),
  ...Oracle.fields,
  /** Not a column of this table: from event_queue, NULL where that does not know the trade. */
  block_number: Field.nullable(...Field.count),
});

export const oracle = Struct.keys(Oracle.fields);

export const TradeRow = Field.between(Fields, (cells) => {
  const faults: Array<Field.Fault> = [];
  if (cells.block_timestamp === null && cells.created_at === null) {
    const rule = "must be set where created_at is NULL: nothing else says when the trade was";
    faults.push({ column: "block_timestamp", rule });
  }
  const unset = oracle.filter((column) => cells[column] === null);
  if (unset.length > 0 && unset.length < oracle.length) {
    const rule = "must be set where other oracle columns of the row are, or all four NULL";
    faults.push(...unset.map((column) => ({ column, rule })));
  }
  return faults;
}).pipe(
  Schema.filter((row) => {
    if (row.pyth_price === null || pythPrice(row) !== undefined) return [];
    const message =
      "must not move the price beyond what a decimal of 96 bits, or 400 places, holds";
    return [{ path: ["pyth_exponent"], message }];
  }),
);
export type TradeRow = typeof TradeRow.Type;

/** The value columns whose decimals count when places are counted. */
export const decimals = (row: TradeRow): ReadonlyArray<Decimal.Decimal> => [
  row.amount,
  row.price_usdc,
];

export const moment = (row: TradeRow): Timestamp =>
  (row.block_timestamp ?? row.created_at) as Timestamp;

export const aggregateId = (row: TradeRow): string =>
  OnChainTrade.aggregateId(row.tx_hash.toLowerCase() as TxHash, row.log_index as LogIndex);

export const toEvent = (row: TradeRow, migratedAt: Timestamp): OnChainTrade.Event => ({
  _tag: "Migrated",
  symbol: row.symbol as Ticker,
  amount: row.amount as Shares,
  direction: row.direction,
  price_usdc: row.price_usdc as Dollars,
  block_number: row.block_number ?? 0n,
  block_timestamp: moment(row),
  gas_used: row.gas_used,
  pyth_price: pythPrice(row) ?? null,
  migrated_at: migratedAt,
  created_at: row.created_at,
  effective_gas_price: row.effective_gas_price,
  legacy_id: row.id,
});

/** The oracle's price in whole units of 10^exponent, which is how an event holds it. */
export const pythPrice = (row: typeof Oracle.Type): PythPrice | undefined => {
  const { pyth_price, pyth_confidence, pyth_exponent, pyth_publish_time } = row;
  if (pyth_price === null || pyth_confidence === null) return undefined;
  if (pyth_exponent === null || pyth_publish_time === null) return undefined;
  const expo = Number(pyth_exponent);
  const value = inUnits(pyth_price, expo);
  const conf = inUnits(pyth_confidence, expo);
  return value === undefined || conf === undefined
    ? undefined
    : { value, expo, conf, publish_time: pyth_publish_time };
};

/** Undefined where the text would be too long for anyone to read back. */
const inUnits = (amount: Decimal.Decimal, expo: number): string | undefined => {
  if (amount.isZero()) return "0";
  if (amount.e - expo > 28 || amount.e - expo < -400) return undefined;
  const units = Decimal.shift(amount, -expo);
  return Field.fits(units) ? Decimal.format(units) : undefined;
};
