import { Schema } from "effect";

/** Brokers, and the interfaces to them. */

/** Which interface of which broker an order goes through. */
export const Executor = Schema.Literal("Schwab", "AlpacaTradingApi", "AlpacaBrokerApi", "DryRun");
export type Executor = typeof Executor.Type;

/**
 * The same in the words of December 2025, which do not tell Alpaca's interfaces apart. Services read
 * `broker` until 2026-01-18 and `executor` from the day after, so what is written has both.
 */
export const Broker = Schema.Literal("Schwab", "Alpaca", "DryRun");
export type Broker = typeof Broker.Type;

/** Which broker an executor goes through. */
const brokerOf: Readonly<Record<Executor, Broker>> = {
  Schwab: "Schwab",
  AlpacaTradingApi: "Alpaca",
  AlpacaBrokerApi: "Alpaca",
  DryRun: "DryRun",
};

/** Gives a command's executor the broker that events have beside it. */
export const withBroker = <A extends { readonly executor: Executor }>(order: A) => ({
  ...order,
  broker: brokerOf[order.executor],
});

/** Upcaster: gives a payload that has one of `broker` and `executor` the other. */
export const withBoth = (payload: unknown): unknown => {
  if (!isObject(payload)) return payload;
  const entries = Object.entries(payload);
  const [[tag, fields] = ["", undefined]] = entries;
  if (entries.length !== 1 || !isObject(fields)) return payload;
  const both = complete(fields);
  return both === undefined ? payload : { [tag]: { ...fields, ...both } };
};

const complete = ({ broker, executor, legacy_broker }: Readonly<Record<string, unknown>>) => {
  // Earlier versions of ours had the executor's words in `broker`, too.
  const name = executor ?? (isExecutor(broker) ? broker : named(broker, legacy_broker));
  if (!isExecutor(name)) return undefined;
  return { broker: isBroker(broker) ? broker : brokerOf[name], executor: name };
};

/** What `Alpaca` alone leaves open, the legacy row may have told. */
const named = (broker: unknown, legacy: unknown): Executor | undefined => {
  if (broker !== "Alpaca") return undefined;
  return legacy === "alpaca-broker-api" ? "AlpacaBrokerApi" : "AlpacaTradingApi";
};

/** How versions that wrote no executor wrote what has this tag. */
export const withoutExecutor =
  (tag: string) =>
  (payload: unknown): unknown => {
    const fields = isObject(payload) ? payload[tag] : undefined;
    return isObject(fields) ? { [tag]: { ...fields, executor: undefined } } : payload;
  };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Not by `Schema.is`, which was a sixth of a position's load: each of its events is asked. */
const isOf =
  <A extends string>(words: ReadonlyArray<A>) =>
  (value: unknown): value is A =>
    words.includes(value as A);
const isExecutor = isOf(Executor.literals);
const isBroker = isOf(Broker.literals);
