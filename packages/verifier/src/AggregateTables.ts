import { folded } from "@ledgerfold/declaration/internal/Folded";
import * as LogShape from "@ledgerfold/declaration/internal/LogShape";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import * as TableShape from "@ledgerfold/event-store/internal/sqlite/TableShape";
import { type Difference, Differences, type Side } from "./Difference.ts";
import { legacyTable, type Table, table } from "./Query.ts";
import type { AggregateSpec } from "./AggregateSpec.ts";

/** The tables of one aggregate, as far as the file has them. */
export interface AggregateTables {
  readonly legacy: Table | undefined;
  readonly events: Table | undefined;
  readonly views: Table | undefined;
  /** What keeps a whole table from being read. */
  readonly problems: ReadonlyArray<Difference>;
}

export const find = (database: Service, spec: AggregateSpec): AggregateTables => {
  const problems: Array<Difference> = [];
  const unreadable = (side: Side, name: string, reason: string) => {
    const differences = new Differences(spec, name);
    differences.add("unreadable", side, null, reason);
    problems.push(...differences.found);
    return undefined;
  };
  const stored = (side: Side, shape: TableShape.TableShape) => {
    const found = table(database, shape.table);
    // A table that has the name of a log's table but not its columns is a legacy table.
    if (found === undefined || LogShape.isForeign(shape.table, found.columns)) return undefined;
    const faults = TableShape.faults(database, shape, found.schema);
    return faults.length === 0
      ? found
      : unreadable(side, shape.table, `the table ${faults.join(", and it ")}`);
  };
  const [legacy, ...others] = spec.tables
    .map((name) => legacyTable(database, name))
    .filter((found) => found !== undefined);
  for (const { name } of others) {
    unreadable("legacy", name, `the table is there beside ${legacy?.name}, which took its place`);
  }
  const readable = () => {
    if (legacy?.hasRowids === false) {
      const reason = `the table has no rowids, unlike any of ${spec.writer}'s`;
      return unreadable("legacy", legacy.name, reason);
    }
    if (legacy === undefined) return undefined;
    const unfound = Object.entries(spec.lookedUpIn).flatMap(([name, columns]) => {
      const found = legacyTable(database, name);
      const missing = columns.filter((one) => found?.columns.has(folded(one)) !== true);
      const what = found === undefined ? "there is no such table" : lacks(missing);
      return missing.length === 0 ? [] : [[name, `${what}, and rows are looked up there`] as const];
    });
    for (const [name, reason] of unfound) unreadable("legacy", name, reason);
    // Without the columns of `where` nobody can tell which rows are meant.
    const missing = Object.keys(spec.where).filter((name) => !legacy.columns.has(folded(name)));
    if (missing.length > 0) return unreadable("legacy", legacy.name, lacks(missing));
    return unfound.length === 0 ? legacy : undefined;
  };
  return {
    legacy: readable(),
    events: stored("event", TableShape.ofEvents),
    views: stored("view", TableShape.ofView(spec.view.table)),
    problems,
  };
};

const lacks = (columns: ReadonlyArray<string>) => `the table has no column ${columns.join(", ")}`;
