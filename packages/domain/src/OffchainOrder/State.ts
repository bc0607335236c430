import { unit, variant } from "@ledgerfold/aggregate/ExternallyTagged";
import { Schema } from "effect";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { PriceCents, StoredBrokerOrderId } from "../Values.ts";
import { type Event, fields } from "./Event.ts";

const { placed_at: _, broker: __, ...order } = fields.Placed;

/** What a migrated order never told is null: its moments of placing and submitting, for one. */
const pending = { ...order, placed_at: Schema.NullOr(Timestamp) };
const submitted = {
  ...pending,
  broker_order_id: Schema.NullOr(StoredBrokerOrderId),
  submitted_at: Schema.NullOr(Timestamp),
};

/** As far as the order's events tell; `NotPlaced` before the first. */
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
      return { _tag: "Pending", ...orderOf(event), placed_at: event.placed_at };
  }
  if (state._tag === "NotPlaced") return state;
  const known = {
    ...orderOf(state),
    placed_at: state.placed_at,
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
  const { status, broker_order_id, executed_at } = event;
  const placed = { ...orderOf(event), placed_at: null };
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

type Order = Pick<
  Extract<Event, { _tag: "Placed" }>,
  "symbol" | "shares" | "direction" | "executor"
>;

const orderOf = ({ symbol, shares, direction, executor }: Order): Order => ({
  symbol,
  shares,
  direction,
  executor,
});
