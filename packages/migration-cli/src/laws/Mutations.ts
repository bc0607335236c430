import { folded } from "@ledgerfold/declaration/internal/Folded";
import type { Plan } from "@ledgerfold/declaration/Plan";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { raw } from "@ledgerfold/event-store/sqlite/Query";
import * as AggregateSpecs from "@ledgerfold/verifier/internal/AggregateSpecs";
import { Effect } from "effect";
import * as Copy from "./Copy.ts";
import * as Fields from "./Fields.ts";
import { hasOwnJoins } from "./Loose.ts";
import * as Meaning from "./Meaning.ts";
import type { Place } from "./Place.ts";
import * as Places from "./Places.ts";
import * as Trial from "./Trial.ts";

/** The law holds where `unseen` and `toldApart` are empty. */
export interface Mutated {
  /** Changes that mean something, and were seen. */
  readonly seen: number;
  /** The same value written otherwise: left alone, and no difference. */
  readonly withoutMeaning: number;
  /** Changes in columns that are left out, or of which no field says anything. */
  readonly leftOut: number;
  /** Values that the table would not take. */
  readonly refused: number;
  /** Changes that mean something, and that verification did not see. */
  readonly unseen: ReadonlyArray<Trial.Change>;
  /** Changes without meaning that it called a difference. */
  readonly toldApart: ReadonlyArray<Trial.Change>;
}

/** What is changed, and how much of it. */
export type Options<Type extends string> = Copy.Given<Type> & {
  /** How many rows of each table, and how many events and views of each aggregate; 4 without it. */
  readonly rows?: number;
};

/**
 * Sets every column of a sample of rows of every table, child and lookup, and every field of their
 * events and views, to values of all classes of SQLite, and verifies what comes of each change. One
 * that means something must be a difference, and one that does not must be none. What a cell says is
 * judged by its column's kind, and in a field with a rule of its own by that rule.
 *
 * Changes that show in different streams are verified together, so that more rows take hardly more
 * time; those by which rows are found are with one of each other aggregate. A verification of the
 * sample takes some milliseconds. Where a definition has joins of its own, each change of a cell takes
 * one of the whole file, and tables beside it that such joins read are not changed.
 *
 * Fails as a migration of the file would, and with NotClean where its copy does not verify.
 *
 * @example
 * ```ts
 * import type { Plan } from "@ledgerfold/declaration/Plan";
 * import * as Laws from "@ledgerfold/migration-cli/Laws";
 * import { Effect } from "effect";
 *
 * declare const plan: Plan;
 *
 * export const test = Effect.gen(function* () {
 *   const { seen, unseen, toldApart } = yield* Laws.mutations({ plan, path: "shop.db" });
 *   if (seen === 0 || unseen.length > 0 || toldApart.length > 0) return yield* Effect.die("mutations");
 * });
 * ```
 */
export const mutations = <Type extends string>({ rows = 4, ...given }: Options<Type>) =>
  Copy.migrated(given, rows, (database) =>
    Effect.gen(function* () {
      const { plan, leaveOut } = given;
      const trials = [...cells(database, plan, rows), ...Fields.changes(database, plan, rows)];
      const verified = (aggregates?: ReadonlySet<string>) =>
        Copy.differencesOf(plan, leaveOut, aggregates);
      const { outcomes, refused } = yield* Trial.outcomes(database, trials, verified);
      const changes = (weight: Places.Weight, isSeen: boolean) =>
        outcomes.flatMap((one) =>
          one.weight === weight && one.isSeen === isSeen ? [one.change] : [],
        );
      const toldApart = changes("same value", true);
      return {
        seen: changes("means something", true).length,
        withoutMeaning: changes("same value", false).length + toldApart.length,
        leftOut: outcomes.filter(({ weight }) => weight === "left out").length,
        refused,
        unseen: changes("means something", false),
        toldApart,
      } satisfies Mutated;
    }),
  );

/** Every cell of a sample of the legacy rows, to every other value. */
function* cells(database: Service, plan: Plan, most: number): Generator<Trial.Trial> {
  const sources = Places.sources(database, plan);
  const shows = hasOwnJoins(plan) ? () => undefined : places(database, sources);
  for (const source of sources) {
    const { show } = AggregateSpecs.of(source.migration);
    const rows = Places.some(database, source, most);
    for (const { place, row } of rows) {
      const key = source.key.map((name) => show.cell(row[name])).join(", ");
      for (const [column, fate] of source.columns) {
        const cell = row[column] ?? null;
        const isFound = source.found.has(folded(column));
        const elsewhere = rows.map((other) => other.row[column] ?? null);
        for (const value of Meaning.others(fate.kind, cell, elsewhere)) {
          yield {
            change: {
              ...{ table: source.table, key, column },
              ...{ from: show.cell(cell), to: show.cell(value) },
            },
            apply: () => {
              const before = isFound ? Places.together(database, source) : [];
              const after = Places.set(database, source, place, column, value);
              if (after === undefined) return undefined;
              if (Meaning.isSame(after.row[column] ?? null, cell)) return undefined;
              const moved = { from: place, to: after.place };
              return Places.weigh(
                source,
                column,
                fate,
                { row, together: before },
                {
                  row: after.row,
                  together: isFound ? Places.together(database, source, moved) : [],
                },
              );
            },
            shows: shows(source.table, isFound ? undefined : place),
          };
        }
      }
    }
  }
}

/** Where a change of a row shows, or one by which other rows are found. */
const places = (database: Service, sources: ReadonlyArray<Places.Source>) => {
  const streams = new Map<string, Set<string>>();
  const aggregates = new Map<string, Set<string>>();
  const add = (to: Map<string, Set<string>>, name: string, one: string) =>
    to.set(name, (to.get(name) ?? new Set()).add(one));
  const nameOf = (table: string, place: Place) => `${place} ${table}`;
  for (const { table, migration, streams: found } of sources) {
    add(aggregates, table, migration.type);
    for (const { place, id } of database.execute(raw(found))) {
      add(streams, nameOf(table, place), Copy.streamOf(migration.type, String(id)));
    }
  }
  return (table: string, place: Place | undefined): Trial.Shows | undefined => {
    const all = aggregates.get(table);
    if (all === undefined || place === undefined) return all && { aggregates: all };
    const own = streams.get(nameOf(table, place));
    return own && { aggregates: all, streams: own };
  };
};
