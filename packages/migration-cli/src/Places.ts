import type { EventStore, StoreError } from "@ledgerfold/event-store/EventStore";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import { quote } from "@ledgerfold/migration/Cell";
import { layer as layerLegacy } from "@ledgerfold/migration/sqlite/LegacySqlite";
import { Effect, Layer } from "effect";
import * as Log from "./Log.ts";
import * as InFile from "./log/InFile.ts";
import type { Report } from "./Report.ts";
import * as Rows from "./Rows.ts";

/** What a command works on: where the rows are, and where the log is. */
export interface Places {
  readonly rows: Rows.Rows;
  readonly log: Log.Log;
}

type Settings = Parameters<typeof Rows.of>[0] & Parameters<typeof Log.of>[0];

/** `name` is the command's. */
export const of = (settings: Settings, name: string) =>
  Effect.gen(function* () {
    const rows = yield* Rows.of(settings);
    const log = yield* Log.of(settings, rows, name);
    return { rows, log } satisfies Places;
  });

/** Opens both to look. */
export const looking = ({ rows, log }: Places) =>
  Layer.provideMerge(Layer.merge(log.looking, layerLegacy), reading(rows));

/** Opens the log to be written, and the rows' file only where that is the same. */
export const writing = ({ rows, log }: Places) =>
  Layer.provideMerge(
    Layer.merge(log.writing, layerLegacy),
    log.elsewhere === undefined
      ? SqliteDatabase.layer({ path: rows.path, mode: "write", synchronous: "full" })
      : reading(rows),
  );

/** Opens the log for views to be made anew: of no events there are none, and no file is made. */
export const rebuilding = (places: Places): Layer.Layer<EventStore, StoreError> =>
  places.log.file?.isNew === true ? looking(places) : writing(places);

const reading = ({ path }: Rows.Rows) => SqliteDatabase.layer({ path, mode: "read" });

/** The file of the rows with the log that is in it, if any. */
export const inFile = (rows: Rows.Rows): Places => ({ rows, log: InFile.make(rows.path) });

/** The transaction of the log covers the rows too, unless they are in two databases. */
export const ofOneSnapshot = <A, E, R>({ log }: Places, run: Effect.Effect<A, E, R>) =>
  Effect.flatMap(SqliteDatabase.SqliteDatabase, (rows) =>
    log.elsewhere === undefined ? run : rows.transaction(run),
  );

/** A name that was mistyped looks like a log that nothing was written to yet. */
export const tellIfNew = ({ log }: Places, report: Report, more = "") =>
  log.file?.isNew === true
    ? report.note(`There is no log in ${quote(log.file.path)} yet${more}.`)
    : Effect.void;

/** Rows in another database are of one snapshot, and nothing keeps others from writing on. */
export const warnOfLater = ({ rows, log }: Places, writer: string, report: Report) =>
  log.elsewhere === undefined
    ? Effect.void
    : report.note(
        `The rows are read as they are now: what ${writer} writes to ${rows.called} from here on is not in the log.`,
      );
