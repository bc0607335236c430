import { hash } from "node:crypto";
import * as OnChainTrade from "@ledgerfold/domain/OnChainTrade";
import * as Position from "@ledgerfold/domain/Position";
import type { Service } from "@ledgerfold/event-store/EventStore";
import { Schema } from "effect";

/** What the store and plain SQL are given to do: the same, and the same in every round. */

/** Appends in one transaction. */
export type Commit = Parameters<Service["appendAll"]>[0];
export type Append = Commit[number];

export interface Workload {
  /** Written before anything is measured. */
  readonly seed: ReadonlyArray<Commit>;
  /** Done in the same process first, as a service that has run for a while is what matters. */
  readonly warmUp: Task;
  readonly timed: Task;
}

export type Task =
  | { readonly _tag: "append"; readonly commits: ReadonlyArray<Commit> }
  | { readonly _tag: "load" | "read"; readonly ids: ReadonlyArray<string> }
  | { readonly _tag: "readAll"; readonly times: number }
  /** Who appends these one by one to one stream, at whatever version that is by then. */
  | { readonly _tag: "compete"; readonly writers: ReadonlyArray<ReadonlyArray<Append>> };

export const aggregates = [OnChainTrade.aggregate, Position.aggregate];

const batch = 100;
const streamLength = 20;
const writers = 8;
/** Events come cheaper in batches, and a measurement should not be over at once. */
const many = 10;

const workloads = {
  appendFresh: (operations: number, before: number): Workload =>
    appends(
      [],
      range(before + operations).map((n) => [trade(n)]),
      operations,
    ),
  appendExpected: (operations: number, before: number): Workload => {
    const streams = Math.ceil(operations / many);
    const later = range(before + operations).map((n) => [
      position(n % streams, 1 + Math.floor(n / streams), [fill(n)]),
    ]);
    return appends(inBatches(range(streams).map((n) => opened(n, 1))), later, operations);
  },
  batchStreams: (operations: number, before: number): Workload => {
    const batches = batchesOf(operations);
    const events = range((batchesOf(before) + batches) * batch);
    return appends([], inBatches(events.map(trade)), batches);
  },
  batchEvents: (operations: number, before: number): Workload => {
    const batches = batchesOf(operations);
    const streams = range(batchesOf(before) + batches);
    return appends(
      [],
      streams.map((n) => [opened(n, batch)]),
      batches,
    );
  },
  load: (operations: number, before: number): Workload => reads("load", operations, before),
  read: (operations: number, before: number): Workload => reads("read", operations, before),
  readAll: (operations: number): Workload => ({
    seed: inBatches(range(Math.ceil((operations * many) / streamLength)).map(streamOf)),
    warmUp: { _tag: "readAll", times: many },
    timed: { _tag: "readAll", times: many },
  }),
  compete: (operations: number, before: number): Workload => ({
    seed: [[opened(0, 1)], [opened(1, 1)]],
    warmUp: competition(0, before, 0),
    timed: competition(1, operations, before),
  }),
} as const;

export type Name = keyof typeof workloads;

/** By name: so many operations are measured, and others before them are not. */
export const named = (name: string): ((operations: number, before: number) => Workload) => {
  if (!(name in workloads)) throw new Error(`There is no workload ${name}.`);
  return workloads[name as Name];
};

const batchesOf = (operations: number) => Math.ceil((operations * many) / batch);
const range = (length: number): ReadonlyArray<number> => Array.from({ length }, (_, n) => n);

const inBatches = (all: ReadonlyArray<Append>): ReadonlyArray<Commit> =>
  range(Math.ceil(all.length / batch)).map((n) => all.slice(n * batch, (n + 1) * batch));

/** Shared among so many callers; those to one stream stay with one, in their order. */
export const among = (
  commits: ReadonlyArray<Commit>,
  callers: number,
): ReadonlyArray<ReadonlyArray<Commit>> => {
  const shares = range(callers).map((): Array<Commit> => []);
  const callerOf = new Map<string, number>();
  for (const commit of commits) {
    const id = commit[0]?.id ?? "";
    const caller = callerOf.get(id) ?? callerOf.size % callers;
    callerOf.set(id, caller);
    shares[caller]?.push(commit);
  }
  return shares;
};

/** The last `timed` commits are measured, and those before them are the warm-up. */
const appends = (
  seed: ReadonlyArray<Commit>,
  commits: ReadonlyArray<Commit>,
  timed: number,
): Workload => ({
  seed,
  warmUp: { _tag: "append", commits: commits.slice(0, -timed) },
  timed: { _tag: "append", commits: commits.slice(-timed) },
});

const reads = (_tag: "load" | "read", operations: number, before: number): Workload => {
  const streams = Math.ceil(operations / many);
  const ids = (length: number) => range(length).map((n) => symbol(n % streams));
  return {
    seed: inBatches(range(streams).map(streamOf)),
    warmUp: { _tag, ids: ids(before) },
    timed: { _tag, ids: ids(operations) },
  };
};

const metadata = { written_by: "bench" };
const at = (second: number) => new Date(1_735_689_600_000 + second * 1000).toISOString();
const symbol = (n: number) => `S${n}`;
const txHash = (n: number) => `0x${hash("sha256", `trade ${n}`)}`;
const decimal = (n: number) => `${1 + (n % 1_000)}.${1 + (n % 9)}`;

const tradeEvent = Schema.decodeUnknownSync(OnChainTrade.Event);
const trade = (n: number): Append => ({
  aggregate: OnChainTrade.aggregate,
  id: `${txHash(n)}:${n % 100}`,
  expected: "none",
  events: [
    {
      event: tradeEvent({
        Filled: {
          symbol: `t${symbol(n % 50)}`,
          amount: decimal(n),
          direction: n % 2 === 0 ? "Buy" : "Sell",
          price_usdc: decimal(n * 7),
          block_number: 30_000_000 + n,
          block_timestamp: at(n),
          filled_at: at(n + 1),
        },
      }),
      metadata,
    },
  ],
});

const positionEvent = Schema.decodeUnknownSync(Position.Event);
const initialized = () =>
  positionEvent({ Initialized: { threshold: { Shares: "1" }, initialized_at: at(0) } });
const fill = (n: number) =>
  positionEvent({
    OnChainOrderFilled: {
      trade_id: { tx_hash: txHash(n), log_index: n % 100 },
      amount: decimal(n),
      direction: n % 3 === 0 ? "Sell" : "Buy",
      price_usdc: decimal(n * 7),
      block_timestamp: at(n),
      seen_at: at(n + 1),
    },
  });

const position = (
  stream: number,
  expected: Append["expected"],
  [first, ...rest]: readonly [Position.Event, ...Array<Position.Event>],
): Append => ({
  aggregate: Position.aggregate,
  id: symbol(stream),
  expected,
  events: [{ event: first, metadata }, ...rest.map((event) => ({ event, metadata }))],
});

/** A fresh position with so many events. */
const opened = (stream: number, length: number): Append =>
  position(stream, "none", [
    initialized(),
    ...range(length - 1).map((n) => fill(stream * length + n)),
  ]);
/** A fresh position with so many events, of which all but the first are the same fill. */
export const large = (events: number): Append => {
  const one = fill(1);
  return position(0, "none", [initialized(), ...range(events - 1).map(() => one)]);
};
const streamOf = (stream: number) => opened(stream, streamLength);

/** So many fills, the same number for each writer. */
const competition = (stream: number, events: number, from: number): Task => {
  const each = Math.ceil(events / writers);
  return {
    _tag: "compete",
    writers: range(writers).map((writer) =>
      range(each).map((n) => position(stream, "any", [fill(from + writer * each + n)])),
    ),
  };
};

/** Refuses a stream that has not exactly what writers were told is in it; gives how much that is. */
export const insistKept = (
  acknowledged: ReadonlyArray<unknown>,
  payloads: ReadonlyArray<unknown>,
): number => {
  const [, ...kept] = payloads;
  const sorted = (all: ReadonlyArray<unknown>) => all.map((one) => stable(one)).sort();
  const [wanted, found] = [sorted(acknowledged), sorted(kept)];
  if (wanted.length !== found.length || wanted.some((text, at) => text !== found[at])) {
    throw new Error(`${wanted.length} appends succeeded, and the stream has ${found.length} more.`);
  }
  return found.length;
};

/**
 * JSON with the names of objects in order, which databases are free to change. Emmett reads a hash in
 * PostgreSQL as a `bigint`, as any text that is a long number.
 */
export const stable = (value: unknown): string =>
  JSON.stringify(value, (_, part) => {
    if (typeof part === "bigint") return `0x${part.toString(16).padStart(64, "0")}`;
    return typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part;
  });
