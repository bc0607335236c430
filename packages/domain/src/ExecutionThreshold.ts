import { newtype, variant } from "@ledgerfold/aggregate/ExternallyTagged";
import { Schema } from "effect";
import type { Decimal } from "@ledgerfold/scalars/Decimal";
import { Dollars, Shares } from "./Values.ts";

/** When a position is far enough from zero to be hedged. */

const positive = { message: () => "must be greater than zero" };
const isPositive = (value: Decimal) => value.isPositive() && !value.isZero();

/** How far a position may drift from zero before an order is worth placing. */
export const ExecutionThreshold = Schema.Union(
  newtype("Shares", Shares.pipe(Schema.filter(isPositive, positive))),
  newtype("DollarValue", Dollars.pipe(Schema.filter(isPositive, positive))),
);
export type ExecutionThreshold = typeof ExecutionThreshold.Type;

/** Why an order was placed; the net is its size, without a sign. */
export const TriggerReason = Schema.Union(
  variant("SharesThreshold", { net_position_shares: Shares, threshold_shares: Shares }),
  variant("DollarThreshold", {
    net_position_shares: Shares,
    dollar_value: Dollars,
    price_usdc: Dollars,
    threshold_dollars: Dollars,
  }),
);
export type TriggerReason = typeof TriggerReason.Type;

/** Why a position with this net would trade now, or `undefined`: a dollar threshold needs a price. */
export const trigger = (
  threshold: ExecutionThreshold,
  net: Shares,
  price: Dollars | null,
): TriggerReason | undefined => {
  const size = net.abs() as Shares;
  if (threshold._tag === "Shares") {
    return size.gte(threshold.value)
      ? {
          _tag: "SharesThreshold",
          net_position_shares: size,
          threshold_shares: threshold.value,
        }
      : undefined;
  }
  if (price === null) return undefined;
  const value = size.times(price) as Dollars;
  return value.gte(threshold.value)
    ? {
        _tag: "DollarThreshold",
        net_position_shares: size,
        dollar_value: value,
        price_usdc: price,
        threshold_dollars: threshold.value,
      }
    : undefined;
};
