import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { Either, Schema } from "effect";
import { type AccountId, Money } from "./Transaction.ts";

/** An account, with Effect's own tagged structs for its events. */

const opened = {
  name: Schema.NonEmptyString,
  type: Schema.String,
  is_open: Schema.Boolean,
  initial: Schema.NullOr(Money),
  initial_day: Schema.NullOr(Schema.String),
  favourite: Schema.Boolean,
  currency: Schema.Number,
  notes: Schema.NullOr(Schema.String),
  statement: Schema.Struct({
    locked: Schema.NullOr(Schema.Boolean),
    day: Schema.NullOr(Schema.String),
    minimum: Schema.NullOr(Money),
  }),
  migrated_at: Schema.DateTimeUtc,
};

export const Event = Schema.Union(
  Schema.TaggedStruct("Migrated", opened),
  Schema.TaggedStruct("Closed", {}),
);
export type Event = typeof Event.Type;

const { migrated_at: _, statement: __, ...shown } = opened;
export const State = Schema.Union(
  Schema.TaggedStruct("Unknown", {}),
  Schema.TaggedStruct("Known", shown),
);
export type State = typeof State.Type;
const initial: State = { _tag: "Unknown" };

const evolve = (state: State, event: Event): State => {
  if (event._tag === "Closed") {
    return state._tag === "Known" ? { ...state, is_open: false } : state;
  }
  const { migrated_at: _, statement: __, ...known } = event;
  return { ...known, _tag: "Known" };
};

export const aggregateId = (id: typeof AccountId.Type): string => id.toString();

export const aggregate = Aggregate.make({
  type: "Account",
  codec: EventCodec.make({ schema: Event, version: "1.0", eventType: (tag) => `Account::${tag}` }),
  state: State,
  stateVersion: 1,
  initial,
  evolve,
  decide: (_: State, __: { readonly _tag: "Close" }): Either.Either<ReadonlyArray<Event>> =>
    Either.right([{ _tag: "Closed" }]),
  view: View.make<State, Event, typeof State.Encoded>({
    table: "account_view",
    schema: State,
    initial,
    evolve: (model, event) => evolve(model, event),
  }),
});
