import type { Measurement } from "./Measurement.ts";
import type * as Workload from "./measured/Workload.ts";
import { median } from "./Numbers.ts";

/** What two sides are compared by. */
interface Comparison {
  readonly what: string;
  readonly unit: "appends" | "events" | "loads" | "reads";
  /** Events in each of those. */
  readonly events: number;
}

export const of: Readonly<Record<Workload.Name, Comparison>> = {
  appendFresh: { what: "single appends to fresh streams", unit: "appends", events: 1 },
  appendExpected: { what: "single appends at an expected version", unit: "appends", events: 1 },
  batchStreams: { what: "batches of 100 fresh streams, an event each", unit: "events", events: 1 },
  batchEvents: { what: "batches of 100 events to a fresh stream", unit: "events", events: 1 },
  load: { what: "loads of 20 events, folded", unit: "loads", events: 20 },
  read: { what: "reads of 20 events", unit: "reads", events: 20 },
  readAll: { what: "the whole log, read", unit: "events", events: 1 },
  compete: { what: "appends to one stream by 8 at once", unit: "appends", events: 1 },
};

/** So many a second. */
export const rate = (name: Workload.Name, measurements: ReadonlyArray<Measurement>): number =>
  (measurements[0]?.count ?? 0) /
  of[name].events /
  median(measurements.map(({ seconds }) => seconds));
