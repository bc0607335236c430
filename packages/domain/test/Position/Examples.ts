import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { Schema } from "effect";
import type { Event } from "../../src/Position.ts";
import * as Position from "../../src/Position.ts";
import type { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { at, brokerOrderId, cents, dollars, executionId, logIndex } from "../Literals.ts";
import { shares, ticker, txHash } from "../Literals.ts";

const { aggregate } = Position;

/** What a snapshot holds after these events. */
export const state = (events: ReadonlyArray<Event>) =>
  Schema.encodeSync(Position.State)(Aggregate.fold(aggregate, aggregate.initial, events));

/** What the view's row of AAPL holds after these events, each appended by itself. */
export const row = (events: ReadonlyArray<Event>) => {
  const { view } = aggregate;
  const id = Position.aggregateId(ticker("AAPL"));
  const encode = Schema.encodeSync(Position.PositionView);
  return events.reduce((row, event, at) => {
    const first = at === 0 || view.needsFirst(event) ? events[0] : undefined;
    const model = Schema.decodeSync(Position.PositionView)(row);
    return encode(view.evolve(model, event, { id, first }));
  }, encode(view.initial));
};

// Events of a position, each kind a minute after the one above it.

type Of<Tag extends Event["_tag"]> = Extract<Event, { readonly _tag: Tag }>;

const minute = (minutes: number): Timestamp =>
  at(`2026-01-05T12:${minutes.toString().padStart(2, "0")}:00.000000001Z`);

export const oneShare = { _tag: "Shares", value: shares("1") } as const;
export const thousandDollars = { _tag: "DollarValue", value: dollars("1000") } as const;

export const migrated = {
  _tag: "Migrated",
  symbol: ticker("AAPL"),
  net_position: shares("1.5"),
  accumulated_long: shares("7.75"),
  accumulated_short: shares("6.25"),
  threshold: oneShare,
  migrated_at: minute(0),
  pending_execution_id: null,
  pending_shares: null,
  pending_direction: null,
  last_updated: at("2025-12-31T23:59:59.999999999Z"),
} satisfies Of<"Migrated">;

export const initialized = {
  _tag: "Initialized",
  symbol: ticker("AAPL"),
  threshold: oneShare,
  initialized_at: minute(1),
} satisfies Of<"Initialized">;

export const inDollars = { ...initialized, threshold: thousandDollars };

const traded = (direction: "Buy" | "Sell", amount: string) =>
  ({
    _tag: "OnChainOrderFilled",
    trade_id: { tx_hash: txHash(`0x${"ab".repeat(32)}`), log_index: logIndex(3) },
    amount: shares(amount),
    direction,
    price_usdc: dollars("150.25"),
    block_timestamp: at("2026-01-05T11:59:48Z"),
    seen_at: minute(2),
  }) satisfies Of<"OnChainOrderFilled">;

export const bought = (amount: string) => traded("Buy", amount);
export const sold = (amount: string) => traded("Sell", amount);

export const placed = (id: number, direction: "Buy" | "Sell" = "Sell", size = "1") =>
  ({
    _tag: "OffChainOrderPlaced",
    execution_id: executionId(id),
    shares: shares(size),
    direction,
    broker: "Schwab",
    executor: "Schwab",
    trigger_reason: {
      _tag: "SharesThreshold",
      net_position_shares: shares("1"),
      threshold_shares: shares("1"),
    },
    placed_at: minute(3),
  }) satisfies Of<"OffChainOrderPlaced">;

export const filled = (id: number, direction: "Buy" | "Sell" = "Sell", size = "1") =>
  ({
    _tag: "OffChainOrderFilled",
    execution_id: executionId(id),
    shares_filled: shares(size),
    direction,
    broker_order_id: brokerOrderId("1004055538153"),
    price_cents: cents(15_025),
    broker_timestamp: minute(4),
  }) satisfies Of<"OffChainOrderFilled">;

export const failed = (id: number) =>
  ({
    _tag: "OffChainOrderFailed",
    execution_id: executionId(id),
    error: "market closed",
    failed_at: minute(5),
  }) satisfies Of<"OffChainOrderFailed">;

export const thresholdUpdated = {
  _tag: "ThresholdUpdated",
  old_threshold: oneShare,
  new_threshold: thousandDollars,
  updated_at: minute(6),
} satisfies Of<"ThresholdUpdated">;

/** Migrated while an order was pending, whose shares the legacy bot had taken out of net already. */
export const migratedPending = (
  id: number,
  direction: "Buy" | "Sell" | null,
  size: string | null,
): Of<"Migrated"> => ({
  ...migrated,
  pending_execution_id: executionId(id),
  pending_shares: size === null ? null : shares(size),
  pending_direction: direction,
});
