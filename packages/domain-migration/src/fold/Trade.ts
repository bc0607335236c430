import type { Event, TradeView } from "@ledgerfold/domain/OnChainTrade";
import * as Fold from "@ledgerfold/declaration/Fold";
import * as Trades from "../rules/Trades.ts";

/** What events do to a trade. */

type First = Extract<Event, { readonly _tag: "Migrated" }>;
type Model = Extract<TradeView, { readonly _tag: "Trade" }>;

const trade = {
  symbol: Fold.set("symbol"),
  amount: Fold.set("amount"),
  direction: Fold.set("direction"),
  price_usdc: Fold.set("price_usdc"),
  block_number: Fold.set("block_number"),
  block_timestamp: Fold.set("block_timestamp"),
};

const both = [Fold.eventHas("gas_used"), Fold.eventHas("pyth_price")] as const;

export const fold: Fold.Of<Event, First, Model> = {
  events: {
    Migrated: {
      ...trade,
      _tag: [Fold.constant("Filled"), Fold.constant("Enriched", ...both)],
      filled_at: Fold.set("block_timestamp"),
      gas_used: Fold.set("gas_used"),
      pyth_price: Fold.set("pyth_price"),
      enriched_at: Fold.set("block_timestamp"),
      known_gas: Fold.set("gas_used"),
      known_price: Fold.set("pyth_price"),
      recorded_at: Fold.set("migrated_at"),
    },
    Filled: {
      ...trade,
      _tag: Fold.constant("Filled"),
      filled_at: Fold.set("filled_at"),
      known_gas: Fold.clear(),
      known_price: Fold.clear(),
      recorded_at: Fold.set("filled_at"),
    },
    Enriched: Fold.when(Fold.stateHas("_tag"), {
      _tag: Fold.constant("Enriched"),
      gas_used: Fold.set("gas_used"),
      pyth_price: Fold.set("pyth_price"),
      enriched_at: Fold.set("enriched_at"),
      known_gas: Fold.set("gas_used"),
      known_price: Fold.set("pyth_price"),
    }),
  },
  row: {
    symbol: "symbol",
    amount: "amount",
    direction: "direction",
    price_usdc: "price_usdc",
    block_number: { of: "block_number", rule: Trades.knownBlockNumber },
    block_timestamp: "block_timestamp",
    gas_used: { of: "known_gas", rule: Trades.gasWithPrice },
    pyth_price: { of: "known_price", rule: Trades.priceWithGas },
  },
  view: {
    tx_hash: Trades.shownHash,
    log_index: Trades.shownIndex,
    symbol: "symbol",
    amount: "amount",
    direction: "direction",
    price_usdc: "price_usdc",
    block_number: "block_number",
    block_timestamp: "block_timestamp",
    gas_used: "known_gas",
    pyth_price: "known_price",
    recorded_at: "recorded_at",
  },
  ids: /^0x[0-9a-f]{64}:\d+$/,
};
