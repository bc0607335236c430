import * as Added from "@ledgerfold/declaration/Added";
import { carried } from "@ledgerfold/declaration/Fate";
import {
  bytes,
  decimal,
  integer,
  json,
  moment,
  nullable,
  text,
  words,
} from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import { Schema } from "effect";
import * as Product from "./Product.ts";
import { CategoryId, Money, Sku, Supplier } from "./Values.ts";

export const products = Migration.of(Product.aggregate, "Migrated").from({
  table: "products",
  key: ["supplier", "sku"],
  called: "products",
  by: "the shop",
  columns: {
    supplier: carried("supplier", text(Supplier, { matching: /^[a-z]+$/ }), {
      into: ["aggregate_id"],
    }),
    sku: carried("sku", text(Sku), { into: ["aggregate_id"] }),
    category_id: carried("category", nullable(integer(CategoryId))),
    name: carried("name", text(Schema.NonEmptyString)),
    price_cents: carried("price", decimal(Money, { places: 2 })),
    weight_kg: carried("weight", nullable(decimal(Schema.BigDecimal, { least: "above 0" }))),
    details: carried("details", nullable(json(Product.Details))),
    image: carried("image", nullable(bytes(Schema.Uint8ArrayFromBase64))),
    tombstone: carried(
      "is_active",
      words([
        [0n, true],
        [1n, false],
      ]),
    ),
    revised_ms: carried("revised_at", moment(undefined, "milliseconds")),
  },
  added: { migrated_at: Added.moment },
  id: ({ row }) => Product.aggregateId(row.supplier, row.sku),
  event: ({ fields, run }) => ({ ...fields, migrated_at: run.migratedAt }),
  view: "Known",
});
