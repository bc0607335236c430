import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { InvalidArgument } from "../InvalidArgument.ts";
import * as Argument from "./Argument.ts";

/** The tables of views that a store has met: each belongs to one type of aggregate. */

export interface ViewTables {
  /** What is wrong with an aggregate, if anything is. */
  readonly problem: (operation: string, aggregate: Aggregate.Any) => InvalidArgument | undefined;
  readonly problemOf: (
    operation: string,
    aggregates: ReadonlyArray<Aggregate.Any>,
  ) => InvalidArgument | undefined;
}

export const make = (): ViewTables => {
  const known = new WeakSet<Aggregate.Any>();
  const owners = new Map<string, string>();

  const problem: ViewTables["problem"] = (operation, aggregate) => {
    if (known.has(aggregate)) return undefined;
    const { type, view } = aggregate;
    const problem =
      Argument.id(operation, "an aggregate's type", type, longestType) ??
      versionProblem(operation, aggregate) ??
      nameProblem(operation, view.table);
    if (problem !== undefined) return problem;
    // SQLite takes names that differ in case only for the same one.
    const name = view.table.toLowerCase();
    const other = owners.get(name);
    const argument = `the view's table of the aggregate ${type}`;
    if (other !== undefined && other !== type) {
      return new InvalidArgument({
        ...{ operation, argument },
        found: `${view.table}, in which the aggregate ${other} keeps its view already`,
        rule: "one of its own, as each would overwrite the other's rows",
      });
    }
    if (owners.has(keyOf(name)) || [...owners.keys()].some((table) => keyOf(table) === name)) {
      return new InvalidArgument({
        ...{ operation, argument, found: view.table },
        rule: "no name that stands for the key of another view's table",
      });
    }
    owners.set(name, type);
    known.add(aggregate);
    return undefined;
  };

  return {
    problem,
    problemOf: (operation, aggregates) => {
      const many = Argument.few(operation, "the number of aggregates", aggregates.length);
      if (many !== undefined) return many;
      for (const aggregate of aggregates) {
        const found = problem(operation, aggregate);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
};

export const versionProblem = (operation: string, { stateVersion }: Aggregate.Any) =>
  Argument.whole(operation, "an aggregate's stateVersion", stateVersion ?? Number.NaN);

export const nameProblem = (operation: string, table: string): InvalidArgument | undefined => {
  const problem = Argument.name(operation, "the view's table", table, longest);
  if (problem !== undefined) return problem;
  const name = table.toLowerCase();
  if (!own.has(name) && !/^(sqlite_|ledgerfold_)/.test(name)) return undefined;
  return new InvalidArgument({
    ...{ operation, argument: "the view's table", found: Argument.shown(table) },
    rule: "none of the names that the log itself needs",
  });
};

/** So that it fits with an id into one entry of an index. */
const longestType = 255;

const keyOf = (table: string) => `${table}_stream`;

/** PostgreSQL keeps 63 bytes of a name, and the name of the table's key goes on after it. */
const longest = 62;

/** The tables of a log, and the indexes that stand among them. */
const own = new Set([
  ...["events", "events_stream", "events_position", "events_event_id"],
  ...["snapshots", "snapshots_stream", "erased_positions", "erased_positions_position"],
  ...["rebuilt_views", "rebuilt_views_generation"],
]);
