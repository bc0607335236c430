import { layerDatabase } from "@ledgerfold/event-store/sqlite/layer";
import { SqliteDatabase } from "@ledgerfold/event-store/sqlite/Database";
import { Effect, Layer } from "effect";
import { type Log, LogFile } from "./Log.ts";

/** The log in the file of the rows, on the connection that reads these. */
export const make = (path: string): Log => ({
  elsewhere: undefined,
  looking: layerDatabase,
  writing: Layer.merge(layerDatabase, Layer.effect(LogFile, SqliteDatabase)),
  file: { path, isNew: false },
  copyTo: () => Effect.succeed(undefined),
});
