import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Either, Schema } from "effect";
import { Currency, Money } from "./Values.ts";

/** What can be subscribed to. */

const Limit = Schema.NullOr(Schema.Int.pipe(Schema.nonNegative()));

/** What a plan offers; a limit of null is none. */
export const Features = Schema.Struct({
  seats: Limit,
  support: Schema.Literal("mail", "phone"),
});

const migrated = {
  code: Schema.NonEmptyString,
  name: Schema.NonEmptyString,
  interval: Schema.Literal("Month", "Year"),
  price: Money,
  currency: Currency,
  trial_days: Schema.Int.pipe(Schema.nonNegative()),
  is_archived: Schema.Boolean,
  features: Features,
  created_at: Timestamp,
  migrated_at: Timestamp,
};

export const Event = Schema.Union(
  Schema.TaggedStruct("Migrated", migrated),
  Schema.TaggedStruct("Archived", { archived_at: Timestamp }),
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
  return state._tag === "Known" ? { ...state, is_archived: true } : state;
};

export class NotOffered extends Schema.TaggedError<NotOffered>()("NotOffered", {}) {}

export const aggregate = Aggregate.make({
  type: "Plan",
  codec: EventCodec.make({ schema: Event, version: "1.0", eventType: (tag) => `Plan::${tag}` }),
  state: State,
  stateVersion: 1,
  initial,
  evolve,
  decide: (
    state: State,
    { at }: { readonly _tag: "Archive"; readonly at: Timestamp },
  ): Either.Either<ReadonlyArray<Event>, NotOffered> =>
    state._tag === "Known" && !state.is_archived
      ? Either.right([{ _tag: "Archived", archived_at: at }])
      : Either.left(new NotOffered()),
  view: View.make<State, Event, typeof State.Encoded>({
    table: "plan_view",
    schema: State,
    initial,
    evolve: (model, event) => evolve(model, event),
  }),
});
