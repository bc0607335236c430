import { Schema } from "effect";

/**
 * Where an order went. `Alpaca` is what services called both of Alpaca's interfaces until
 * 2026-01-27; later ones name the interface (and call the field `executor`).
 */
export const Broker = Schema.Literal(
  "Schwab",
  "Alpaca",
  "AlpacaTradingApi",
  "AlpacaBrokerApi",
  "DryRun",
);
export type Broker = typeof Broker.Type;

/** Upcaster: gives a payload that says `executor` the field `broker`. */
export const fromExecutor = (payload: unknown): unknown => {
  if (typeof payload !== "object" || payload === null) return payload;
  const entries = Object.entries(payload);
  if (!entries.some(([, fields]) => saysExecutor(fields))) return payload;
  return Object.fromEntries(
    entries.map(([tag, fields]) =>
      saysExecutor(fields) ? [tag, { ...fields, broker: fields.executor }] : [tag, fields],
    ),
  );
};

const saysExecutor = (fields: unknown): fields is { readonly executor: unknown } =>
  typeof fields === "object" && fields !== null && "executor" in fields && !("broker" in fields);
