import { sql } from "kysely";
import * as Cell from "./Cell.ts";
import type { Row } from "./Cell.ts";
import * as Json from "./Json.ts";
import { type Read, Unreadable, type Value } from "./Read.ts";
import * as Rule from "./Rule.ts";
import { openly, type Subject } from "./Subject.ts";

const brokers = {
  schwab: '"Schwab"',
  alpaca: '"Alpaca"',
  "alpaca-trading-api": '"Alpaca"',
  "alpaca-broker-api": '"Alpaca"',
  dry_run: '"DryRun"',
  "dry-run": '"DryRun"',
};

const statuses = {
  PENDING: '"Pending"',
  SUBMITTED: '"Submitted"',
  FILLED: '"Filled"',
  FAILED: '{"Failed":{"error":"Migrated from legacy system"}}',
};

/** One thing in two columns: what the bot called order_id is broker_order_id elsewhere. */
const orderId: Rule.Rule = {
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
const broker: Rule.Rule = {
  ...Rule.words("broker", brokers),
  legacy: (row) =>
    row.legacy_table === "schwab_executions" ? brokers.schwab : Cell.oneOf(brokers)(row.broker),
};

export const subject: Subject = {
  aggregate: "OffchainOrder",
  tables: ["offchain_trades", "schwab_executions"],
  columns: [
    "id",
    "symbol",
    "shares",
    "direction",
    "broker",
    "broker_order_id",
    "order_id",
    "price_cents",
    "status",
    "executed_at",
  ],
  id: (column) => sql`
    iif(typeof(${column("id")}) = 'integer', cast(${column("id")} as text), null)`,
  refuse: (row) =>
    typeof row.id === "bigint" ? undefined : { column: "id", reason: "must be INTEGER" },

  writtenAt: ["executed_at"],
  hasGoneOn: (row, event) => {
    const later = { Pending: ["SUBMITTED", "FILLED", "FAILED"], Submitted: ["FILLED", "FAILED"] };
    const { status } = event;
    return (
      (status === "Pending" || status === "Submitted") && later[status].includes(String(row.status))
    );
  },

  prefix: "OffchainOrderEvent::",
  tag: "Migrated",
  fields: {
    symbol: Rule.text("symbol"),
    shares: Rule.decimal("shares"),
    direction: Rule.direction("direction"),
    broker,
    status: Rule.words("status", statuses),
    broker_order_id: orderId,
    price_cents: Rule.optionalInteger("price_cents"),
    executed_at: Rule.optionalMoment("executed_at"),
    migrated_at: Rule.migratedAt,
    legacy_broker: Rule.optionalText("broker"),
  },
  show: openly,

  view: {
    table: "offchain_order_view",
    tag: "Execution",
    fields: (event, id) => {
      const status = Json.isObject(event.status) ? "Failed" : event.status;
      const isDone = status === "Filled" || status === "Failed";
      return {
        execution_id: Json.fromInteger(id),
        symbol: event.symbol,
        shares: event.shares,
        direction: event.direction,
        broker: event.broker,
        status,
        broker_order_id: event.broker_order_id,
        price_cents: event.price_cents,
        initiated_at: event.executed_at ?? event.migrated_at,
        completed_at: isDone ? event.executed_at : null,
      };
    },
  },
};
