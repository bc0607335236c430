import { EventStore } from "@ledgerfold/event-store/EventStore";
import { layer as layerMemory } from "@ledgerfold/event-store/memory/layer";
import { layer as layerPostgres } from "@ledgerfold/event-store/postgres/layer";
import { layer as layerSqlite } from "@ledgerfold/event-store/sqlite/layer";
import { Effect } from "effect";
import type { Measured } from "../Measurement.ts";
import * as Workload from "./Workload.ts";

/** One append of so many events to a fresh stream; `place` is a file's path or a server's URL. */
export const appends = (on: string, place: string, events: string): Promise<Measured> => {
  const { aggregates } = Workload;
  const append = Workload.large(Number(events));
  return Effect.gen(function* () {
    const store = yield* EventStore;
    const start = performance.now();
    const { version } = yield* store.append(append);
    const seconds = (performance.now() - start) / 1000;
    return { seconds, count: version, settings: {} };
  }).pipe(
    Effect.provide(
      on === "memory"
        ? layerMemory
        : on === "SQLite"
          ? layerSqlite({ path: place, aggregates })
          : layerPostgres({ url: place, aggregates }),
    ),
    Effect.runPromise,
  );
};
