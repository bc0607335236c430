import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import { variant } from "@ledgerfold/aggregate/ExternallyTagged";
import { Schema } from "effect";
import { Broker, Executor, withBoth } from "../Broker.ts";
import { Direction } from "../Direction.ts";
import { ExecutionThreshold, TriggerReason } from "../ExecutionThreshold.ts";
import { laterForm } from "../LaterForms.ts";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import {
  Dollars,
  ExecutionId,
  LogIndex,
  PriceCents,
  Shares,
  StoredBrokerOrderId,
  Ticker,
  TxHash,
} from "../Values.ts";

/** What happens to a position. These names are the storage format. */

const absent = { default: () => null };

export const fields = {
  Migrated: {
    symbol: Ticker,
    net_position: Shares,
    accumulated_long: Shares,
    accumulated_short: Shares,
    threshold: ExecutionThreshold,
    migrated_at: Timestamp,
    /** Other services add it from 2026-01-27 on. */
    last_price_usdc: Schema.optionalWith(Schema.NullOr(Dollars), { exact: true }),
    // Ours, which other services neither write nor read.
    pending_execution_id: Schema.optionalWith(Schema.NullOr(ExecutionId), absent),
    /** Of the pending order's row; null where that row is missing. */
    pending_shares: Schema.optionalWith(Schema.NullOr(Shares), absent),
    pending_direction: Schema.optionalWith(Schema.NullOr(Direction), absent),
    last_updated: Schema.optionalWith(Schema.NullOr(Timestamp), absent),
  },
  Initialized: {
    /** Other services require it since 2025-12-05; earlier versions of ours did not write it. */
    symbol: Schema.optionalWith(Ticker, { exact: true }),
    threshold: ExecutionThreshold,
    initialized_at: Timestamp,
  },
  OnChainOrderFilled: {
    trade_id: Schema.Struct({ tx_hash: TxHash, log_index: LogIndex }),
    amount: Shares,
    direction: Direction,
    price_usdc: Dollars,
    block_timestamp: Timestamp,
    seen_at: Timestamp,
  },
  OffChainOrderPlaced: {
    execution_id: ExecutionId,
    shares: Shares,
    direction: Direction,
    broker: Broker,
    executor: Executor,
    trigger_reason: TriggerReason,
    placed_at: Timestamp,
  },
  OffChainOrderFilled: {
    execution_id: ExecutionId,
    shares_filled: Shares,
    direction: Direction,
    broker_order_id: StoredBrokerOrderId,
    price_cents: PriceCents,
    broker_timestamp: Timestamp,
  },
  OffChainOrderFailed: {
    execution_id: ExecutionId,
    error: Schema.String,
    failed_at: Timestamp,
  },
  ThresholdUpdated: {
    old_threshold: ExecutionThreshold,
    new_threshold: ExecutionThreshold,
    updated_at: Timestamp,
  },
};

/** What happens to a position. These names are the storage format. */
export const Event = Schema.Union(
  variant("Migrated", fields.Migrated),
  variant("Initialized", fields.Initialized),
  variant("OnChainOrderFilled", fields.OnChainOrderFilled),
  variant("OffChainOrderPlaced", fields.OffChainOrderPlaced),
  variant("OffChainOrderFilled", fields.OffChainOrderFilled),
  variant("OffChainOrderFailed", fields.OffChainOrderFailed),
  variant("ThresholdUpdated", fields.ThresholdUpdated),
);
export type Event = typeof Event.Type;

/** Reads both ages of the words for the broker, and writes both. */
export const codec = EventCodec.make({
  schema: Event,
  version: "1.0",
  eventType: (tag) => `PositionEvent::${tag}`,
  upcast: { "1.0": ({ payload }) => withBoth(payload) },
  laterForm,
});
