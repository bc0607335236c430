import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import { unit, variant } from "@ledgerfold/aggregate/ExternallyTagged";
import { Schema } from "effect";
import { Broker, Executor, withBoth, withoutExecutor } from "../Broker.ts";
import { Direction } from "../Direction.ts";
import { laterForm } from "../LaterForms.ts";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { PriceCents, Shares, StoredBrokerOrderId, Ticker } from "../Values.ts";

/** How far an order was when it was migrated, in the words of the legacy table. */
export const MigratedStatus = Schema.Union(
  unit("Pending"),
  unit("Submitted"),
  unit("Filled"),
  variant("Failed", { error: Schema.String }),
);
export type MigratedStatus = typeof MigratedStatus.Type;

const order = {
  symbol: Ticker,
  shares: Shares,
  direction: Direction,
  broker: Broker,
  executor: Executor,
};

export const fields = {
  Migrated: {
    ...order,
    status: MigratedStatus,
    broker_order_id: Schema.NullOr(StoredBrokerOrderId),
    price_cents: Schema.NullOr(PriceCents),
    executed_at: Schema.NullOr(Timestamp),
    migrated_at: Timestamp,
    /** Ours: the broker as the legacy row spelled it; null where the table had no such column. */
    legacy_broker: Schema.optionalWith(Schema.NullOr(Schema.String), { default: () => null }),
  },
  Placed: { ...order, placed_at: Timestamp },
  Submitted: { broker_order_id: StoredBrokerOrderId, submitted_at: Timestamp },
  PartiallyFilled: {
    shares_filled: Shares,
    avg_price_cents: PriceCents,
    partially_filled_at: Timestamp,
  },
  Filled: { price_cents: PriceCents, filled_at: Timestamp },
  Failed: { error: Schema.String, failed_at: Timestamp },
};

/** What happens to a broker order. These names are the storage format. */
export const Event = Schema.Union(
  variant("Migrated", fields.Migrated),
  variant("Placed", fields.Placed),
  variant("Submitted", fields.Submitted),
  variant("PartiallyFilled", fields.PartiallyFilled),
  variant("Filled", fields.Filled),
  variant("Failed", fields.Failed),
);
export type Event = typeof Event.Type;

/** Reads both ages of the words for the broker, and writes both. */
export const codec = EventCodec.make({
  schema: Event,
  version: "1.0",
  eventType: (tag) => `OffchainOrderEvent::${tag}`,
  upcast: { "1.0": ({ payload }) => withBoth(payload) },
  earlier: [withoutExecutor("Migrated")],
  laterForm,
});
