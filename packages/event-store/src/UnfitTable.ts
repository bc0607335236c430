import { Schema } from "effect";

/** Where a table stands in the way of a log's own. */

/** A table that is there already under the name of one of the log's, and cannot be it. */
export class UnfitTable extends Schema.TaggedError<UnfitTable>()("UnfitTable", {
  database: Schema.String,
  table: Schema.String,
  /** What is wrong with it, each to be said after `it`. */
  faults: Schema.Array(Schema.String),
  /** Whether nothing would be lost with it. */
  isEmpty: Schema.Boolean,
}) {
  override get message() {
    const { database, table, faults, isEmpty } = this;
    const advice = isEmpty
      ? "It has no rows: drop it, and the log's own is made in its place"
      : "Rename it and, where its rows are the log's, copy them into one that fits";
    return `${database}: the table ${table} cannot be one of the log's: it ${faults.join(", and it ")}. Nothing was written. ${advice}, or keep the log elsewhere.`;
  }
}
