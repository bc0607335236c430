import { folded } from "./Folded.ts";

/** The tables that an event log has in a file, each with the columns by which it is known for one. */
const tables: ReadonlyMap<string, ReadonlyArray<string>> = new Map([
  ["events", ["aggregate_type", "aggregate_id", "sequence"]],
  ["snapshots", ["aggregate_type", "aggregate_id"]],
]);

/** Whether it has the name of a log's table and is another: a team's own `events`, for one. */
export const isForeign = (table: string, columns: Iterable<string>): boolean => {
  const has = new Set(Array.from(columns, folded));
  return tables.get(folded(table))?.some((column) => !has.has(column)) ?? false;
};
