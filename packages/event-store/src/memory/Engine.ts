import { type Duration, Effect, type Either } from "effect";
import type { Checkpoint } from "../Checkpoint.ts";
import { DatabaseBusy } from "../DatabaseError.ts";
import type { RecordedEvent, StreamId } from "../EventStore.ts";
import {
  appendAll,
  appendEncoded,
  type Snapshot as NewSnapshot,
  type AppendSteps,
} from "../internal/append.ts";
import * as Changes from "../internal/Changes.ts";
import type { Engine, RunEvents, StoredRun, StoredView } from "../internal/Engine.ts";
import * as Page from "../internal/Page.ts";
import * as Stored from "../internal/Stored.ts";
import * as Transactions from "../internal/Transactions.ts";

interface Snapshot extends NewSnapshot {
  readonly type: string;
  readonly version: number;
}

/** Of a map of streams while it had so many. */
interface Sorted {
  readonly streams: ReadonlyMap<string, unknown>;
  readonly size: number;
  readonly ids: ReadonlyArray<string>;
}

/** Everything in maps: for tests, and the smallest complete example of an engine. */
export const make = ({ patience = "10 seconds" }: Options) => Effect.sync(() => engine(patience));

export interface Options {
  /** How long to wait for a transaction of another fiber. The default is ten seconds. */
  readonly patience?: Duration.DurationInput;
}

const engine = (patience: Duration.DurationInput): Engine => {
  let data = {
    log: [] as Array<RecordedEvent>,
    streams: new Map<string, Array<RecordedEvent>>(),
    byEventId: new Map<string, RecordedEvent>(),
    views: new Map<string, Map<string, StoredView>>(),
    snapshots: new Map<string, Snapshot>(),
  };
  const sorted = new Map<string, Sorted>();
  const checkpoints = new Map<string, Checkpoint>();
  const runs = new Map<string, StoredRun>();
  let lastPosition = 0;
  const changes = Changes.make();

  /** What takes back each change of the transaction that runs, and where its blocks begin. */
  const undo: Array<() => void> = [];
  const starts: Array<number> = [];
  const { inTurn, transaction, afterCommit } = Transactions.make<DatabaseBusy>(
    {
      begin: (depth) =>
        Effect.sync(() => {
          starts[depth] = undo.length;
        }),
      commit: (depth) =>
        Effect.sync(() => {
          if (depth === 0) undo.length = 0;
        }),
      rollback: (depth) =>
        Effect.sync(() => {
          for (const back of undo.splice(starts[depth] ?? 0).reverse()) back();
        }),
    },
    { patience, busy: () => new DatabaseBusy({ database: "memory", reason: "own" }) },
  );
  const run = <A>(work: () => A) => inTurn(() => Effect.succeed(work()));
  const set = <Value>(map: Map<string, Value>, name: string, value: Value) => {
    const before = map.get(name);
    undo.push(() => (before === undefined ? map.delete(name) : map.set(name, before)));
    map.set(name, value);
  };
  const remove = <Value>(map: Map<string, Value>, name: string) => {
    const before = map.get(name);
    if (before === undefined) return false;
    undo.push(() => map.set(name, before));
    return map.delete(name);
  };
  const push = <Item>(list: Array<Item>, item: Item) => {
    undo.push(() => list.pop());
    list.push(item);
  };

  const stream = (id: StreamId) => data.streams.get(key(id)) ?? [];
  const row = (table: string, id: string) => data.views.get(table)?.get(id);
  /** The ids of a type's streams in order, as long as there are no others. */
  const idsOf = (type: string): ReadonlyArray<string> => {
    const { streams } = data;
    const known = sorted.get(type);
    if (known?.streams === streams && known.size === streams.size) return known.ids;
    // By their keys: one whose beginning was given up has no event, and may have some later.
    const ids = [...streams.keys()].flatMap((key) => {
      const [its, id] = JSON.parse(key);
      return its === type ? [id] : [];
    });
    sorted.set(type, { streams, size: streams.size, ids: ids.sort(inBytes) });
    return ids;
  };
  /** The events of a type, stream after stream, after the one at a position or from the first on. */
  function* inStreams(type: string, after: number) {
    const last = after === 0 ? undefined : data.log[firstAfter(data.log, after) - 1];
    const ids = idsOf(type);
    const start =
      last === undefined ? 0 : firstWhere(ids, (id) => inBytes(id, last.stream.id) >= 0);
    for (let at = start; at < ids.length; at += 1) {
      const events = stream({ type, id: ids[at] ?? "" });
      yield* eventsFrom(events, at === start ? (last?.sequence ?? 0) : 0);
    }
  }
  const steps: AppendSteps = {
    version: (id) => stream(id).length,
    hasKey: () => true,
    first: (id) => stream(id)[0],
    read: stream,
    byEventId: (id) => data.byEventId.get(id),
    insertEvent: (id, sequence, event, time) => {
      if (sequence <= stream(id).length) return undefined;
      undo.push(() => {
        lastPosition -= 1;
      });
      lastPosition += 1;
      const metadata = { ...event.metadata };
      const position = lastPosition;
      const origin = Stored.origin(metadata);
      const recorded = { ...event, metadata, stream: id, sequence, position, time, ...origin };
      push(data.log, recorded);
      push(
        entry(data.streams, key(id), () => []),
        recorded,
      );
      if (event.id !== null) set(data.byEventId, event.id, recorded);
      return lastPosition;
    },
    viewRow: row,
    dropSnapshot: (id) => void remove(data.snapshots, key(id)),
    putView: (table, id, version, payload) =>
      set(
        entry(data.views, table, () => new Map()),
        id,
        { version, payload },
      ),
    putSnapshot: (id, version, snapshot) =>
      set(data.snapshots, key(id), { ...snapshot, type: id.type, version }),
  };

  /** With the events that stay, and what goes with those that do not. */
  const keepOnly = (stays: (event: RecordedEvent) => boolean, more: Partial<typeof data>) => {
    const before = data;
    undo.push(() => {
      data = before;
    });
    data = {
      ...before,
      log: before.log.filter(stays),
      streams: only(before.streams, ([first]) => first !== undefined && stays(first)),
      byEventId: only(before.byEventId, stays),
      ...more,
    };
    return before.log.length - data.log.length;
  };

  const appending = <A, E>(work: () => Either.Either<A, E>) =>
    transaction(Effect.zipLeft(inTurn(work), afterCommit(changes.signal)));

  return {
    transaction,
    afterCommit,
    bulk: transaction,
    changes: changes.subscribe,
    setup: () => Effect.void,
    isSetUp: () => Effect.succeed(true),
    append: (appends, at) => appending(() => appendAll(steps, appends, at)),
    appendEncoded: (aggregate, streams, at) =>
      appending(() => appendEncoded(steps, aggregate, streams, at)),
    history: (id, schemaVersion, after = 0) =>
      run(() => {
        const kept = data.snapshots.get(key(id));
        const snapshot = kept?.schemaVersion === schemaVersion ? kept : undefined;
        const from = snapshot?.version ?? after;
        const { rows: events, isCut } = Page.take(stream(id).slice(from));
        return { snapshot, events, version: events.at(-1)?.sequence ?? from, isCut };
      }),
    read: (id, { from, direction, limit } = {}) =>
      run(() => {
        const events = stream(id);
        const found =
          direction === "backwards"
            ? events.slice(0, Math.max(from ?? events.length, 0)).reverse()
            : events.slice(Math.max((from ?? 1) - 1, 0));
        return found.slice(0, limit);
      }),
    readFirst: (type, ids) => run(() => ids.map((id) => stream({ type, id })[0])),
    page: ({ after, limit, aggregates, types }) =>
      run(() => {
        const wanted = eventsFrom(data.log, firstAfter(data.log, after)).filter(
          ({ stream, type }) =>
            (aggregates?.includes(stream.type) ?? true) && (types?.includes(type) ?? true),
        );
        return Page.take(wanted.take(limit));
      }),
    // A transaction has everything to itself.
    holdLog: Effect.void,
    streamPage: (type, after, limit) => run(() => Page.take(inStreams(type, after).take(limit))),
    removeViews: (table, type) =>
      run(() => {
        const rows = data.views.get(table) ?? new Map();
        const gone = [...rows.keys()].filter((id) => stream({ type, id }).length === 0);
        for (const id of gone) remove(rows, id);
        return gone.length;
      }),
    readLast: run(() => data.log.at(-1)),
    checkpoints: (name) =>
      run(() =>
        [...checkpoints.values()]
          .filter((checkpoint) => name === undefined || checkpoint.name === name)
          .sort((a, b) => inBytes(a.name, b.name)),
      ),
    lockCheckpoint: () => Effect.void,
    putCheckpoint: (checkpoint) => run(() => set(checkpoints, checkpoint.name, checkpoint)),
    dropCheckpoint: (name) => run(() => remove(checkpoints, name)),
    putView: (table, id, { version, payload }) =>
      run(() => steps.putView(table, id, version, payload)),
    viewRow: (table, id) => run(() => row(table, id)),
    singles: (type, table, ids) =>
      run(() =>
        ids.flatMap((id) => {
          const [event, ...more] = stream({ type, id });
          return event === undefined || more.length > 0 ? [] : [{ id, event, row: row(table, id) }];
        }),
      ),
    viewPage: (table, after, limit) =>
      run(() => {
        const rows = [...(data.views.get(table) ?? [])].map(([id, row]) => ({ id, ...row }));
        const sorted = rows
          .filter(({ id }) => after === undefined || inBytes(id, after) > 0)
          .sort((a, b) => inBytes(a.id, b.id));
        return Page.take(sorted.slice(0, limit));
      }),
    count: (types) =>
      run(() => {
        const counts = new Map<string, number>();
        for (const { stream } of data.log) {
          if (types.includes(stream.type))
            counts.set(stream.type, (counts.get(stream.type) ?? 0) + 1);
        }
        return counts;
      }),
    erase: (types, viewTables) =>
      run(() =>
        keepOnly(({ stream }) => !types.includes(stream.type), {
          views: only(data.views, (_, table) => !viewTables.includes(table)),
          snapshots: only(data.snapshots, ({ type }) => !types.includes(type)),
        }),
      ),
    runs: run(() => [...runs.values()]),
    putRun: (one) => run(() => set(runs, one.id, one)),
    runEvents: run(() => {
      const found = new Map<string, RunEvents>();
      for (const { metadata, stream, position, time } of data.log) {
        const { run_id: run = "" } = metadata ?? {};
        if (run === "") continue;
        const name = JSON.stringify([run, stream.type]);
        const { events = 0, firstAt = time } = found.get(name) ?? {};
        const counted = { events: events + 1, lastPosition: position, firstAt };
        found.set(name, { run, type: stream.type, ...counted });
      }
      return [...found.values()];
    }),
    sharedStreams: (id, types) =>
      run(() =>
        [...data.streams.values()].flatMap((events) => {
          const [first] = events;
          const isShared = events.some(isOf(id)) && !events.every(isOf(id));
          return first !== undefined && isShared && types.includes(first.stream.type)
            ? [first.stream]
            : [];
        }),
      ),
    eraseRun: (id, aggregates) =>
      run(() => {
        const tables = new Map(aggregates.map(({ type, table }) => [type, table]));
        const goes = (event: RecordedEvent) => isOf(id)(event) && tables.has(event.stream.type);
        const gone = data.log.filter(goes);
        for (const { stream } of gone) {
          remove(data.snapshots, key(stream));
          remove(data.views.get(tables.get(stream.type) ?? "") ?? new Map(), stream.id);
        }
        return keepOnly((event) => !goes(event), {});
      }),
  };
};

const isOf =
  (run: string) =>
  ({ metadata }: RecordedEvent): boolean =>
    metadata?.run_id === run;

const key = ({ type, id }: StreamId) => JSON.stringify([type, id]);

/** Orders texts as databases do: by their UTF-8, where JavaScript goes by UTF-16. */
const inBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const entry = <Value>(map: Map<string, Value>, name: string, make: () => Value): Value => {
  const known = map.get(name);
  if (known !== undefined) return known;
  const made = make();
  map.set(name, made);
  return made;
};

const only = <Value>(map: Map<string, Value>, stays: (value: Value, name: string) => boolean) =>
  new Map([...map].filter(([name, value]) => stays(value, name)));

function* eventsFrom(log: ReadonlyArray<RecordedEvent>, start: number) {
  for (let at = start; at < log.length; at += 1) yield log[at] as RecordedEvent;
}

/** Where the events after a position begin, in a log that erasing may have left with gaps. */
const firstAfter = (log: ReadonlyArray<RecordedEvent>, after: number): number =>
  firstWhere(log, ({ position }) => position > after);

/** In a list whose first items do not fit, and all others do. */
const firstWhere = <Item>(items: ReadonlyArray<Item>, fits: (item: Item) => boolean): number => {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(items[middle] as Item)) high = middle;
    else low = middle + 1;
  }
  return low;
};
