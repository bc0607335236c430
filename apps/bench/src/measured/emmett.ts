import { isExpectedVersionConflictError } from "@event-driven-io/emmett";
import type { Measured } from "../Measurement.ts";
import * as plain from "./plain.ts";
import { evolve, initial } from "./plainPosition.ts";
import * as Workload from "./Workload.ts";

/** What is asked of Emmett, whatever keeps its events. */

/** One of its stores, with the names of its streams and plain payloads. */
export interface Store {
  readonly append: (stream: string, events: Array<NewEvent>, expected: bigint) => Promise<unknown>;
  /** Folds from the payloads and returns the version. */
  readonly load: <State>(
    stream: string,
    initial: State,
    evolve: (state: State, payload: never) => State,
  ) => Promise<bigint>;
  readonly read: (stream: string, from?: bigint) => Promise<ReadonlyArray<{ data: unknown }>>;
}

/** A type and not an interface, or it would not be one of Emmett's events. */
export type NewEvent = {
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
};

/** The types that the workloads have, which a projection names. */
export const eventTypes = [
  "OnChainTradeEvent::Filled",
  "PositionEvent::Initialized",
  "PositionEvent::OnChainOrderFilled",
];

/** A view's row as a projection is to write it: folded, and for a version that is known before. */
export interface ViewRow {
  readonly table: string;
  readonly id: string;
  readonly version: number;
  readonly payload: string;
}

/** By the payload of the last event of an append. */
export type Views = WeakMap<object, ViewRow>;

/** The view's row of an append, out of what a projection is given. */
export const viewRow = (views: Views, events: ReadonlyArray<{ data: object }>): ViewRow => {
  const row = views.get(events.at(-1)?.data ?? {});
  if (row === undefined) throw new Error("An append without a view.");
  return row;
};

export const measure = async (
  store: Store,
  views: Views,
  name: string,
  operations: number,
  warmUps: number,
): Promise<Omit<Measured, "settings">> => {
  const { seed, warmUp, timed } = Workload.named(name)(operations, warmUps);
  const plainly = plain.make();
  const side = { store, views };
  await appender(side, seed.map(plainly))();
  const [warm, measured] = [warmUp, timed].map((task) => performer(side, task, plainly));
  await warm?.();
  const start = performance.now();
  const done = (await measured?.()) ?? { count: 0 };
  const seconds = (performance.now() - start) / 1000;
  return { seconds, ...(await check(store, timed, done)) };
};

interface Side {
  readonly store: Store;
  readonly views: Views;
}

interface Done {
  readonly count: number;
  readonly conflicts?: number;
  readonly stopped?: string;
  /** What competing writers were told is in. */
  readonly acknowledged?: ReadonlyArray<unknown>;
}

const performer = (
  side: Side,
  task: Workload.Task,
  plainly: ReturnType<typeof plain.make>,
): (() => Promise<Done>) => {
  const { store } = side;
  switch (task._tag) {
    case "append":
      return appender(side, task.commits.map(plainly));
    case "load":
      return async () => {
        let count = 0;
        for (const id of task.ids) {
          count += Number(await store.load(`Position-${id}`, initial, evolve));
        }
        return { count };
      };
    case "read":
      return async () => {
        let count = 0;
        for (const id of task.ids) count += (await store.read(`Position-${id}`)).length;
        return { count };
      };
    case "readAll":
      throw new Error("Emmett hands its whole log to consumers alone.");
    case "compete": {
      const writers = task.writers.map((appends) => appends.flatMap((one) => plainly([one])));
      return () => compete(side, writers);
    }
  }
};

/** Emmett appends to one stream at a time. */
const appender = (
  { store, views }: Side,
  commits: ReadonlyArray<ReadonlyArray<plain.PlainAppend>>,
) => {
  const prepared = commits.flat().map((append) => {
    const events = eventsOf(append);
    remember(views, append, events, append.expected + events.length);
    return { stream: nameOf(append), events, expected: BigInt(append.expected) };
  });
  return async (): Promise<Done> => {
    let count = 0;
    for (const { stream, events, expected } of prepared) {
      await store.append(stream, events, expected);
      count += events.length;
    }
    return { count };
  };
};

const nameOf = ({ type, id }: plain.PlainAppend) => `${type}-${id}`;

const eventsOf = ({ events }: plain.PlainAppend): Array<NewEvent> =>
  events.map(({ type, payload, metadata }) => ({
    type,
    data: payload as Record<string, unknown>,
    metadata: metadata as Record<string, unknown>,
  }));

const remember = (
  views: Views,
  { id, view }: plain.PlainAppend,
  events: ReadonlyArray<NewEvent>,
  version: number,
) => {
  const payload = JSON.stringify(view.payload);
  views.set(events.at(-1)?.data ?? {}, { table: view.table, id, version, payload });
};

/** After so many conflicts without anything new in between, nobody will ever come through. */
const patience = 3;

/** Appends each at the version that the stream is found at, after a conflict again. */
const compete = async (
  { store, views }: Side,
  writers: ReadonlyArray<ReadonlyArray<plain.PlainAppend>>,
): Promise<Done> => {
  const acknowledged: Array<unknown> = [];
  let conflicts = 0;
  let fruitless = 0;
  const write = async (appends: ReadonlyArray<plain.PlainAppend>) => {
    let version = 1;
    for (const append of appends) {
      const events = eventsOf(append);
      for (let isIn = false; !isIn && fruitless < patience; ) {
        remember(views, append, events, version + 1);
        try {
          await store.append(nameOf(append), events, BigInt(version));
          acknowledged.push(events[0]?.data);
          version += 1;
          fruitless = 0;
          isIn = true;
        } catch (error) {
          if (!isExpectedVersionConflictError(error)) throw error;
          conflicts += 1;
          const newer = (await store.read(nameOf(append), BigInt(version + 1))).length;
          version += newer;
          fruitless = newer === 0 ? fruitless + 1 : 0;
        }
      }
    }
  };
  await Promise.all(writers.map(write));
  const done = { count: acknowledged.length, conflicts, acknowledged };
  if (fruitless < patience) return done;
  const all = writers.flat().length;
  return { ...done, stopped: `stuck after ${acknowledged.length} of ${all}` };
};

/** Refuses what was written by writers that competed, unless all of it is there, once. */
const check = async (store: Store, task: Workload.Task, { acknowledged, ...done }: Done) => {
  if (acknowledged === undefined || task._tag !== "compete") return done;
  const id = task.writers[0]?.[0]?.id ?? "";
  const kept = await store.read(`Position-${id}`);
  Workload.insistKept(
    acknowledged,
    kept.map(({ data }) => data),
  );
  return done;
};
