import { Schema } from "effect";
import * as Integer from "@ledgerfold/scalars/Integer";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";

/** Prices of the oracle Pyth. */

/** An oracle's price: `value` x 10^`expo` dollars, give or take `conf` x 10^`expo`. */
export const PythPrice = Schema.Struct({
  value: Schema.String,
  expo: Integer.I32,
  conf: Schema.String,
  publish_time: Timestamp,
});
export type PythPrice = typeof PythPrice.Type;
