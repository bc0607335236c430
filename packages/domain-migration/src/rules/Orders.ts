import * as Cell from "@ledgerfold/verifier/Cell";
import type { Row } from "@ledgerfold/verifier/Cell";
import type * as Json from "@ledgerfold/verifier/internal/Json";
import { type Read, Unreadable, type Value } from "@ledgerfold/verifier/Read";
import * as Rule from "@ledgerfold/verifier/Rule";
import type { Verify, Viewed } from "@ledgerfold/declaration/internal/Checking";

const brokers = {
  schwab: '"Schwab"',
  alpaca: '"Alpaca"',
  "alpaca-trading-api": '"Alpaca"',
  "alpaca-broker-api": '"Alpaca"',
  dry_run: '"DryRun"',
  "dry-run": '"DryRun"',
};

/** One thing in two columns: what the bot called order_id is broker_order_id elsewhere. */
export const orderId: Rule.Rule = {
  ...Rule.optionalText("broker_order_id"),
  legacy: (row): Read<Value> => {
    const read = Cell.orNull(Cell.text);
    const [a, b] = [read(row.broker_order_id), read(row.order_id)];
    if (a instanceof Unreadable || b === null || a === b) return a;
    if (b instanceof Unreadable || a === null) return b;
    return new Unreadable("must be the same in both columns where both are set");
  },
  showLegacy: (row: Row) =>
    ["broker_order_id", "order_id"].map((name) => `${name} ${Cell.show(row[name])}`).join(", "),
};

/** Where the older table has no such column, there was no other broker. */
export const broker: Rule.Rule = {
  ...Rule.words("broker", brokers),
  legacy: (row) =>
    row.legacy_table === "schwab_executions" ? brokers.schwab : Cell.oneOf(brokers)(row.broker),
};

const executors = {
  schwab: '"Schwab"',
  alpaca: '"AlpacaTradingApi"',
  "alpaca-trading-api": '"AlpacaTradingApi"',
  "alpaca-broker-api": '"AlpacaBrokerApi"',
  dry_run: '"DryRun"',
  "dry-run": '"DryRun"',
};

/** Which of its interfaces; earlier versions did not write it. */
export const executor: Rule.Rule = {
  ...Rule.words("broker", executors),
  legacy: (row) =>
    row.legacy_table === "schwab_executions" ? executors.schwab : Cell.oneOf(executors)(row.broker),
  allOrNone: true,
};

/** The event's or, where that has none, none yet or the one that it is read with. */
export const shownExecutor: Viewed = ({ broker, executor, legacy_broker }, _, stored) => {
  if (executor !== undefined || stored?.executor === undefined) return executor;
  if (broker !== "Alpaca") return broker;
  return legacy_broker === "alpaca-broker-api" ? "AlpacaBrokerApi" : "AlpacaTradingApi";
};

/** As whoever loads the event reads it: by `executor` where that is there, which says more. */
export const readExecutor: Viewed = (event, id) => shownExecutor(event, id, { executor: null });

const brokerOf: Readonly<Record<string, string>> = {
  Schwab: "Schwab",
  AlpacaTradingApi: "Alpaca",
  AlpacaBrokerApi: "Alpaca",
  DryRun: "DryRun",
};

/** The event's or, where other services wrote none, that of its executor. */
export const shownBroker: Viewed = ({ broker, executor }) =>
  broker === undefined && typeof executor === "string" ? brokerOf[executor] : broker;

export const legacyBroker = Rule.optionalText("broker");

export const hasGoneOn: NonNullable<Verify["hasGoneOn"]> = (row, event) => {
  const done = ["FILLED", "FAILED", "COMPLETED"];
  const later = { Pending: ["SUBMITTED", ...done], Submitted: done };
  const { status } = event;
  const isLater =
    (status === "Pending" || status === "Submitted") && later[status].includes(String(row.status));
  return isLater ? "the order" : undefined;
};

/** Of the view: an object only where the order has failed. */
export const shownStatus = ({ status }: Json.JsonObject): Json.Json | undefined =>
  typeof status === "string" ? status : "Failed";

export const completedAt = (event: Json.JsonObject): Json.Json | undefined => {
  const status = shownStatus(event);
  return status === "Filled" || status === "Failed" ? event.executed_at : null;
};
