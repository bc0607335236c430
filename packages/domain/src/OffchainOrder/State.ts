import { unit, variant } from "@ledgerfold/aggregate/ExternallyTagged";
import { Schema } from "effect";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { PriceCents, StoredBrokerOrderId } from "../Values.ts";
import { type Event, fields } from "./Event.ts";

const { placed_at: _, ...order } = fields.Placed;

/** What a migrated order never told is null: its moments of placing and submitting, for one. */
const pending = { ...order, placed_at: Schema.NullOr(Timestamp) };
const submitted = {
  ...pending,
  broker_order_id: Schema.NullOr(StoredBrokerOrderId),
  submitted_at: Schema.NullOr(Timestamp),
};

export const State = Schema.Union(
  unit("NotPlaced"),
  variant("Pending", pending),
  variant("Submitted", submitted),
  variant("PartiallyFilled", { ...submitted, ...fields.PartiallyFilled }),
  variant("Filled", {
    ...submitted,
    price_cents: Schema.NullOr(PriceCents),
    filled_at: Schema.NullOr(Timestamp),
  }),
  variant("Failed", {
    ...submitted,
    error: Schema.String,
    failed_at: Schema.NullOr(Timestamp),
  }),
);
export type State = typeof State.Type;

export const initial: State = { _tag: "NotPlaced" };

/** An event about an order that was never placed changes nothing. */
export const evolve = (state: State, event: Event): State => {
  switch (event._tag) {
    case "Migrated":
      return fromLegacy(event);
    case "Placed":
      return { ...event, _tag: "Pending" };
  }
  if (state._tag === "NotPlaced") return state;
  const { symbol, shares, direction, broker, placed_at } = state;
  const known = {
    ...{ symbol, shares, direction, broker, placed_at },
    ...(state._tag === "Pending"
      ? { broker_order_id: null, submitted_at: null }
      : { broker_order_id: state.broker_order_id, submitted_at: state.submitted_at }),
  };
  switch (event._tag) {
    case "Submitted":
      return { ...known, ...event, _tag: "Submitted" };
    case "PartiallyFilled":
      return { ...known, ...event };
    case "Filled":
      return { ...known, ...event };
    case "Failed":
      return { ...known, ...event };
  }
};

const fromLegacy = (event: Extract<Event, { _tag: "Migrated" }>): State => {
  const { symbol, shares, direction, broker, status, broker_order_id, executed_at } = event;
  const placed = { symbol, shares, direction, broker, placed_at: null };
  const known = { ...placed, broker_order_id, submitted_at: null };
  switch (status._tag) {
    case "Pending":
      return { _tag: "Pending", ...placed };
    case "Submitted":
      return { _tag: "Submitted", ...known };
    case "Filled":
      return { _tag: "Filled", ...known, price_cents: event.price_cents, filled_at: executed_at };
    case "Failed":
      return { _tag: "Failed", ...known, error: status.error, failed_at: executed_at };
  }
};
