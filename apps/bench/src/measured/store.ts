import * as Position from "@ledgerfold/domain/Position";
import { EventStore, type Service } from "@ledgerfold/event-store/EventStore";
import { layerDatabase } from "@ledgerfold/event-store/sqlite/layer";
import * as SqliteDatabase from "@ledgerfold/event-store/SqliteDatabase";
import { Effect, Layer, Stream } from "effect";
import type { Measured } from "../Measurement.ts";
import * as libraryPragmas from "./libraryPragmas.ts";
import * as Workload from "./Workload.ts";

/** The store as a service uses it: one program that does one thing after another. */
export const store = (
  path: string,
  name: string,
  operations: string,
  warmUps: string,
): Promise<Measured> => {
  const { seed, warmUp, timed } = Workload.named(name)(Number(operations), Number(warmUps));
  return Effect.gen(function* () {
    yield* prepare(path, seed);
    return yield* Effect.gen(function* () {
      const events = yield* EventStore;
      yield* perform(events, warmUp);
      const start = performance.now();
      const count = yield* perform(events, timed);
      const seconds = (performance.now() - start) / 1000;
      return { seconds, count, pragmas: yield* libraryPragmas.read };
    }).pipe(Effect.provide(layer(path)));
  }).pipe(Effect.runPromise);
};

/** Makes the file, which both sides begin with. */
export const prepare = (path: string, seed: ReadonlyArray<Workload.Commit>) =>
  Effect.gen(function* () {
    const events = yield* EventStore;
    yield* events.setup(Workload.aggregates);
    for (const commit of seed) yield* events.appendAll(commit);
  }).pipe(Effect.provide(layer(path)));

const layer = (path: string) =>
  Layer.provideMerge(
    layerDatabase,
    SqliteDatabase.layer({ path, mode: "create", synchronous: "normal" }),
  );

/** Returns how many events were written or read. */
const perform = (store: Service, task: Workload.Task) =>
  Effect.gen(function* () {
    let count = 0;
    switch (task._tag) {
      case "append":
        for (const commit of task.commits) {
          const [append, ...others] = commit;
          if (append !== undefined && others.length === 0) yield* store.append(append);
          else yield* store.appendAll(commit);
          for (const { events } of commit) count += events.length;
        }
        return count;
      case "load":
        for (const id of task.ids) count += (yield* store.load(Position.aggregate, id)).version;
        return count;
      case "read":
        for (const id of task.ids) count += (yield* store.read({ type: "Position", id })).length;
        return count;
      case "readAll":
        for (let time = 0; time < task.times; time += 1) {
          count += yield* Stream.runFold(store.readAll(), 0, (read) => read + 1);
        }
        return count;
    }
  });
