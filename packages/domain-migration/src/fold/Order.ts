import type { Event, OrderView } from "@ledgerfold/domain/OffchainOrder";
import * as Fold from "@ledgerfold/declaration/Fold";
import * as Json from "@ledgerfold/verifier/internal/Json";
import * as Orders from "../rules/Orders.ts";

/** What events do to a broker order. */

type First = Extract<Event, { readonly _tag: "Migrated" }>;
type Model = Extract<OrderView, { readonly _tag: "Execution" }>;

const order = {
  symbol: Fold.set("symbol"),
  shares: Fold.set("shares"),
  direction: Fold.set("direction"),
  broker: Fold.own(Orders.shownBroker),
  executor: Fold.own(Orders.readExecutor),
};

const placed = Fold.stateHas("_tag");

export const fold: Fold.Of<Event, First, Model> = {
  events: {
    Migrated: {
      ...order,
      _tag: Fold.own(Orders.shownStatus),
      placed_at: Fold.clear(),
      broker_order_id: Fold.set("broker_order_id"),
      submitted_at: Fold.clear(),
      price_cents: Fold.set("price_cents"),
      filled_at: Fold.set("executed_at"),
      failed_at: Fold.set("executed_at"),
      error: Fold.set("status.Failed.error"),
      shown_status: Fold.own(Orders.shownStatus),
      known_id: Fold.set("broker_order_id"),
      known_price: Fold.set("price_cents"),
      initiated_at: [
        Fold.set("migrated_at"),
        Fold.set("executed_at", Fold.eventHas("executed_at")),
      ],
      completed_at: Fold.own(Orders.completedAt),
    },
    Placed: {
      ...order,
      _tag: Fold.constant("Pending"),
      placed_at: Fold.set("placed_at"),
      shown_status: Fold.constant("Pending"),
      known_id: Fold.clear(),
      known_price: Fold.clear(),
      initiated_at: Fold.set("placed_at"),
      completed_at: Fold.clear(),
    },
    Submitted: Fold.when(placed, {
      _tag: Fold.constant("Submitted"),
      broker_order_id: Fold.set("broker_order_id"),
      submitted_at: Fold.set("submitted_at"),
      shown_status: Fold.constant("Submitted"),
      known_id: Fold.set("broker_order_id"),
    }),
    PartiallyFilled: Fold.when(placed, {
      _tag: Fold.constant("PartiallyFilled"),
      shares_filled: Fold.set("shares_filled"),
      avg_price_cents: Fold.set("avg_price_cents"),
      partially_filled_at: Fold.set("partially_filled_at"),
      shown_status: Fold.constant("Submitted"),
    }),
    Filled: Fold.when(placed, {
      _tag: Fold.constant("Filled"),
      price_cents: Fold.set("price_cents"),
      filled_at: Fold.set("filled_at"),
      shown_status: Fold.constant("Filled"),
      known_price: Fold.set("price_cents"),
      completed_at: Fold.set("filled_at"),
    }),
    Failed: Fold.when(placed, {
      _tag: Fold.constant("Failed"),
      error: Fold.set("error"),
      failed_at: Fold.set("failed_at"),
      shown_status: Fold.constant("Failed"),
      completed_at: Fold.set("failed_at"),
    }),
  },
  row: {
    symbol: "symbol",
    shares: "shares",
    direction: "direction",
    broker: "broker",
    executor: "executor",
    status: {
      of: "_tag",
      // Why an order failed stands in no row.
      as: {
        PartiallyFilled: "Submitted",
        Failed: { Failed: { error: "Migrated from legacy system" } },
      },
    },
    // The bot wipes the broker's id where an order fails; the log keeps it.
    broker_order_id: { of: "broker_order_id", orNothing: { path: "_tag", is: "Failed" } },
    price_cents: "price_cents",
    executed_at: { of: ["filled_at", "failed_at"] },
  },
  view: {
    execution_id: (_, id) => Json.fromInteger(id),
    symbol: "symbol",
    shares: "shares",
    direction: "direction",
    broker: "broker",
    executor: "executor",
    status: "shown_status",
    broker_order_id: "known_id",
    price_cents: "known_price",
    initiated_at: "initiated_at",
    completed_at: "completed_at",
  },
  ids: /^-?\d+$/,
};
