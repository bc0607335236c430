import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { StoredEvent, UndecodableEvent } from "@ledgerfold/aggregate/EventCodec";
import { Either, Exit } from "effect";
import type { EncodedStream } from "../EncodedStream.ts";
import type { AppendError, Appended, RecordedEvent, StreamId } from "../EventStore.ts";
import { appendAll, type Snapshot, type AppendSteps } from "../internal/append.ts";
import type { EncodedAppend, WrittenEvent } from "../internal/EncodedAppend.ts";
import type { StoredView } from "../internal/Engine.ts";

/**
 * What groups of appends would write, worked out from what is known of the log by the same steps
 * that embedded engines take in their tables. Whoever executes the plan has to check that the log
 * still is as it was read, and to leave out the groups for which it is not.
 */

/** All of its appends or none. */
export interface Group {
  readonly appends: ReadonlyArray<EncodedAppend>;
  readonly at: string;
}

/** What was read for it, by `key`. A stream that was not asked for is taken to be fresh. */
export interface Known {
  readonly versions: ReadonlyMap<string, number>;
  /** What tells the write of a stream's last event from every other. */
  readonly writers: ReadonlyMap<string, number>;
  readonly firsts: ReadonlyMap<string, StoredEvent>;
  readonly views: ReadonlyMap<string, StoredView>;
  readonly byEventId: ReadonlyMap<string, RecordedEvent>;
  readonly histories: ReadonlyMap<string, ReadonlyArray<StoredEvent>>;
}

/** The append of which `EncodedStream.encode` made the texts. */
export const toAppend = (
  aggregate: Aggregate.Any,
  { id, event: stored }: EncodedStream,
): Either.Either<EncodedAppend, UndecodableEvent> =>
  Either.map(aggregate.codec.decode(stored), (event) => {
    const events: EncodedAppend["events"] = [{ event, metadata: stored.metadata }];
    return { aggregate, id, expected: "none", events, written: [stored], kept: undefined };
  });

/** Of a stream's type and id, or of a view's table and id. */
export const key = (first: string, id: string) => `${first.length} ${first}${id}`;

/** A view has to be folded anew, from events of this stream that are not known yet. */
export class Missing {
  readonly stream: StreamId;
  constructor(stream: StreamId) {
    this.stream = stream;
  }
}

interface PlannedEvent extends WrittenEvent {
  readonly stream: StreamId;
  readonly sequence: number;
}

/** What a group of appends comes to. */
export type Answer = Exit.Exit<ReadonlyArray<Appended>, AppendError>;

export interface Planned {
  /** With -1 for the position of the first event of the plan, -2 for the second, and so on. */
  readonly exit: Answer;
  /** The groups before it, by their places, on which the answer is built. */
  readonly after: ReadonlySet<number>;
  /** What it assumes of streams to which no group before it has written; fresh ones have no writer. */
  readonly observed: ReadonlyArray<Observed>;
  readonly events: ReadonlyArray<PlannedEvent>;
  readonly views: ReadonlyArray<StoredView & { readonly table: string; readonly id: string }>;
  /**
   * Streams that begin: a snapshot that an erased stream of the same name left behind is deleted,
   * before any of `snapshots` is written.
   */
  readonly dropped: ReadonlyArray<StreamId>;
  readonly snapshots: ReadonlyArray<{
    readonly stream: StreamId;
    readonly version: number;
    readonly snapshot: Snapshot;
  }>;
}

interface Observed {
  readonly stream: StreamId;
  readonly version: number;
  readonly writer: number | null;
}

/** A stream as a group of the plan has changed it, and as groups before that have. */
interface Changed {
  version: number;
  readonly by: number;
  readonly events: Array<PlannedEvent>;
  /** The first event that the plan adds. */
  readonly first: PlannedEvent;
  readonly before: Changed | undefined;
}

const eventsOf = (changed: Changed | undefined): ReadonlyArray<PlannedEvent> => {
  const parts: Array<ReadonlyArray<PlannedEvent>> = [];
  for (let one = changed; one !== undefined; one = one.before) parts.push(one.events);
  return parts.reverse().flat();
};

/** The plan, or the stream whose history it lacks. */
export const make = (
  groups: ReadonlyArray<Group>,
  known: Known,
): ReadonlyArray<Planned> | Missing => {
  try {
    return plan(groups, known);
  } catch (cause) {
    if (cause instanceof Missing) return cause;
    throw cause;
  }
};

const plan = (groups: ReadonlyArray<Group>, known: Known): ReadonlyArray<Planned> => {
  const streams = new Map<string, Changed>();
  const views = new Map<string, StoredView & { readonly by: number }>();
  const ids = new Map<string, RecordedEvent & { readonly by: number }>();
  let written = 0;

  return groups.map(({ appends, at }, place): Planned => {
    const undo: Array<() => void> = [];
    const after = new Set<number>();
    const observed: Array<Observed> = [];
    const events: Array<PlannedEvent> = [];
    const putViews: Array<StoredView & { table: string; id: string }> = [];
    const dropped: Array<StreamId> = [];
    const snapshots: Array<Planned["snapshots"][number]> = [];
    const set = <Value>(map: Map<string, Value>, name: string, value: Value) => {
      const before = map.get(name);
      undo.push(() => (before === undefined ? map.delete(name) : map.set(name, before)));
      map.set(name, value);
    };
    const buildOn = <Value extends { readonly by: number }>(value: Value | undefined) => {
      if (value !== undefined && value.by !== place) after.add(value.by);
      return value;
    };
    const changed = ({ type, id }: StreamId) => buildOn(streams.get(key(type, id)));
    const versionBefore = ({ type, id }: StreamId) => known.versions.get(key(type, id)) ?? 0;

    const steps: AppendSteps = {
      version: (stream) => changed(stream)?.version ?? versionBefore(stream),
      hasKey: () => true,
      first: (stream) => {
        const { type, id } = stream;
        return versionBefore(stream) > 0 ? known.firsts.get(key(type, id)) : changed(stream)?.first;
      },
      read: (stream) => {
        const { type, id } = stream;
        const version = versionBefore(stream);
        const history = version === 0 ? [] : known.histories.get(key(type, id));
        if (history === undefined) throw new Missing(stream);
        return [...history.slice(0, version), ...eventsOf(changed(stream))];
      },
      byEventId: (id) => buildOn(ids.get(id)) ?? known.byEventId.get(id),
      insertEvent: (stream, sequence, event, time) => {
        const name = key(stream.type, stream.id);
        const before = buildOn(streams.get(name));
        const version = before?.version ?? known.versions.get(name) ?? 0;
        if (sequence <= version) return undefined;
        if (before === undefined) {
          observed.push({ stream, version, writer: known.writers.get(name) ?? null });
        }
        const planned = { ...event, stream, sequence };
        events.push(planned);
        if (before?.by === place) {
          before.version = sequence;
          before.events.push(planned);
        } else {
          const first = before?.first ?? planned;
          set(streams, name, { version: sequence, by: place, events: [planned], first, before });
        }
        written += 1;
        const position = -written;
        if (event.id !== null) {
          const origin = { correlationId: null, causationId: null };
          set(ids, event.id, { ...planned, position, time, ...origin, by: place });
        }
        return position;
      },
      viewRow: (table, id) => buildOn(views.get(key(table, id))) ?? known.views.get(key(table, id)),
      putView: (table, id, version, payload) => {
        set(views, key(table, id), { version, payload, by: place });
        putViews.push({ table, id, version, payload });
      },
      dropSnapshot: (stream) => dropped.push(stream),
      putSnapshot: (stream, version, snapshot) => snapshots.push({ stream, version, snapshot }),
    };

    const writtenBefore = written;
    const exit = judged(() => appendAll(steps, appends, at));
    if (Exit.isSuccess(exit)) {
      return { exit, after, observed, events, views: putViews, dropped, snapshots };
    }
    for (const back of undo.reverse()) back();
    written = writtenBefore;
    return { exit, after, observed: [], events: [], views: [], dropped: [], snapshots: [] };
  });
};

/**
 * How much of a call a group takes at least, before it is planned: views are not counted yet. Rows
 * and characters are counted together, as both a million rows and a few huge texts are too much for
 * one statement.
 */
export const weightOf = ({ appends }: Group): number => {
  let weight = 0;
  for (const { written, kept } of appends) {
    for (const event of written) weight += weightOfEvent(event);
    weight += weightOfText(kept ?? "");
  }
  return weight;
};

/** What the statement of a plan has to take. */
export const weightOfPlan = (planned: ReadonlyArray<Planned>): number => {
  let weight = 0;
  for (const { events, views, snapshots } of planned) {
    for (const event of events) weight += weightOfEvent(event);
    for (const { payload } of views) weight += weightOfText(payload);
    for (const { snapshot } of snapshots) weight += weightOfText(snapshot.payload);
  }
  return weight;
};

/**
 * What a group writes in parts of no more than a weight each, or of one row that has more: for who
 * holds the lock of the log, so that nothing has to be assumed any more.
 */
export function* parts(
  { exit, events, views, dropped, snapshots }: Planned,
  most: number,
): Generator<Planned> {
  const nothing = { exit, after: new Set<number>(), observed: [], dropped: [], snapshots: [] };
  const empty = { ...nothing, events: [], views: [] };
  for (const some of slices(events, weightOfEvent, most)) yield { ...empty, events: some };
  yield* slices(dropped, () => 1, most).map((some) => ({ ...empty, dropped: some }));
  const ofView = ({ payload }: StoredView) => weightOfText(payload);
  yield* slices(views, ofView, most).map((some) => ({ ...empty, views: some }));
  const ofSnapshot = ({ snapshot }: { readonly snapshot: Snapshot }) =>
    weightOfText(snapshot.payload);
  yield* slices(snapshots, ofSnapshot, most).map((some) => ({ ...empty, snapshots: some }));
}

const slices = <Item>(
  items: ReadonlyArray<Item>,
  weightOf: (item: Item) => number,
  most: number,
): ReadonlyArray<ReadonlyArray<Item>> => {
  const found: Array<ReadonlyArray<Item>> = [];
  let [start, weight] = [0, 0];
  for (const [at, item] of items.entries()) {
    const its = weightOf(item);
    if (at > start && weight + its > most) {
      found.push(items.slice(start, at));
      [start, weight] = [at, 0];
    }
    weight += its;
  }
  if (items.length > 0) found.push(items.slice(start));
  return found;
};

const weightOfEvent = ({ payload, metadata }: WrittenEvent): number => {
  let characters = payload.length;
  for (const name in metadata) characters += name.length + (metadata[name]?.length ?? 0);
  return 1 + characters / charactersOfARow;
};

const weightOfText = (text: string): number =>
  text === "" ? 0 : 1 + text.length / charactersOfARow;

const charactersOfARow = 8_192;

/** What an aggregate's own functions throw is a defect, of its group alone. */
const judged = <A, E>(work: () => Either.Either<A, E>): Exit.Exit<A, E> => {
  try {
    return Either.match(work(), { onLeft: Exit.fail, onRight: Exit.succeed });
  } catch (cause) {
    if (cause instanceof Missing) throw cause;
    return Exit.die(cause);
  }
};

/**
 * The answer to each group of a plan that was executed; nothing for one that was refused, or that
 * was built on a refused one. The events of the others got the positions after `base`, in order.
 */
export const answers = (
  planned: ReadonlyArray<Planned>,
  base: number,
  refused: ReadonlySet<number>,
): ReadonlyArray<Answer | undefined> => {
  const positions: Array<number> = [];
  let last = base;
  for (const [place, { events }] of planned.entries()) {
    for (const _ of events) positions.push(refused.has(place) ? 0 : ++last);
  }
  const placed = (appended: Appended): Appended =>
    appended.position < 0
      ? { ...appended, position: positions[-appended.position - 1] ?? 0 }
      : appended;
  return planned.map(({ exit, after }, place) => {
    const isBuiltOnRefused = [...after].some((group) => refused.has(group));
    if (refused.has(place) || isBuiltOnRefused) return undefined;
    return Exit.map(exit, (appendeds) => appendeds.map(placed));
  });
};
