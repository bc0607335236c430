import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Schema } from "effect";
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

const Event = Schema.Union(
  Schema.TaggedStruct("Migrated", {
    ...shown,
    revised_at: Schema.String,
    migrated_at: Timestamp,
  }),
  Schema.TaggedStruct("Repriced", { price: Money }),
);

const { image: _, details: __, ...listed } = shown;
const State = Schema.Union(
  Schema.TaggedStruct("Unknown", {}),
  Schema.TaggedStruct("Known", listed),
);

export class NotForSale extends Schema.TaggedError<NotForSale>()("NotForSale", {}) {}

/** `nordwerk:A-100`. */
export const aggregateId = (supplier: typeof Supplier.Type, sku: typeof Sku.Type): string =>
  `${supplier}:${sku}`;

export const aggregate = Aggregate.make({
  type: "Product",
  codec: EventCodec.make({ schema: Event, eventType: (tag) => `Product::${tag}` }),
  state: State,
  initial: { _tag: "Unknown" },
  evolve: (state, event) => {
    if (event._tag === "Repriced") {
      return state._tag === "Known" ? { ...state, price: event.price } : state;
    }
    const { image: _, details: __, revised_at: ___, migrated_at: ____, ...fields } = event;
    return { ...fields, _tag: "Known" };
  },
  decide: (state, { price }: { readonly _tag: "Reprice"; readonly price: typeof Money.Type }) =>
    state._tag === "Known" && state.is_active ? [{ _tag: "Repriced", price }] : new NotForSale(),
  view: "product_view",
});
