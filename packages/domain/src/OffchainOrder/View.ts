import * as Compiled from "@ledgerfold/aggregate/internal/Compiled";
import { unit, variant } from "@ledgerfold/aggregate/ExternallyTagged";
import * as View from "@ledgerfold/aggregate/View";
import { Schema } from "effect";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { ExecutionId, PriceCents, StoredBrokerOrderId } from "../Values.ts";
import { Broker, Executor, withoutExecutor } from "../Broker.ts";
import { type Event, fields } from "./Event.ts";

const { placed_at: _, ...order } = fields.Placed;

const rowOrder = {
  ...order,
  /** Earlier versions had the executor's words here, too. */
  broker: Schema.Union(Broker, Executor),
  /** Absent in rows that earlier versions wrote, until they are rebuilt. */
  executor: Schema.optionalWith(Executor, { exact: true }),
};

const Status = Schema.Literal("Pending", "Submitted", "Filled", "Failed");

/** A row of `offchain_order_view`; `Unavailable` of a stream that tells of no order. */
export const OrderView = Schema.Union(
  unit("Unavailable"),
  variant("Execution", {
    execution_id: ExecutionId,
    ...rowOrder,
    /** An order stays Submitted while it is partially filled. */
    status: Status,
    broker_order_id: Schema.NullOr(StoredBrokerOrderId),
    price_cents: Schema.NullOr(PriceCents),
    initiated_at: Timestamp,
    completed_at: Schema.NullOr(Timestamp),
  }),
);
export type OrderView = typeof OrderView.Type;

export const view = View.make<OrderView, Event, typeof OrderView.Encoded>({
  table: "offchain_order_view",
  schema: OrderView,
  earlier: [withoutExecutor("Execution")],
  initial: { _tag: "Unavailable" },
  evolve: (model, event, { id }) => {
    switch (event._tag) {
      case "Migrated":
      case "Placed": {
        const execution_id = parseId(id);
        if (execution_id === undefined) return model;
        const { symbol, shares, direction, broker, executor } = event;
        return {
          _tag: "Execution",
          execution_id,
          ...{ symbol, shares, direction, broker, executor },
          ...(event._tag === "Migrated" ? fromLegacy(event) : fresh(event.placed_at)),
        };
      }
    }
    if (model._tag === "Unavailable") return model;
    switch (event._tag) {
      case "Submitted":
        return { ...model, status: "Submitted", broker_order_id: event.broker_order_id };
      case "PartiallyFilled":
        return { ...model, status: "Submitted" };
      case "Filled":
        return {
          ...model,
          status: "Filled",
          price_cents: event.price_cents,
          completed_at: event.filled_at,
        };
      case "Failed":
        return { ...model, status: "Failed", completed_at: event.failed_at };
    }
  },
});

const parseId = (id: string): ExecutionId | undefined => {
  const value = /^-?\d+$/.test(id) ? BigInt(id) : undefined;
  return isExecutionId(value) ? value : undefined;
};
const isExecutionId = Compiled.is(ExecutionId);

const fresh = (placedAt: Timestamp) =>
  ({
    status: "Pending",
    broker_order_id: null,
    price_cents: null,
    initiated_at: placedAt,
    completed_at: null,
  }) as const;

const fromLegacy = (event: Extract<Event, { _tag: "Migrated" }>) => {
  const { status, broker_order_id, price_cents, executed_at, migrated_at } = event;
  const done = status._tag === "Filled" || status._tag === "Failed";
  return {
    status: status._tag,
    broker_order_id,
    price_cents,
    initiated_at: executed_at ?? migrated_at,
    completed_at: done ? executed_at : null,
  };
};
