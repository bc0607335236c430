import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { Either, Schema } from "effect";

/** A library's loan, with as little as an aggregate may have. */

const Event = Schema.Union(
  Schema.TaggedStruct("Lent", {
    title: Schema.String,
    fee: Schema.NullOr(Schema.String),
    is_returned: Schema.Boolean,
  }),
  Schema.TaggedStruct("Lost", {}),
);
type Event = typeof Event.Type;
const State = Schema.Union(
  Schema.TaggedStruct("Unknown", {}),
  Schema.TaggedStruct("Known", { title: Schema.String }),
);
type State = typeof State.Type;
const initial: State = { _tag: "Unknown" };
const evolve = (state: State, event: Event): State =>
  event._tag === "Lent" ? { _tag: "Known", title: event.title } : state;

export const aggregate = Aggregate.make({
  type: "Loan",
  codec: EventCodec.make({ schema: Event, version: "1.0", eventType: (tag) => `Loan.${tag}` }),
  state: State,
  stateVersion: 1,
  initial,
  evolve,
  decide: (_: State, __: { readonly _tag: "Lose" }): Either.Either<ReadonlyArray<Event>> =>
    Either.right([{ _tag: "Lost" }]),
  view: View.make<State, Event, typeof State.Encoded>({
    table: "loan_view",
    schema: State,
    initial,
    evolve,
  }),
});
