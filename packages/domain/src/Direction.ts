import { Schema } from "effect";
import type { Decimal } from "@ledgerfold/scalars/Decimal";

/** Buying and selling. */

/** Of a trade on the chain or of an order at the broker, seen from us. */
export const Direction = Schema.Literal("Buy", "Sell");
export type Direction = typeof Direction.Type;

/** What a trade in this direction adds to a position: `quantity` for a Buy, its negative for a Sell. */
export const signed = (direction: Direction, quantity: Decimal): Decimal =>
  direction === "Buy" ? quantity : quantity.negated();
