import type { EventStore, StoreError } from "@ledgerfold/event-store/EventStore";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import { quote } from "@ledgerfold/migration/internal/Cell";
import { layer as layerLegacy } from "@ledgerfold/migration/sqlite/LegacySqlite";
import type { Plan } from "@ledgerfold/declaration/Plan";
import { LegacySource } from "@ledgerfold/migration/LegacySource";
import { Effect, Layer, Option } from "effect";
import type { Definition } from "./Definition.ts";
import * as LogPlace from "./LogPlace.ts";
import * as InFile from "./log/InFile.ts";
import type { Log } from "./log/Log.ts";
import type { ConsoleReport } from "./ConsoleReport.ts";
import * as Patience from "./Patience.ts";
import * as PatientFile from "./PatientFile.ts";
import * as Rows from "./Rows.ts";
import { UsageError } from "./UsageError.ts";

/** What a command works on: where the rows are, and where the log is. */
export interface Places {
  readonly rows: Rows.Rows;
  readonly log: Log;
}

type Settings = Parameters<typeof Rows.of>[0] & Parameters<typeof LogPlace.of>[0];

const source = Effect.promise(() => import("./source/Source.ts"));

/** `name` is the command's. */
export const of = (settings: Settings, name: string) =>
  Effect.gen(function* () {
    const rows = yield* Rows.of(settings);
    const log = yield* LogPlace.of(settings, rows, name);
    return { rows, log } satisfies Places;
  });

/** Refuses to write to a file whose URL says that it is only to be read. */
export const insistOnWritable = ({ log }: Places): Effect.Effect<void, UsageError> =>
  log.file?.mode === "ro"
    ? new UsageError({
        message: `The URL of ${quote(log.file.path)} says mode=ro, and this writes to that file. Leave the parameter out or, of a file of rows, keep the events elsewhere with --event-store-url.`,
      })
    : Effect.void;

/** Where the log is, for a command that asks for no rows. */
export const ofLog = (settings: Settings, name: string) =>
  Option.isNone(settings.databaseUrl) && Option.isSome(settings.eventStoreUrl)
    ? Effect.gen(function* () {
        const rows = yield* Rows.none;
        return { rows, log: yield* LogPlace.of(settings, rows, name) } satisfies Places;
      })
    : of(settings, name);

/** What the rows' database has, whether a plan knows it or not. */
export const schema = (rows: Rows.Rows, { name }: Definition, plan: Plan) =>
  rows.source === undefined
    ? Effect.flatMap(LegacySource, ({ schema }) => schema).pipe(
        Effect.provide(looking(inFile(rows))),
      )
    : Effect.flatMap(source, ({ schema }) => schema(plan, { url: rows.source ?? "", name }));

/** Refuses a plan that cannot be read from where the rows are. */
export const insistOnFit = ({ rows }: Places, plan: Plan) =>
  rows.source === undefined
    ? Effect.void
    : Effect.flatMap(source, ({ insistOnPlain }) => insistOnPlain(plan));

/** Opens both to look. */
export const looking = ({ rows, log }: Places) =>
  Layer.provideMerge(Layer.merge(log.looking, layerLegacy), reading(rows));

/** Opens the log to be written, and the rows' file only where that is the same. */
export const writing = ({ rows, log }: Places) =>
  Layer.provideMerge(
    Layer.merge(log.writing, layerLegacy),
    log.elsewhere === undefined
      ? PatientFile.layer({ path: rows.path, mode: "write", synchronous: "full" })
      : reading(rows),
  );

/** Opens the log for views to be made anew: of no events there are none, and no file is made. */
export const rebuilding = (places: Places): Layer.Layer<EventStore, StoreError> =>
  places.log.file?.isNew === true ? looking(places) : writing(places);

const reading = ({ path }: Rows.Rows) => PatientFile.layer({ path, mode: "read" });

/** The file of the rows with the log that is in it, if any. */
export const inFile = (rows: Rows.Rows): Places => ({ rows, log: InFile.make(rows) });

/** The transaction of the log covers the rows too, unless they are in two databases. */
export const ofOneSnapshot = <A, E, R>({ log }: Places, run: Effect.Effect<A, E, R>) =>
  Effect.flatMap(SqliteDatabase.SqliteDatabase, (rows) =>
    log.elsewhere === undefined ? run : rows.transaction(run),
  );

/** A name that was mistyped looks like a log that nothing was written to yet. */
export const tellIfNew = ({ log }: Places, report: ConsoleReport, more = "") =>
  log.file?.isNew === true
    ? report.note(`There is no log in ${quote(log.file.path)} yet${more}.`)
    : Effect.void;

interface Work {
  readonly plan: Plan;
  readonly definition: Definition;
  readonly report: ConsoleReport;
}

/** Copies the rows where they are in a server, so that they can be looked at; says what they are of. */
export const copied = ({ rows }: Places, { plan, definition, report }: Work) =>
  Effect.gen(function* () {
    const { path, source: url } = rows;
    if (url === undefined) return undefined;
    const { copy } = yield* source;
    return yield* copy(plan, { ...definition, path, url }, report);
  });

/** Puts what a verification reads of the log beside the rows; gives where the log is. */
export const copyLog = (
  { log }: Places,
  plan: Plan,
  file: SqliteDatabase.Service,
  report: ConsoleReport,
) =>
  Patience.patiently(
    log.copyTo(
      file,
      plan.aggregates.map(({ view }) => view.table),
      (done) => report.progress({ what: "Copy of the log", done }),
    ),
  );

/** A migration with all that it needs, on the rows as they are when it begins. */
export const migrating = <A, E, R>(
  places: Places,
  { plan, definition, report }: Work,
  run: Effect.Effect<A, E, R | SqliteDatabase.SqliteDatabase | LegacySource>,
) => {
  const { path, source: url } = places.rows;
  if (url === undefined) return Effect.provide(ofOneSnapshot(places, run), writing(places));
  const opened = Layer.provideMerge(layerLegacy, reading(places.rows));
  return Effect.flatMap(source, ({ migrating }) =>
    migrating(
      plan,
      { ...definition, path, url },
      report,
      Effect.provide(ofOneSnapshot(places, run), opened),
    ),
  ).pipe(Effect.provide(writing(places)));
};

/** Rows in another database are of one snapshot, and nothing keeps others from writing on. */
export const warnOfLater = ({ rows, log }: Places, writer: string, report: ConsoleReport) =>
  log.elsewhere === undefined || rows.source !== undefined
    ? Effect.void
    : report.note(
        `The rows are read as they are now: what ${writer} writes to ${rows.called} from here on is not in the log.`,
      );
