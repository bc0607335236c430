import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Either, Schema } from "effect";
import { CategoryId } from "./Values.ts";

/** Where a product stands in the shop: under another category, or at the top. */

const shown = {
  name: Schema.NonEmptyString,
  parent: Schema.NullOr(CategoryId),
  place: Schema.Int,
  is_hidden: Schema.Boolean,
};

export const Event = Schema.Union(
  Schema.TaggedStruct("Migrated", { ...shown, migrated_at: Timestamp }),
  Schema.TaggedStruct("Moved", { parent: shown.parent }),
);
export type Event = typeof Event.Type;

export const State = Schema.Union(
  Schema.TaggedStruct("Unknown", {}),
  Schema.TaggedStruct("Known", shown),
);
export type State = typeof State.Type;
const initial: State = { _tag: "Unknown" };

const evolve = (state: State, event: Event): State => {
  if (event._tag === "Moved")
    return state._tag === "Known" ? { ...state, ...event, _tag: "Known" } : state;
  const { migrated_at: _, ...fields } = event;
  return { ...fields, _tag: "Known" };
};

export class NotThere extends Schema.TaggedError<NotThere>()("NotThere", {}) {}

export const aggregate = Aggregate.make({
  type: "Category",
  codec: EventCodec.make({ schema: Event, version: "1.0", eventType: (tag) => `Category::${tag}` }),
  state: State,
  stateVersion: 1,
  initial,
  evolve,
  decide: (
    state: State,
    { parent }: { readonly _tag: "Move"; readonly parent: CategoryId | null },
  ): Either.Either<ReadonlyArray<Event>, NotThere> =>
    state._tag === "Known"
      ? Either.right([{ _tag: "Moved", parent }])
      : Either.left(new NotThere()),
  view: View.make<State, Event, typeof State.Encoded>({
    table: "category_view",
    schema: State,
    initial,
    evolve: (model, event) => evolve(model, event),
  }),
});
