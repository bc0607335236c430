import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import { unit, variant } from "@ledgerfold/aggregate/ExternallyTagged";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Schema } from "effect";
import { CustomerId, Money, type OrderId, Sku, Supplier } from "./Values.ts";

/** What a customer bought. Its events have their tag for a key: `{"Shipped":{…}}`. */

export const Status = Schema.Literal("New", "Packed", "Shipped", "Returned");
const Payment = Schema.Literal("Open", "Paid", "Refunded");

export const aggregateId = (id: OrderId): string => id.toString();

const Line = Schema.Struct({
  position: Schema.Int,
  supplier: Supplier,
  sku: Sku,
  quantity: Schema.Int.pipe(Schema.positive()),
  price: Money,
  discount: Schema.NullOr(Money),
});

const migrated = {
  customer: CustomerId,
  status: Status,
  payment: Payment,
  total: Money,
  is_gift: Schema.Boolean,
  note: Schema.NullOr(Schema.String),
  coupon: Schema.NullOr(Schema.String),
  deliver_on: Schema.NullOr(Schema.String),
  placed_at: Timestamp,
  deleted_at: Schema.NullOr(Timestamp),
  lines: Schema.Array(Line),
  migrated_at: Timestamp,
};

export const Event = Schema.Union(
  variant("Migrated", migrated),
  variant("Paid", { paid_at: Timestamp }),
  variant("Shipped", { shipped_at: Timestamp }),
);
export type Event = typeof Event.Type;

const { migrated_at: _, ...known } = migrated;
const State = Schema.Union(unit("Unknown"), variant("Known", known));

class NotPayable extends Schema.TaggedError<NotPayable>()("NotPayable", {}) {}
class NotReady extends Schema.TaggedError<NotReady>()("NotReady", {}) {}

type Command =
  | { readonly _tag: "Pay"; readonly at: Timestamp }
  | { readonly _tag: "Ship"; readonly at: Timestamp };

export const aggregate = Aggregate.make({
  type: "Order",
  codec: EventCodec.make({ schema: Event, eventType: (tag) => `Order::${tag}` }),
  state: State,
  initial: { _tag: "Unknown" },
  evolve: (state, event) => {
    if (event._tag === "Migrated") {
      const { migrated_at: _, ...fields } = event;
      return { ...fields, _tag: "Known" };
    }
    if (state._tag === "Unknown") return state;
    return event._tag === "Paid" ? { ...state, payment: "Paid" } : { ...state, status: "Shipped" };
  },
  decide: (state, command: Command) => {
    const isThere = state._tag === "Known" && state.deleted_at === null;
    if (command._tag === "Pay") {
      return isThere && state.payment === "Open"
        ? [{ _tag: "Paid", paid_at: command.at }]
        : new NotPayable();
    }
    return isThere && state.payment === "Paid" && state.status === "Packed"
      ? [{ _tag: "Shipped", shipped_at: command.at }]
      : new NotReady();
  },
  view: "order_view",
});
