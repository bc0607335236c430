import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { StoredEvent } from "@ledgerfold/aggregate/EventCodec";
import type { Append } from "../EventStore.ts";
import type { StoredView } from "../internal/Engine.ts";
import * as AppendPlan from "./AppendPlan.ts";

/**
 * A cache of the view rows that this process wrote last: who appends to the same streams again, at
 * the version that they have here, need not read them first. The server has to check under its lock
 * that they are still valid, and refuses an append whose stream has another version or another
 * last event, which a log that was set back may have at the same version, or which builds on views of
 * an earlier generation (the cache epoch), from before they were rebuilt or erased.
 */

interface Entry {
  readonly generation: number;
  /** What tells the write of the stream's last event from every other. */
  readonly writer: number;
  readonly table: string;
  readonly view: StoredView;
  /** The first event of the stream, where it is known. */
  readonly first: StoredEvent | undefined;
}

export interface RecentViews {
  /** What an append needs to know, if all of it is here. */
  readonly find: (append: Append<Aggregate.Any>) => Entry | undefined;
  /** Keeps what a committed group came to; nothing of a group of several appends. */
  readonly put: (
    group: AppendPlan.Group | undefined,
    planned: AppendPlan.Planned,
    known: AppendPlan.Known,
    written: Pick<Entry, "generation" | "writer">,
  ) => void;
  /** What was written on a connection that broke may not be what another one finds. */
  readonly forget: () => void;
}

export const make = (): RecentViews => {
  /** The least recently written comes first. */
  const entries = new Map<string, Entry>();
  return {
    find: ({ aggregate, id, expected, events }) => {
      const { type, view } = aggregate;
      const entry = entries.get(AppendPlan.key(type, id));
      if (entry?.view.version !== expected || entry.table !== view.table) return undefined;
      if (entry.first !== undefined) return entry;
      return events.some(({ event }) => view.needsFirst(event)) ? undefined : entry;
    },
    put: (group, { events, views: [view] }, { firsts }, { generation, writer }) => {
      const [append, ...others] = group?.appends ?? [];
      if (append === undefined || others.length > 0 || view === undefined) return;
      const { type } = append.aggregate;
      const name = AppendPlan.key(type, append.id);
      const [event] = events;
      const first = event?.sequence === 1 ? event : firsts.get(name);
      const { table, version, payload } = view;
      entries.delete(name);
      if (payload.length + (first?.payload.length ?? 0) > longest) return;
      entries.set(name, { generation, writer, table, view: { version, payload }, first });
      for (const oldest of entries.keys()) {
        if (entries.size <= most) break;
        entries.delete(oldest);
      }
    },
    forget: () => entries.clear(),
  };
};

/** At most so many streams, and of each so many characters: some ten megabytes. */
const most = 1_000;
const longest = 10_000;
