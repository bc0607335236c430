import { EventStore } from "@ledgerfold/event-store/EventStore";
import { layerDatabase } from "@ledgerfold/event-store/sqlite/layer";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import { Effect, Layer } from "effect";
import type { Measured } from "../Measurement.ts";
import * as libraryPragmas from "./libraryPragmas.ts";
import { check, perform } from "./perform.ts";
import * as Workload from "./Workload.ts";

/** The store as a service uses it: one program that does one thing after another. */
export const store = (
  path: string,
  name: string,
  operations: string,
  warmUps: string,
  synchronous: string = "normal",
): Promise<Measured> => {
  const { seed, warmUp, timed } = Workload.named(name)(Number(operations), Number(warmUps));
  return Effect.gen(function* () {
    yield* prepare(path, seed);
    return yield* Effect.gen(function* () {
      const events = yield* EventStore;
      yield* perform(events, warmUp);
      const start = performance.now();
      const done = yield* perform(events, timed);
      const seconds = (performance.now() - start) / 1000;
      yield* check(events, timed);
      return { seconds, ...done, settings: yield* libraryPragmas.read };
    }).pipe(Effect.provide(layer(path, synchronous === "full" ? "full" : "normal")));
  }).pipe(Effect.runPromise);
};

/** Makes the file, which both sides begin with. */
export const prepare = (path: string, seed: ReadonlyArray<Workload.Commit>) =>
  Effect.gen(function* () {
    const events = yield* EventStore;
    yield* events.setup(Workload.aggregates);
    for (const commit of seed) yield* events.appendAll(commit);
  }).pipe(Effect.provide(layer(path)));

const layer = (path: string, synchronous: "full" | "normal" = "normal") =>
  Layer.provideMerge(layerDatabase, SqliteDatabase.layer({ path, mode: "create", synchronous }));
