import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Schema } from "effect";
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

const Event = Schema.Union(
  Schema.TaggedStruct("Migrated", migrated),
  Schema.TaggedStruct("Archived", { archived_at: Timestamp }),
);

const { migrated_at: _, ...known } = migrated;
const State = Schema.Union(Schema.TaggedStruct("Unknown", {}), Schema.TaggedStruct("Known", known));

export class NotOffered extends Schema.TaggedError<NotOffered>()("NotOffered", {}) {}

export const aggregate = Aggregate.make({
  type: "Plan",
  codec: EventCodec.make({ schema: Event, eventType: (tag) => `Plan::${tag}` }),
  state: State,
  initial: { _tag: "Unknown" },
  evolve: (state, event) => {
    if (event._tag === "Migrated") {
      const { migrated_at: _, ...fields } = event;
      return { ...fields, _tag: "Known" };
    }
    return state._tag === "Known" ? { ...state, is_archived: true } : state;
  },
  decide: (state, { at }: { readonly _tag: "Archive"; readonly at: Timestamp }) =>
    state._tag === "Known" && !state.is_archived
      ? [{ _tag: "Archived", archived_at: at }]
      : new NotOffered(),
  view: "plan_view",
});
