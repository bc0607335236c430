import { lstatSync, realpathSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import type { StoreError } from "@ledgerfold/event-store/EventStore";
import { layer as layerMemory } from "@ledgerfold/event-store/memory/layer";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import * as FileSchema from "@ledgerfold/event-store/internal/sqlite/FileSchema";
import * as FileOfOwn from "@ledgerfold/event-store/internal/sqlite/FileOfOwn";
import * as TableShape from "@ledgerfold/event-store/internal/sqlite/TableShape";
import { layerDatabase } from "@ledgerfold/event-store/sqlite/layer";
import { quote } from "@ledgerfold/migration/internal/Cell";
import * as EventCopy from "@ledgerfold/verifier/internal/sqlite/EventCopy";
import { Effect, Layer } from "effect";
import * as DatabaseUrl from "../DatabaseUrl.ts";
import { type Log, LogFile } from "./Log.ts";
import * as PatientFile from "../PatientFile.ts";
import * as OtherNames from "../OtherNames.ts";
import type { Rows } from "../Rows.ts";
import { UsageError } from "../UsageError.ts";
import * as InFile from "./InFile.ts";

/** The log in a SQLite file of its own, which a run makes if it is not there. */
export const make = (
  { path, mode }: DatabaseUrl.Named,
  rows: Rows,
  otherNames: boolean,
): Effect.Effect<Log, UsageError | StoreError> =>
  Effect.gen(function* () {
    const found = yield* Effect.try({
      try: () => statSync(path, { bigint: true, throwIfNoEntry: false }),
      catch: (cause) =>
        refusal(`${DatabaseUrl.show(path)} cannot be looked at: ${DatabaseUrl.reasonOf(cause)}.`),
    });
    if (found === undefined) {
      yield* fit(path, rows);
      if (mode !== "rwc") {
        return yield* refusal(
          `There is no file ${DatabaseUrl.show(path)}, and mode=${mode} makes none.`,
        );
      }
      return missing({ path, mode }, rows);
    }
    const legacy = statSync(rows.path, { bigint: true });
    if (found.dev === legacy.dev && found.ino === legacy.ino) {
      return realpathSync.native(path) === realpathSync.native(rows.path)
        ? InFile.make({ path: rows.path, mode: [mode, rows.mode].includes("ro") ? "ro" : mode })
        : yield* refusal(
            `${quote(path)} and ${quote(rows.path)} are two names of one file, and SQLite keeps a WAL beside either name. Give it one name.`,
          );
    }
    yield* DatabaseUrl.existing(path);
    yield* OtherNames.refuse(path, otherNames);
    yield* insistOnLog(path);
    return there({ path, mode }, rows, found.size === 0n);
  });

const there = ({ path, mode }: DatabaseUrl.Named, rows: Rows, isNew: boolean): Log => {
  const reading = PatientFile.layer({ path, mode: "read" });
  return {
    elsewhere: quote(path),
    looking: Layer.provide(layerDatabase, reading),
    writing: Layer.merge(layerDatabase, Layer.effect(LogFile, SqliteDatabase.SqliteDatabase)).pipe(
      Layer.provide(
        Layer.unwrapEffect(
          Effect.map(PatientFile.waits, (more) =>
            FileOfOwn.layer({ ...more, path, mode: modeOf(rows) }),
          ),
        ),
      ),
    ),
    file: {
      ...{ path, mode, isNew },
      at: (copy) => there({ path: copy, mode: "rw" }, rows, false),
    },
    copyTo: (database, views, onProgress) =>
      Effect.flatMap(SqliteDatabase.SqliteDatabase, (source) =>
        Effect.as(EventCopy.copy(source, database, views, onProgress), path),
      ).pipe(Effect.provide(reading)),
  };
};

/** Nothing is in it, and to look makes none. */
const missing = (named: DatabaseUrl.Named, rows: Rows): Log => ({
  ...there(named, rows, true),
  looking: layerMemory,
  copyTo: (database, views) => Effect.as(EventCopy.copyNothing(database, views), named.path),
});

/** Refuses a file whose table of this name is somebody else's. */
const insistOnLog = (path: string) =>
  Effect.gen(function* () {
    const database = yield* SqliteDatabase.SqliteDatabase;
    const tables = yield* database.run("looking at the schema", () => FileSchema.read(database));
    const events = tables.find(({ name }) => folded(name) === "events");
    const has = new Set(events?.columns.map(folded));
    const missing = Object.keys(TableShape.ofEvents.columns).filter((column) => !has.has(column));
    if (events === undefined || missing.length === 0) return;
    return yield* refusal(
      `${quote(path)} has a table ${quote(events.name)} that is no log: it has no column ${missing.join(", ")}. Name another file.`,
    );
  }).pipe(Effect.provide(PatientFile.layer({ path, mode: "read" })));

/** Refuses a place where no file can be made, or none should. */
const fit = (path: string, rows: Rows): Effect.Effect<void, UsageError> =>
  Effect.suspend(() => {
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
      return refusal(`${quote(path)} is a link that leads to no file.`);
    }
    const folder = dirname(path);
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found?.isDirectory() !== true) {
      const [missing, name] = [folder, basename(path)].map(DatabaseUrl.show);
      return refusal(`There is no folder ${missing} to make ${name} in.`);
    }
    const legacy = basename(realpathSync(rows.path));
    const isBeside = realpathSync(folder) === dirname(realpathSync(rows.path));
    return isBeside && sideFiles.some((end) => basename(path) === legacy + end)
      ? refusal(`${quote(path)} is what SQLite itself may put beside the database. Name another.`)
      : Effect.void;
  });

const sideFiles = ["-wal", "-shm", "-journal"];

/** A file that is made is for no more eyes than the rows are. */
const modeOf = ({ path }: Rows): number => (statSync(path).mode & 0o066) | 0o600;

const refusal = (message: string) => new UsageError({ message });
