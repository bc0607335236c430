import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import { Schema } from "effect";
import { CustomerId } from "./Values.ts";

/** Who buys, with Effect's own tagged structs for its events: `{"_tag":"Migrated",…}`. */

const migrated = {
  name: Schema.NonEmptyString,
  email: Schema.NullOr(Schema.String),
  invited_by: Schema.NullOr(CustomerId),
  is_company: Schema.Boolean,
  consent: Schema.Struct({
    newsletter: Schema.Boolean,
    given_at: Schema.NullOr(Schema.DateTimeUtc),
  }),
  created_at: Schema.DateTimeUtc,
  deleted_at: Schema.NullOr(Schema.DateTimeUtc),
  migrated_at: Schema.DateTimeUtc,
};

const Event = Schema.Union(
  Schema.TaggedStruct("Migrated", migrated),
  Schema.TaggedStruct("Forgotten", { at: Schema.DateTimeUtc }),
);

const { migrated_at: _, consent: __, ...known } = migrated;
const State = Schema.Union(Schema.TaggedStruct("Unknown", {}), Schema.TaggedStruct("Known", known));

export class NobodyToForget extends Schema.TaggedError<NobodyToForget>()("NobodyToForget", {}) {}

export const aggregate = Aggregate.make({
  type: "Customer",
  codec: EventCodec.make({ schema: Event, eventType: (tag) => `Customer::${tag}` }),
  state: State,
  initial: { _tag: "Unknown" },
  evolve: (state, event) => {
    if (event._tag === "Forgotten") {
      return state._tag === "Known" ? { ...state, email: null, deleted_at: event.at } : state;
    }
    const { migrated_at: _, consent: __, ...fields } = event;
    return { ...fields, _tag: "Known" };
  },
  decide: (
    state,
    { at }: { readonly _tag: "Forget"; readonly at: typeof Schema.DateTimeUtc.Type },
  ) =>
    state._tag === "Known" && state.deleted_at === null
      ? [{ _tag: "Forgotten", at }]
      : new NobodyToForget(),
  view: "customer_view",
});
