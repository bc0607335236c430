import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { StoredEvent } from "@ledgerfold/aggregate/EventCodec";
import type { Append, RecordedEvent, StreamId } from "../EventStore.ts";
import type { StoredView } from "../internal/Engine.ts";
import * as AppendPlan from "./AppendPlan.ts";
import type { RecentViews } from "./RecentViews.ts";

/** What a plan needs to know of the log: what this process still has, and what has to be read. */
export interface Lookup {
  /** What is known already. Whoever reads the rest puts it here. */
  readonly known: Known;
  /** The appends for which something has to be read. */
  readonly looked: ReadonlySet<Append<Aggregate.Any>>;
  /** By `AppendPlan.key`: those whose version has to be read, and those whose first event has to. */
  readonly streams: ReadonlyMap<string, StreamId>;
  readonly firsts: ReadonlyMap<string, StreamId>;
  /** The ids of rows by the table of their view. */
  readonly views: ReadonlyMap<string, ReadonlySet<string>>;
  readonly eventIds: ReadonlySet<string>;
}

interface Known extends AppendPlan.Known {
  /** The cache epoch of the views that the plan builds on; null where it builds on none. */
  generation: number | null;
  readonly versions: Map<string, number>;
  readonly writers: Map<string, number>;
  readonly firsts: Map<string, StoredEvent>;
  readonly views: Map<string, StoredView>;
  readonly byEventId: Map<string, RecordedEvent>;
  readonly histories: Map<string, ReadonlyArray<StoredEvent>>;
}

/**
 * Nothing is read for appends to fresh streams, nor, where `recent` is given, for those to streams
 * that this process was the last to write to as far as it knows: the append refuses what was wrong.
 * After such a refusal `isAgain` has everything read.
 */
export const make = (
  groups: ReadonlyArray<AppendPlan.Group>,
  { recent, isAgain }: { readonly recent: RecentViews | undefined; readonly isAgain: boolean },
): Lookup => {
  const known: Known = {
    generation: null,
    versions: new Map(),
    writers: new Map(),
    firsts: new Map(),
    views: new Map(),
    byEventId: new Map(),
    histories: new Map(),
  };
  const looked = new Set<Append<Aggregate.Any>>();
  const streams = new Map<string, StreamId>();
  const firsts = new Map<string, StreamId>();
  const views = new Map<string, Set<string>>();
  const eventIds = new Set<string>();
  for (const append of groups.flatMap(({ appends }) => appends)) {
    const { aggregate, id, expected, events } = append;
    if (expected === "none" && !isAgain) continue;
    const stream = { type: aggregate.type, id };
    const name = AppendPlan.key(stream.type, id);
    const { table } = aggregate.view;
    const last = recent?.find(append);
    if (last !== undefined) {
      known.generation = common(known.generation, last.generation);
      known.versions.set(name, last.view.version);
      known.writers.set(name, last.writer);
      known.views.set(AppendPlan.key(table, id), last.view);
      if (last.first !== undefined) known.firsts.set(name, last.first);
      continue;
    }
    looked.add(append);
    streams.set(name, stream);
    if (events.some(({ event }) => aggregate.view.needsFirst(event))) firsts.set(name, stream);
    views.set(table, (views.get(table) ?? new Set()).add(id));
    for (const event of events) if (event.id !== undefined) eventIds.add(event.id);
  }
  return { known, looked, streams, firsts, views, eventIds };
};

/** The cache epoch that two views share; where they differ, one that no log has: it is refused. */
export const common = (generation: number | null, other: number): number =>
  generation === null || generation === other ? other : -1;
