import { EventStore } from "@ledgerfold/event-store/EventStore";
import { layer } from "@ledgerfold/event-store/postgres/layer";
import { Effect } from "effect";
import type { Measured } from "../Measurement.ts";
import { check, perform } from "./perform.ts";
import * as serverSettings from "./serverSettings.ts";
import * as Workload from "./Workload.ts";

/** The store on a server, with so many callers at once, as a service uses it. */
export const postgres = async (
  url: string,
  name: string,
  operations: string,
  warmUps: string,
  callers: string,
): Promise<Measured> => {
  const { seed, warmUp, timed } = Workload.named(name)(Number(operations), Number(warmUps));
  await prepare(url, seed);
  const settings = await serverSettings.read(url);
  return Effect.gen(function* () {
    const events = yield* EventStore;
    yield* perform(events, warmUp, Number(callers));
    const start = performance.now();
    const done = yield* perform(events, timed, Number(callers));
    const seconds = (performance.now() - start) / 1000;
    yield* check(events, timed);
    return { seconds, ...done, settings };
  }).pipe(
    Effect.provide(
      layer({ url, aggregates: Workload.aggregates, connections: Math.max(10, Number(callers)) }),
    ),
    Effect.runPromise,
  );
};

/** Makes the tables in an empty database, which both sides begin with. */
export const prepare = (url: string, seed: ReadonlyArray<Workload.Commit>): Promise<void> =>
  Effect.gen(function* () {
    const events = yield* EventStore;
    for (const commit of seed) yield* events.appendAll(commit);
  }).pipe(Effect.provide(layer({ url, aggregates: Workload.aggregates })), Effect.runPromise);
