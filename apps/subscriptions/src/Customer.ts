import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Either, Schema } from "effect";
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
export const State = Schema.Union(
  Schema.TaggedStruct("Unknown", {}),
  Schema.TaggedStruct("Known", known),
);
export type State = typeof State.Type;
const initial: State = { _tag: "Unknown" };

const evolve = (state: State, event: Event): State => {
  if (event._tag === "Migrated") {
    const { migrated_at: _, ...fields } = event;
    return { ...fields, _tag: "Known" };
  }
  if (state._tag === "Unknown") return state;
  return event._tag === "PlanChanged"
    ? { ...state, plan: event.plan }
    : { ...state, status: "Cancelled", cancelled_at: event.cancelled_at };
};

export class NotSubscribed extends Schema.TaggedError<NotSubscribed>()("NotSubscribed", {}) {}

export type Command =
  | { readonly _tag: "ChangePlan"; readonly plan: PlanId; readonly at: Timestamp }
  | { readonly _tag: "Cancel"; readonly at: Timestamp };

const decide = (
  state: State,
  command: Command,
): Either.Either<ReadonlyArray<Event>, NotSubscribed> => {
  if (state._tag === "Unknown" || state.status === "Cancelled") {
    return Either.left(new NotSubscribed());
  }
  return Either.right([
    command._tag === "Cancel"
      ? { _tag: "Cancelled", cancelled_at: command.at }
      : { _tag: "PlanChanged", plan: command.plan, changed_at: command.at },
  ]);
};

export const aggregate = Aggregate.make({
  type: "Customer",
  codec: EventCodec.make({ schema: Event, version: "1.0", eventType: (tag) => `Customer::${tag}` }),
  state: State,
  stateVersion: 1,
  initial,
  evolve,
  decide,
  view: View.make<State, Event, typeof State.Encoded>({
    table: "customer_view",
    schema: State,
    initial,
    evolve: (model, event) => evolve(model, event),
  }),
});
