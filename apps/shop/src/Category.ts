import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Schema } from "effect";
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

const State = Schema.Union(Schema.TaggedStruct("Unknown", {}), Schema.TaggedStruct("Known", shown));

export class NotThere extends Schema.TaggedError<NotThere>()("NotThere", {}) {}

export const aggregate = Aggregate.make({
  type: "Category",
  codec: EventCodec.make({ schema: Event, eventType: (tag) => `Category::${tag}` }),
  state: State,
  initial: { _tag: "Unknown" },
  evolve: (state, event) => {
    if (event._tag === "Moved")
      return state._tag === "Known" ? { ...state, ...event, _tag: "Known" } : state;
    const { migrated_at: _, ...fields } = event;
    return { ...fields, _tag: "Known" };
  },
  decide: (state, { parent }: { readonly _tag: "Move"; readonly parent: CategoryId | null }) =>
    state._tag === "Known" ? [{ _tag: "Moved", parent }] : new NotThere(),
  view: "category_view",
});
