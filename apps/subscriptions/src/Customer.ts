import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Schema } from "effect";
import { type CustomerId, Money, PlanId } from "./Values.ts";

/** Who subscribes, and to what. */

export const Status = Schema.Literal("Trialing", "Active", "Cancelled");

export const aggregateId = (id: CustomerId): string => id.toString();

const migrated = {
  email: Schema.NonEmptyString,
  name: Schema.NullOr(Schema.String),
  plan: PlanId,
  status: Status,
  /** A day, as `2025-10-01`. */
  subscribed_on: Schema.String,
  cancelled_at: Schema.NullOr(Timestamp),
  balance: Money,
  migrated_at: Timestamp,
};

export const Event = Schema.Union(
  Schema.TaggedStruct("Migrated", migrated),
  Schema.TaggedStruct("PlanChanged", { plan: PlanId, changed_at: Timestamp }),
  Schema.TaggedStruct("Cancelled", { cancelled_at: Timestamp }),
);
export type Event = typeof Event.Type;

const { migrated_at: _, ...known } = migrated;
const State = Schema.Union(Schema.TaggedStruct("Unknown", {}), Schema.TaggedStruct("Known", known));

export class NotSubscribed extends Schema.TaggedError<NotSubscribed>()("NotSubscribed", {}) {}

export type Command =
  | { readonly _tag: "ChangePlan"; readonly plan: PlanId; readonly at: Timestamp }
  | { readonly _tag: "Cancel"; readonly at: Timestamp };

export const aggregate = Aggregate.make({
  type: "Customer",
  codec: EventCodec.make({ schema: Event, eventType: (tag) => `Customer::${tag}` }),
  state: State,
  initial: { _tag: "Unknown" },
  evolve: (state, event) => {
    if (event._tag === "Migrated") {
      const { migrated_at: _, ...fields } = event;
      return { ...fields, _tag: "Known" };
    }
    if (state._tag === "Unknown") return state;
    return event._tag === "PlanChanged"
      ? { ...state, plan: event.plan }
      : { ...state, status: "Cancelled", cancelled_at: event.cancelled_at };
  },
  decide: (state, command: Command) => {
    if (state._tag === "Unknown" || state.status === "Cancelled") return new NotSubscribed();
    return command._tag === "Cancel"
      ? [{ _tag: "Cancelled", cancelled_at: command.at }]
      : [{ _tag: "PlanChanged", plan: command.plan, changed_at: command.at }];
  },
  view: "customer_view",
});
