import * as PostgresDatabase from "@ledgerfold/event-store/postgres/Database";
import { layerDatabase } from "@ledgerfold/event-store/postgres/layer";
import * as EventCopy from "@ledgerfold/verifier/internal/postgres/EventCopy";
import { Effect, Layer } from "effect";
import * as PatientServer from "../PatientServer.ts";
import { type Log, LogFile } from "./Log.ts";
import { layerServer } from "../source/Source.ts";

/** The log in PostgreSQL; `name` is what the server calls the command's connections. */
export const make = (url: string, name: string): Log => {
  const database = PatientServer.layer({ url, applicationName: name });
  const store = Layer.provide(layerDatabase, database);
  const server = Layer.provide(Layer.merge(layerDatabase, layerServer), database);
  return {
    elsewhere: "PostgreSQL",
    looking: store,
    writing: Layer.merge(server, Layer.succeed(LogFile, undefined)),
    file: undefined,
    copyTo: (rows, views, onProgress) =>
      Effect.flatMap(PostgresDatabase.PostgresDatabase, (source) =>
        Effect.as(EventCopy.copy(source, rows, views, onProgress), source.database),
      ).pipe(Effect.provide(database)),
  };
};
