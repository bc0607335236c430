import { Effect, FiberRef } from "effect";
import type { RecordedEvent, StreamId } from "../EventStore.ts";
import { commit, type Tables } from "../internal/commit.ts";
import type { Engine, StoredView, Write } from "../internal/Engine.ts";

interface Data {
  log: ReadonlyArray<RecordedEvent>;
  streams: Map<string, ReadonlyArray<RecordedEvent>>;
  byEventId: Map<string, RecordedEvent>;
  views: Map<string, Map<string, StoredView>>;
  snapshots: Map<string, Snapshot>;
  lastPosition: number;
}

interface Snapshot extends NonNullable<Write["snapshot"]> {
  readonly type: string;
  readonly version: number;
}

/** Everything in maps: for tests, and the smallest complete example of an engine. */
export const make = Effect.gen(function* () {
  let data: Data = {
    log: [],
    streams: new Map(),
    byEventId: new Map(),
    views: new Map(),
    snapshots: new Map(),
    lastPosition: 0,
  };
  const mutex = yield* Effect.makeSemaphore(1);
  const inTransaction = FiberRef.unsafeMake(false);
  /** One fiber at a time, and a transaction's own fiber all the time. */
  const alone = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.flatMap(FiberRef.get(inTransaction), (inside) =>
      inside ? effect : mutex.withPermits(1)(effect),
    );
  const read = <A>(work: () => A) => alone(Effect.sync(work));
  const orRestore = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.suspend(() => {
      const before = copy(data);
      return Effect.onError(effect, () =>
        Effect.sync(() => {
          data = before;
        }),
      );
    });

  const stream = (id: StreamId) => data.streams.get(key(id)) ?? [];
  const tables: Tables = {
    version: (id) => stream(id).at(-1)?.sequence ?? 0,
    byEventId: (id) => data.byEventId.get(id),
    insertEvent: (id, sequence, event) => {
      data.lastPosition += 1;
      const recorded = { ...event, stream: id, sequence, position: data.lastPosition };
      data.log = [...data.log, recorded];
      data.streams.set(key(id), [...stream(id), recorded]);
      if (event.id !== null) data.byEventId.set(event.id, recorded);
      return data.lastPosition;
    },
    putView: (table, id, version, payload) => {
      const rows = new Map(data.views.get(table)).set(id, { version, payload });
      data.views.set(table, rows);
    },
    putSnapshot: (id, version, snapshot) => {
      data.snapshots.set(key(id), { ...snapshot, type: id.type, version });
    },
  };

  const engine: Engine = {
    setup: () => Effect.void,
    head: (id, viewTable) =>
      read(() => ({ version: tables.version(id), view: data.views.get(viewTable)?.get(id.id) })),
    snapshot: (id, schemaVersion) =>
      read(() => {
        const snapshot = data.snapshots.get(key(id));
        return snapshot?.schemaVersion === schemaVersion ? snapshot : undefined;
      }),
    read: (id, from = 1) => read(() => stream(id).filter(({ sequence }) => sequence >= from)),
    readFirst: (type, ids) => read(() => ids.map((id) => stream({ type, id })[0])),
    page: (after, limit) =>
      read(() => data.log.filter(({ position }) => position > after).slice(0, limit)),
    viewRow: (table, id) => read(() => data.views.get(table)?.get(id)),
    commit: (writes) => alone(orRestore(Effect.suspend(() => commit(tables, writes)))),
    count: (types) =>
      read(() => {
        const counts = new Map<string, number>();
        for (const {
          stream: { type },
        } of data.log) {
          if (types.includes(type)) counts.set(type, (counts.get(type) ?? 0) + 1);
        }
        return counts;
      }),
    erase: (types, viewTables) =>
      read(() => {
        const kept = data.log.filter((event) => !types.includes(event.stream.type));
        const erased = data.log.length - kept.length;
        data.log = kept;
        for (const event of [...data.streams.values()].flat()) {
          if (!types.includes(event.stream.type)) continue;
          data.streams.delete(key(event.stream));
          if (event.id !== null) data.byEventId.delete(event.id);
        }
        for (const [id, { type }] of data.snapshots)
          if (types.includes(type)) data.snapshots.delete(id);
        for (const table of viewTables) data.views.delete(table);
        return erased;
      }),
    transaction: (effect) =>
      Effect.flatMap(FiberRef.get(inTransaction), (inside) =>
        inside
          ? effect
          : mutex.withPermits(1)(orRestore(Effect.locally(effect, inTransaction, true))),
      ),
  };
  return engine;
});

const key = ({ type, id }: StreamId) => JSON.stringify([type, id]);

const copy = (data: Data): Data => ({
  ...data,
  streams: new Map(data.streams),
  byEventId: new Map(data.byEventId),
  views: new Map(data.views),
  snapshots: new Map(data.snapshots),
});
