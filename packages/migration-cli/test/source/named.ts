import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as Added from "@ledgerfold/declaration/Added";
import { carried, leftOut } from "@ledgerfold/declaration/Fate";
import { integer, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import { not } from "@ledgerfold/declaration/Where";
import * as Timestamp from "@ledgerfold/scalars/Timestamp";
import { Schema } from "effect";
import { make } from "../Trip.ts";

/** Rows that are told apart, ordered and found by columns that are left out, wherever they are. */

const Served = Schema.TaggedStruct("Served", {
  title: Schema.String,
  room: Schema.String,
  courses: Schema.Array(Schema.Struct({ dish: Schema.String })),
  migrated_at: Schema.String,
});
const meal = Aggregate.make({ ...make("Meal", Served), type: "Meal" as const });

export const meals = Migration.of(meal, "Served").from({
  table: "meals",
  key: "id",
  order: ["place"],
  where: { gone: null },
  leftRows: [{ where: { gone: not(null), hall: "old" }, why: "struck from the book" }],
  writtenAt: ["changed"],
  grows: { column: "page", field: null },
  called: "meals",
  by: "the club",
  columns: {
    id: carried("aggregate_id", integer()),
    title: carried("title", text()),
    place: leftOut("only the order"),
    gone: leftOut("of those that are left"),
    hall: leftOut("of those that are left"),
    changed: leftOut("only shows who still writes"),
    page: leftOut("the same as the id"),
    room_id: leftOut("only finds the room"),
    secret: leftOut("nobody's business"),
  },
  rows: {
    courses: Migration.child({
      table: "courses",
      of: "meal_id",
      key: "nr",
      where: { gone: null },
      leftRows: [{ where: { gone: not(null) }, why: "struck from the book" }],
      columns: {
        nr: leftOut("only the order"),
        meal_id: leftOut("whose course it is"),
        gone: leftOut("of those that are left"),
        dish: carried("dish", text()),
      },
    }),
  },
  beside: {
    rooms: Migration.lookup({
      by: "room_id",
      key: "id",
      columns: { id: leftOut("is named"), name: carried("room", text()) },
      rest: "it has no other columns",
    }),
  },
  added: { migrated_at: Added.moment },
  id: ({ row }) => String(row.id),
  event: ({ fields, run }) => ({ ...fields, migrated_at: Timestamp.format(run.migratedAt) }),
  view: "Served",
});
