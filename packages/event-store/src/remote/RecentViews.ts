import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { StoredEvent } from "@ledgerfold/aggregate/EventCodec";
import type { Append } from "../EventStore.ts";
import type { StoredView } from "../internal/Engine.ts";
import * as Plan from "./AppendPlan.ts";

/**
 * The view rows that this process wrote last, so that who appends to the same streams again, at the
 * version that they have here, need not look first. Whether they are still as they were is for the
 * appending function to say, under the lock: it refuses an append whose stream has another version,
 * or which builds on views of before they were made anew.
 */

export interface Entry {
  readonly generation: number;
  readonly table: string;
  readonly view: StoredView;
  /** The first event of the stream, where it is known. */
  readonly first: StoredEvent | undefined;
}

export const make = () => {
  /** The one that was written longest ago comes first. */
  const entries = new Map<string, Entry>();
  return {
    /** What an append needs to know, if all of it is here. */
    find: ({ aggregate, id, expected, events }: Append<Aggregate.Any>): Entry | undefined => {
      const { type, view } = aggregate;
      const entry = entries.get(Plan.key(type, id));
      if (entry?.view.version !== expected || entry.table !== view.table) return undefined;
      if (entry.first !== undefined) return entry;
      return events.some(({ event }) => view.needsFirst(event)) ? undefined : entry;
    },
    /** Keeps what a group came to that is committed. Of those with several appends it keeps nothing. */
    put: (
      group: Plan.Group | undefined,
      { events, views: [view] }: Plan.Planned,
      { firsts }: Plan.Known,
      generation: number,
    ): void => {
      const [append, ...others] = group?.appends ?? [];
      if (append === undefined || others.length > 0 || view === undefined) return;
      const { type } = append.aggregate;
      const name = Plan.key(type, append.id);
      const [event] = events;
      const first = event?.sequence === 1 ? event : firsts.get(name);
      const { table, version, payload } = view;
      entries.delete(name);
      if (payload.length + (first?.payload.length ?? 0) > longest) return;
      entries.set(name, { generation, table, view: { version, payload }, first });
      for (const oldest of entries.keys()) {
        if (entries.size <= most) break;
        entries.delete(oldest);
      }
    },
  };
};

/** At most so many streams, and of each so many characters: some ten megabytes. */
const most = 1_000;
const longest = 10_000;
