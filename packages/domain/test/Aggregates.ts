import * as OffchainOrder from "../src/OffchainOrder.ts";
import * as OnChainTrade from "../src/OnChainTrade.ts";
import * as Position from "../src/Position.ts";
import * as SchwabAuth from "../src/SchwabAuth.ts";

/** The closed set, for what is tested of every aggregate: one that is left out does not compile. */
export type AggregateType = "OnChainTrade" | "Position" | "OffchainOrder" | "SchwabAuth";

export const aggregates = {
  OnChainTrade: OnChainTrade.aggregate,
  Position: Position.aggregate,
  OffchainOrder: OffchainOrder.aggregate,
  SchwabAuth: SchwabAuth.aggregate,
} satisfies { readonly [Type in AggregateType]: { readonly type: Type } };
