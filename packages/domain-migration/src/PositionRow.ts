import * as Decimal from "@ledgerfold/scalars/Decimal";
import type { Direction } from "@ledgerfold/domain/Direction";
import { Schema } from "effect";
import * as Field from "@ledgerfold/migration/internal/Field";

/** A row of trade_accumulators. */

const fields = {
  symbol: Field.make(...Field.text),
  accumulated_long: Field.make(...Field.atLeastZero),
  accumulated_short: Field.make(...Field.atLeastZero),
  pending_execution_id: Field.nullable(...Field.integer(-(2n ** 63n), 2n ** 63n - 1n)),
  last_updated: Field.make(...Field.moment),
};

/** Some versions of the table have a net_position, some have not. */
export const PositionRow = Schema.Struct(fields);
export type PositionRow = typeof PositionRow.Type;

export const PositionRowWithNet = Schema.Struct({
  ...fields,
  net_position: Field.nullable(...Field.anyDecimal),
});
export type PositionRowWithNet = typeof PositionRowWithNet.Type;

export const decimals = (row: PositionRow): ReadonlyArray<Decimal.Decimal> => [
  row.accumulated_long,
  row.accumulated_short,
];

/** Which of the two a position's net came from; kept in the event's metadata. */
export type NetPositionRule = "column" | "computed";

/** long - short, exactly. */
export const computedNet = (row: PositionRow): Decimal.Decimal =>
  row.accumulated_long.minus(row.accumulated_short);

/**
 * Whether the column says what long and short do, give or take the noise of doubles. For months the
 * bot forgot to update it.
 */
export const agrees = (row: PositionRow, net: Decimal.Decimal): boolean => {
  const { accumulated_long: long, accumulated_short: short } = row;
  const size = [long, short].reduce((a, b) => (a.gte(b) ? a : b), Decimal.one);
  return net.minus(computedNet(row)).abs().lte(Decimal.shift(size, -9));
};

/** The order that the position waits for; null where its row is missing. */
export interface PendingOrder {
  readonly shares: Decimal.Decimal;
  readonly direction: Direction;
}
