import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Either, Schema } from "effect";
import { CategoryId, Money, Sku, Supplier } from "./Values.ts";

/** What the shop sells. */

export const Details = Schema.Struct({ size: Schema.Literal("S", "M", "L") });

const shown = {
  supplier: Supplier,
  sku: Sku,
  category: Schema.NullOr(CategoryId),
  name: Schema.NonEmptyString,
  price: Money,
  weight: Schema.NullOr(Schema.BigDecimal),
  details: Schema.NullOr(Details),
  image: Schema.NullOr(Schema.Uint8ArrayFromBase64),
  is_active: Schema.Boolean,
};

export const Event = Schema.Union(
  Schema.TaggedStruct("Migrated", {
    ...shown,
    revised_at: Schema.String,
    migrated_at: Timestamp,
  }),
  Schema.TaggedStruct("Repriced", { price: Money }),
);
export type Event = typeof Event.Type;

const { image: _, details: __, ...listed } = shown;
export const State = Schema.Union(
  Schema.TaggedStruct("Unknown", {}),
  Schema.TaggedStruct("Known", listed),
);
export type State = typeof State.Type;
const initial: State = { _tag: "Unknown" };

const evolve = (state: State, event: Event): State => {
  if (event._tag === "Repriced") {
    return state._tag === "Known" ? { ...state, price: event.price } : state;
  }
  const { image: _, details: __, revised_at: ___, migrated_at: ____, ...fields } = event;
  return { ...fields, _tag: "Known" };
};

export class NotForSale extends Schema.TaggedError<NotForSale>()("NotForSale", {}) {}

/** `nordwerk:A-100`. */
export const aggregateId = (supplier: typeof Supplier.Type, sku: typeof Sku.Type): string =>
  `${supplier}:${sku}`;

export const aggregate = Aggregate.make({
  type: "Product",
  codec: EventCodec.make({ schema: Event, version: "1.0", eventType: (tag) => `Product::${tag}` }),
  state: State,
  stateVersion: 1,
  initial,
  evolve,
  decide: (
    state: State,
    { price }: { readonly _tag: "Reprice"; readonly price: typeof Money.Type },
  ): Either.Either<ReadonlyArray<Event>, NotForSale> =>
    state._tag === "Known" && state.is_active
      ? Either.right([{ _tag: "Repriced", price }])
      : Either.left(new NotForSale()),
  view: View.make<State, Event, typeof State.Encoded>({
    table: "product_view",
    schema: State,
    initial,
    evolve: (model, event) => evolve(model, event),
  }),
});
