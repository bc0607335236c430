import * as Added from "@ledgerfold/declaration/Added";
import { carried } from "@ledgerfold/declaration/Fate";
import { flag, integer, nullable, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import { Schema } from "effect";
import * as Category from "./Category.ts";
import { CategoryId } from "./Values.ts";

export const categories = Migration.of(Category.aggregate, "Migrated").from({
  table: "categories",
  key: "id",
  called: "categories",
  by: "the shop",
  columns: {
    id: carried("aggregate_id", integer(CategoryId)),
    parent_id: carried("parent", nullable(integer(CategoryId)), { words: "NULL at the top" }),
    name: carried("name", text(Schema.NonEmptyString)),
    place: carried("place", integer(Schema.Int)),
    hidden: carried("is_hidden", flag()),
  },
  added: { migrated_at: Added.moment },
  id: ({ row }) => row.id.toString(),
  event: ({ fields, run }) => ({ ...fields, migrated_at: run.migratedAt }),
  view: "Known",
});
