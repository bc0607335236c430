import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { Either, Schema } from "effect";

/** An order of some lines, whose fields are objects and lists. */

const Event = Schema.Union(
  Schema.TaggedStruct("Placed", {
    size: Schema.String,
    address: Schema.NullOr(Schema.Struct({ city: Schema.String })),
    lines: Schema.Array(Schema.Struct({ sku: Schema.String, count: Schema.Number })),
    note: Schema.optionalWith(Schema.String, { exact: true }),
  }),
  Schema.TaggedStruct("Cancelled", {}),
);
type Event = typeof Event.Type;
const State = Schema.Union(
  Schema.TaggedStruct("Unknown", {}),
  Schema.TaggedStruct("Known", { size: Schema.String }),
);
type State = typeof State.Type;
const initial: State = { _tag: "Unknown" };
const evolve = (state: State, event: Event): State =>
  event._tag === "Placed" ? { _tag: "Known", size: event.size } : state;

export const aggregate = Aggregate.make({
  type: "Order",
  codec: EventCodec.make({ schema: Event, version: "1.0", eventType: (tag) => `Order.${tag}` }),
  state: State,
  stateVersion: 1,
  initial,
  evolve,
  decide: (_: State, __: { readonly _tag: "Cancel" }): Either.Either<ReadonlyArray<Event>> =>
    Either.right([{ _tag: "Cancelled" }]),
  view: View.make<State, Event, typeof State.Encoded>({
    table: "order_view",
    schema: State,
    initial,
    evolve,
  }),
});
