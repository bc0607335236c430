import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { Either, Schema } from "effect";
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

export const Event = Schema.Union(
  Schema.TaggedStruct("Migrated", migrated),
  Schema.TaggedStruct("Forgotten", { at: Schema.DateTimeUtc }),
);
export type Event = typeof Event.Type;

const { migrated_at: _, consent: __, ...known } = migrated;
export const State = Schema.Union(
  Schema.TaggedStruct("Unknown", {}),
  Schema.TaggedStruct("Known", known),
);
export type State = typeof State.Type;
const initial: State = { _tag: "Unknown" };

const evolve = (state: State, event: Event): State => {
  if (event._tag === "Forgotten") {
    return state._tag === "Known" ? { ...state, email: null, deleted_at: event.at } : state;
  }
  const { migrated_at: _, consent: __, ...fields } = event;
  return { ...fields, _tag: "Known" };
};

export class NobodyToForget extends Schema.TaggedError<NobodyToForget>()("NobodyToForget", {}) {}

export const aggregate = Aggregate.make({
  type: "Customer",
  codec: EventCodec.make({ schema: Event, version: "1.0", eventType: (tag) => `Customer::${tag}` }),
  state: State,
  stateVersion: 1,
  initial,
  evolve,
  decide: (
    state: State,
    { at }: { readonly _tag: "Forget"; readonly at: typeof Schema.DateTimeUtc.Type },
  ): Either.Either<ReadonlyArray<Event>, NobodyToForget> =>
    state._tag === "Known" && state.deleted_at === null
      ? Either.right([{ _tag: "Forgotten", at }])
      : Either.left(new NobodyToForget()),
  view: View.make<State, Event, typeof State.Encoded>({
    table: "customer_view",
    schema: State,
    initial,
    evolve: (model, event) => evolve(model, event),
  }),
});
