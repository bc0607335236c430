import { statSync } from "node:fs";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import { quote } from "@ledgerfold/migration/internal/Cell";
import { layerSilent } from "@ledgerfold/migration/MigrationLog";
import * as Standing from "@ledgerfold/migration/internal/Standing";
import { Effect, Layer, Option } from "effect";
import { planOf } from "./commands.ts";
import * as ConsoleReport from "./ConsoleReport.ts";
import type { Definition } from "./Definition.ts";
import * as History from "./History.ts";
import * as Next from "./Next.ts";
import type { Settings } from "./OptionTable.ts";
import * as OwnTables from "./OwnTables.ts";
import * as Patience from "./Patience.ts";
import * as Places from "./Places.ts";
import { number, series } from "./Prose.ts";
import { withoutUser } from "./Started.ts";

/** Prints what the file is, what is migrated, by which runs, and what to do next. */
export const status = (definition: Definition, settings: Settings<"status">) =>
  Effect.gen(function* () {
    const places = yield* Places.ofLog(settings, definition.name);
    const report = yield* ConsoleReport.make;
    const plan = yield* planOf(definition);
    const hasRows = Option.isSome(settings.databaseUrl);
    const { own, standing } = yield* Effect.flatMap(SqliteDatabase.SqliteDatabase, (file) =>
      Effect.flatMap(
        places.log.elsewhere === undefined ? OwnTables.of(file) : Effect.succeed([]),
        (own) =>
          Effect.map(
            own.length > 0
              ? Effect.succeed(undefined)
              : Effect.zipRight(OwnTables.insistOnFit(plan), Standing.look(plan)).pipe(
                  Effect.catchTag("UnfitTable", (unfit) => Effect.succeed(unfit)),
                ),
            (standing) => {
              return { own, standing };
            },
          ),
      ),
    ).pipe(
      (looking) => Places.ofOneSnapshot(places, looking),
      Effect.provide(Layer.merge(Places.looking(places), layerSilent)),
      Patience.patiently,
    );
    if (hasRows) yield* report.result(file(places.rows));
    yield* report.result(logOf(places, settings));
    const next = (to: "verify-only" | "dry-run") =>
      Next.typed({ definition, from: "status", settings }, to);
    if (standing === undefined) {
      return yield* report.result(
        `The table ${series(own, "and")} of the file is none of a log, so the log has to be elsewhere. Next, to see what would happen: ${next("dry-run")} --event-store-url URL`,
      );
    }
    if ("_tag" in standing) return yield* report.result(standing.message);
    const { aggregates, runs } = standing;
    if (aggregates.every(({ events }) => events === 0)) {
      yield* report.result(History.nothingIn(places, definition, runs));
    }
    yield* Effect.forEach(aggregates, (one) => report.result(`${describe(one, hasRows)}.`), {
      discard: true,
    });
    yield* Effect.forEach(runs.flatMap(History.describe), report.result, { discard: true });
    yield* Effect.forEach(History.ofOthers(aggregates, runs), report.result, { discard: true });
    const isMigrated = aggregates.some(({ events }) => events > 0);
    const typed = next(isMigrated ? "verify-only" : "dry-run");
    const what = isMigrated ? "to compare every row" : "to see what would happen";
    const rows = hasRows ? [] : Next.rowsOf(runs);
    yield* report.result(`Next, ${what}: ${[typed, ...rows].join(" ")}`);
  }).pipe(Effect.scoped);

const file = ({ path, called }: Places.Places["rows"]): string => {
  const size = statSync(path).size;
  return size === 0
    ? `${called} is an empty file.`
    : `${called} is a SQLite file of ${number(size, "byte")}.`;
};

const logOf = ({ log }: Places.Places, { eventStoreUrl }: Settings<"status">): string => {
  if (log.elsewhere === undefined) return "Its log is in the same file.";
  if (log.file === undefined) {
    return `The log is in ${log.elsewhere}, at ${quote(withoutUser(Option.getOrElse(eventStoreUrl, () => "")))}.`;
  }
  return log.file.isNew
    ? `There is no log in ${log.elsewhere} yet.`
    : `The log is in ${log.elsewhere}.`;
};

const describe = (
  { type, table, rows, isOdd, events }: Standing.Standing.OfAggregate,
  hasRows: boolean,
): string => {
  const there = `${number(events, "event")} in the log`;
  if (!hasRows) return `${type}: ${there}`;
  if (table === undefined) return `${type}: no table of such rows, ${there}`;
  if (isOdd) return `${type}: ${table} is not as it has to be, which dry-run shows; ${there}`;
  return `${type}: ${number(rows, "row")} of ${table}, ${there}`;
};
