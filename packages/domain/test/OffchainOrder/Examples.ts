import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as View from "@ledgerfold/aggregate/View";
import { Schema } from "effect";
import type { Event, MigratedStatus } from "../../src/OffchainOrder.ts";
import * as OffchainOrder from "../../src/OffchainOrder.ts";
import { at, brokerOrderId, cents, executionId, shares, ticker } from "../Literals.ts";

const { aggregate } = OffchainOrder;

/** What a snapshot holds after these events. */
export const state = (events: ReadonlyArray<Event>) =>
  Schema.encodeSync(OffchainOrder.State)(Aggregate.fold(aggregate, aggregate.initial, events));

/** What the view's row of order 42 holds after these events. */
export const row = (events: ReadonlyArray<Event>, id = aggregateId) => {
  const model = View.fold(aggregate.view, aggregate.view.initial, events, { id, first: placed });
  return Schema.encodeSync(OffchainOrder.OrderView)(model);
};

const aggregateId = OffchainOrder.aggregateId(executionId(42));

// Events of an order, each a minute after the one above it.

type Of<Tag extends Event["_tag"]> = Extract<Event, { readonly _tag: Tag }>;

const order = {
  symbol: ticker("AAPL"),
  shares: shares("10"),
  direction: "Sell",
  broker: "Schwab",
  executor: "Schwab",
} as const;

export const placed = {
  _tag: "Placed",
  ...order,
  placed_at: at("2026-01-05T12:01:00Z"),
} satisfies Of<"Placed">;

export const submitted = {
  _tag: "Submitted",
  broker_order_id: brokerOrderId("1004055538153"),
  submitted_at: at("2026-01-05T12:02:00Z"),
} satisfies Of<"Submitted">;

export const partiallyFilled = {
  _tag: "PartiallyFilled",
  shares_filled: shares("2.5"),
  avg_price_cents: cents(15_020),
  partially_filled_at: at("2026-01-05T12:03:00Z"),
} satisfies Of<"PartiallyFilled">;

export const filled = {
  _tag: "Filled",
  price_cents: cents(15_025),
  filled_at: at("2026-01-05T12:04:00Z"),
} satisfies Of<"Filled">;

export const failed = {
  _tag: "Failed",
  error: "market closed",
  failed_at: at("2026-01-05T12:05:00Z"),
} satisfies Of<"Failed">;

/** A healthy legacy row has what its status needs, and nothing more. */
export const migrated = (status: MigratedStatus["_tag"]): Of<"Migrated"> => {
  const ended = status === "Filled" || status === "Failed";
  return {
    _tag: "Migrated",
    ...order,
    status:
      status === "Failed"
        ? { _tag: status, error: "Migrated from legacy system" }
        : { _tag: status },
    broker_order_id:
      status === "Submitted" || status === "Filled" ? brokerOrderId("1004055538153") : null,
    price_cents: status === "Filled" ? cents(15_025) : null,
    executed_at: ended ? at("2025-12-31T20:59:59.999999999Z") : null,
    migrated_at: at("2026-01-05T12:00:00Z"),
    legacy_broker: "schwab",
  };
};
