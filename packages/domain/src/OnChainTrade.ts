import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as Compiled from "@ledgerfold/aggregate/internal/Compiled";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import { unit, variant } from "@ledgerfold/aggregate/ExternallyTagged";
import * as View from "@ledgerfold/aggregate/View";
import { Either, Schema } from "effect";
import { Direction } from "./Direction.ts";
import { laterForm } from "./LaterForms.ts";
import * as Integer from "@ledgerfold/scalars/Integer";
import { PythPrice } from "./PythPrice.ts";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Dollars, LogIndex, Shares, Ticker, TxHash } from "./Values.ts";

/** A trade seen on the blockchain, and later enriched with its gas and the oracle's price. */

// Identity: the transaction and the place of the log entry in its block.

/** The transaction's hash in hex, a colon, and the log index in decimal. */
export const aggregateId = (txHash: TxHash, logIndex: LogIndex): string => `${txHash}:${logIndex}`;

const parseId = (id: string) => {
  const match = /^(0x[0-9a-f]{64}):(\d+)$/.exec(id);
  if (match === null) return undefined;
  const log_index = BigInt(match[2] as string);
  return isLogIndex(log_index) ? { tx_hash: match[1] as TxHash, log_index } : undefined;
};
const isLogIndex = Compiled.is(LogIndex);

// Events. These names are the storage format.

const trade = {
  symbol: Ticker,
  amount: Shares,
  direction: Direction,
  price_usdc: Dollars,
  block_number: Integer.U64,
  block_timestamp: Timestamp,
};
const absent = { default: () => null };
/** The bot's own migration of January 2026 wrote none. */
const mayLackBlock = { block_number: Schema.NullOr(Integer.U64) };
const migrated = {
  ...trade,
  ...mayLackBlock,
  gas_used: Schema.NullOr(Integer.U64),
  pyth_price: Schema.NullOr(PythPrice),
  migrated_at: Timestamp,
  // Ours, which other services neither write nor read.
  created_at: Schema.optionalWith(Schema.NullOr(Timestamp), absent),
  effective_gas_price: Schema.optionalWith(Schema.NullOr(Integer.U64), absent),
  legacy_id: Schema.optionalWith(Schema.NullOr(Integer.I64), absent),
};
const filled = { ...trade, filled_at: Timestamp };
const enriched = { gas_used: Integer.U64, pyth_price: PythPrice, enriched_at: Timestamp };

/** What happens to a trade. These names are the storage format. */
export const Event = Schema.Union(
  variant("Migrated", migrated),
  variant("Filled", filled),
  variant("Enriched", enriched),
);
export type Event = typeof Event.Type;

/** Says of which day a service is whose events it does not read. */
export const codec = EventCodec.make({
  schema: Event,
  version: "1.0",
  eventType: (tag) => `OnChainTradeEvent::${tag}`,
  laterForm,
});

// State.

/** A trade is enriched once its gas and the oracle's price are known. */
export const State = Schema.Union(
  unit("Unfilled"),
  variant("Filled", { ...filled, ...mayLackBlock }),
  variant("Enriched", { ...filled, ...mayLackBlock, ...enriched }),
);
export type State = typeof State.Type;

const initial: State = { _tag: "Unfilled" };

/** A migrated trade happened when its block did; later facts about an unknown trade change nothing. */
const evolve = (state: State, event: Event): State => {
  switch (event._tag) {
    case "Migrated": {
      const { symbol, amount, direction, price_usdc, block_number, block_timestamp } = event;
      const known = { symbol, amount, direction, price_usdc, block_number, block_timestamp };
      const at = { filled_at: block_timestamp };
      const { gas_used, pyth_price } = event;
      return gas_used === null || pyth_price === null
        ? { _tag: "Filled", ...known, ...at }
        : { _tag: "Enriched", ...known, ...at, gas_used, pyth_price, enriched_at: block_timestamp };
    }
    case "Filled":
      return event;
    case "Enriched":
      return state._tag === "Unfilled" ? state : { ...state, ...event };
  }
};

// Decisions.

/** Moments come with the command: nothing here reads a clock. */
export const Command = Schema.Union(
  Schema.TaggedStruct("Migrate", { ...migrated, block_number: trade.block_number }),
  Schema.TaggedStruct("Witness", filled),
  Schema.TaggedStruct("Enrich", enriched),
);
export type Command = typeof Command.Type;

/** The trade was recorded before, seen or migrated. */
export class AlreadyFilled extends Schema.TaggedError<AlreadyFilled>()("AlreadyFilled", {}) {
  override get message() {
    return "This trade is recorded already.";
  }
}
/** Gas and price came for a trade that nobody has seen. */
export class NotFilled extends Schema.TaggedError<NotFilled>()("NotFilled", {}) {
  override get message() {
    return "This trade has not been seen, so there is nothing to enrich.";
  }
}
/** Gas and price came a second time. */
export class AlreadyEnriched extends Schema.TaggedError<AlreadyEnriched>()("AlreadyEnriched", {}) {
  override get message() {
    return "This trade has its gas and price already.";
  }
}
/** Why a command about a trade may not happen. */
export type Refusal = AlreadyFilled | NotFilled | AlreadyEnriched;

const decide = (state: State, command: Command): Either.Either<ReadonlyArray<Event>, Refusal> => {
  switch (command._tag) {
    case "Migrate":
      return state._tag === "Unfilled"
        ? Either.right([{ ...command, _tag: "Migrated" }])
        : Either.left(new AlreadyFilled());
    case "Witness":
      return state._tag === "Unfilled"
        ? Either.right([{ ...command, _tag: "Filled" }])
        : Either.left(new AlreadyFilled());
    case "Enrich":
      if (state._tag === "Unfilled") return Either.left(new NotFilled());
      return state._tag === "Enriched"
        ? Either.left(new AlreadyEnriched())
        : Either.right([{ ...command, _tag: "Enriched" }]);
  }
};

// View.

/** A row of `onchain_trade_view`; `Unavailable` of a stream that tells of no trade. */
export const TradeView = Schema.Union(
  unit("Unavailable"),
  variant("Trade", {
    tx_hash: TxHash,
    log_index: LogIndex,
    ...trade,
    ...mayLackBlock,
    gas_used: Schema.NullOr(Integer.U64),
    pyth_price: Schema.NullOr(PythPrice),
    recorded_at: Timestamp,
  }),
);
export type TradeView = typeof TradeView.Type;

/** Nothing is shown of a stream whose id names no log entry. */
export const view = View.make<TradeView, Event, typeof TradeView.Encoded>({
  table: "onchain_trade_view",
  schema: TradeView,
  initial: { _tag: "Unavailable" },
  evolve: (model, event, { id }) => {
    if (event._tag === "Enriched") {
      const { gas_used, pyth_price } = event;
      return model._tag === "Unavailable" ? model : { ...model, gas_used, pyth_price };
    }
    const { symbol, amount, direction, price_usdc, block_number, block_timestamp } = event;
    const identity = parseId(id);
    if (identity === undefined) return model;
    return {
      _tag: "Trade",
      ...identity,
      symbol,
      amount,
      direction,
      price_usdc,
      block_number,
      block_timestamp,
      gas_used: event._tag === "Migrated" ? event.gas_used : null,
      pyth_price: event._tag === "Migrated" ? event.pyth_price : null,
      recorded_at: event._tag === "Migrated" ? event.migrated_at : event.filled_at,
    };
  },
});

/** A trade seen on the blockchain, and later enriched with its gas and the oracle's price. */
export const aggregate = Aggregate.make({
  type: "OnChainTrade",
  codec,
  state: State,
  stateVersion: 1,
  initial,
  evolve,
  decide,
  view,
});
