import * as Decimal from "@ledgerfold/scalars/Decimal";
import type { Direction } from "@ledgerfold/domain/Direction";
import * as Integer from "@ledgerfold/scalars/Integer";
import type { PythPrice } from "@ledgerfold/domain/PythPrice";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { carried, sometimes } from "@ledgerfold/declaration/Fate";
import { decimal, integer, moment, nullable } from "@ledgerfold/declaration/Kind";
import { Struct } from "effect";
import type { RawRow } from "@ledgerfold/migration/BadData";
import type { Fault } from "@ledgerfold/declaration/Writing";
import * as Field from "@ledgerfold/migration/internal/Field";

/** What the oracle said of a trade, and what is wrong between the columns of one. */

export const directions: Readonly<Record<"BUY" | "SELL", Direction>> = { BUY: "Buy", SELL: "Sell" };

const inUnits = { words: "as whole units of 10^pyth_exponent" };

export const oracleColumns = {
  pyth_price: sometimes(carried("pyth_price.value", nullable(decimal(Decimal.Decimal)), inUnits)),
  pyth_confidence: sometimes(
    carried(
      "pyth_price.conf",
      nullable(decimal(Decimal.Decimal, { least: "at least 0" })),
      inUnits,
    ),
  ),
  pyth_exponent: sometimes(
    carried(
      "pyth_price.expo",
      nullable(integer(Integer.I64, { min: -(2n ** 31n), max: 2n ** 31n - 1n })),
      { words: "the unit of price and confidence", into: ["pyth_price.value", "pyth_price.conf"] },
    ),
  ),
  pyth_publish_time: sometimes(carried("pyth_price.publish_time", nullable(moment(Timestamp)))),
};

export interface OracleRow {
  readonly pyth_price: Decimal.Decimal | null;
  readonly pyth_confidence: Decimal.Decimal | null;
  readonly pyth_exponent: bigint | null;
  readonly pyth_publish_time: Timestamp | null;
}
export const oracle = Struct.keys(oracleColumns);

export const faults = (cells: RawRow): ReadonlyArray<Fault> => {
  const found: Array<Fault> = [];
  if (cells.block_timestamp === null && cells.created_at === null) {
    const rule = "must be set where created_at is NULL: nothing else says when the trade was";
    found.push({ column: "block_timestamp", rule });
  }
  const unset = oracle.filter((column) => cells[column] === null);
  if (unset.length > 0 && unset.length < oracle.length) {
    const rule = "must be set where other oracle columns of the row are, or all four NULL";
    found.push(...unset.map((column) => ({ column, rule })));
  }
  return found;
};

/** A price that no decimal holds. */
export const excess = (row: OracleRow) => {
  if (row.pyth_price === null || pythPrice(row) !== undefined) return [];
  const message = "must not move the price beyond what a decimal of 96 bits, or 400 places, holds";
  return [{ path: ["pyth_exponent"], message }];
};

/** The oracle's price in whole units of 10^exponent, which is how an event holds it. */
export const pythPrice = (row: OracleRow): PythPrice | undefined => {
  const { pyth_price, pyth_confidence, pyth_exponent, pyth_publish_time } = row;
  if (pyth_price === null || pyth_confidence === null) return undefined;
  if (pyth_exponent === null || pyth_publish_time === null) return undefined;
  const expo = Number(pyth_exponent);
  const value = inUnitsOf(pyth_price, expo);
  const conf = inUnitsOf(pyth_confidence, expo);
  return value === undefined || conf === undefined
    ? undefined
    : { value, expo, conf, publish_time: pyth_publish_time };
};

/** Undefined where the text would be too long for anyone to read back. */
const inUnitsOf = (amount: Decimal.Decimal, expo: number): string | undefined => {
  if (amount.isZero()) return "0";
  if (amount.e - expo > 28 || amount.e - expo < -400) return undefined;
  const units = Decimal.shift(amount, -expo);
  return Field.fits(units) ? Decimal.format(units) : undefined;
};
