import { layerDatabase } from "@ledgerfold/event-store/sqlite/layer";
import { SqliteDatabase } from "@ledgerfold/event-store/sqlite/Database";
import { Effect, Layer } from "effect";
import type * as DatabaseUrl from "../DatabaseUrl.ts";
import { type Log, LogFile } from "./Log.ts";

/** The log in the file of the rows, on the connection that reads these. */
export const make = ({ path, mode }: DatabaseUrl.Named): Log => ({
  elsewhere: undefined,
  looking: layerDatabase,
  writing: Layer.merge(layerDatabase, Layer.effect(LogFile, SqliteDatabase)),
  file: { path, mode, isNew: false, at: (copy) => make({ path: copy, mode: "rw" }) },
  copyTo: () => Effect.succeed(undefined),
});
