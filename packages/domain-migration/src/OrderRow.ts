import type { Broker, Executor } from "@ledgerfold/domain/Broker";
import * as OffchainOrder from "@ledgerfold/domain/OffchainOrder";
import type { Timestamp } from "@ledgerfold/scalars/Timestamp";
import type {
  BrokerOrderId,
  ExecutionId,
  PriceCents,
  Shares,
  Ticker,
} from "@ledgerfold/domain/Values";
import { Schema } from "effect";
import type { RawRow } from "@ledgerfold/migration/BadData";
import type { Cell } from "@ledgerfold/migration/internal/Cell";
import type { Fault } from "@ledgerfold/declaration/Writing";
import * as Field from "@ledgerfold/migration/internal/Field";
import { directions } from "./TradeRow.ts";

/** A row of offchain_trades, or of schwab_executions as that table was called before. */

export const brokers: Readonly<Record<string, Broker>> = {
  schwab: "Schwab",
  alpaca: "Alpaca",
  dry_run: "DryRun",
  "alpaca-trading-api": "Alpaca",
  "alpaca-broker-api": "Alpaca",
  "dry-run": "DryRun",
};

const executors: Readonly<Record<string, Executor>> = {
  schwab: "Schwab",
  alpaca: "AlpacaTradingApi",
  dry_run: "DryRun",
  "alpaca-trading-api": "AlpacaTradingApi",
  "alpaca-broker-api": "AlpacaBrokerApi",
  "dry-run": "DryRun",
};

/** A table without the column is from when there was no other. */
export const executorOf = (broker: Cell | undefined): Executor =>
  (typeof broker === "string" ? executors[broker] : undefined) ?? "Schwab";

export const statuses = ["PENDING", "SUBMITTED", "FILLED", "FAILED"] as const;
export type Status = (typeof statuses)[number];
/** From 2025-08-26 to 2025-09-17 the bot called a filled order completed. */
const spelled: Readonly<Record<string, Status>> = {
  PENDING: "PENDING",
  SUBMITTED: "SUBMITTED",
  FILLED: "FILLED",
  FAILED: "FAILED",
  COMPLETED: "FILLED",
};

export const statusOf = (cell: Cell | undefined): Status | undefined =>
  typeof cell === "string" && Object.hasOwn(spelled, cell) ? spelled[cell] : undefined;

/** What a row of this status has, and what it has not. */
const rules: Readonly<Record<Status, ReadonlyArray<readonly ["needs" | "lacks", Needed]>>> = {
  PENDING: [["lacks", "executed_at"]],
  SUBMITTED: [
    ["needs", "order_id"],
    ["lacks", "executed_at"],
  ],
  FILLED: [
    ["needs", "order_id"],
    ["needs", "executed_at"],
    ["needs", "price_cents"],
  ],
  FAILED: [["needs", "executed_at"]],
};
type Needed = "order_id" | "executed_at" | "price_cents";

export const fields = {
  id: Field.make(...Field.integer(-(2n ** 63n), 2n ** 63n - 1n)),
  symbol: Field.make(...Field.text),
  shares: Field.make(...Field.aboveZero),
  direction: Field.make(...Field.oneOf(directions)),
  broker_order_id: Field.nullable(...Field.text),
  /** The same thing under its older name. */
  order_id: Field.nullable(...Field.text),
  price_cents: Field.nullable(...Field.count),
  status: Field.make(...Field.oneOf(spelled)),
  executed_at: Field.nullable(...Field.moment),
};

export const faults = (cells: RawRow): ReadonlyArray<Fault> => {
  const found: Array<Fault> = [];
  const { broker_order_id, order_id } = cells;
  const both = typeof broker_order_id === "string" && typeof order_id === "string";
  if (both && broker_order_id !== order_id) {
    found.push({ column: "order_id", rule: "must equal broker_order_id where both are set" });
  }
  const status = statusOf(cells.status);
  for (const [verb, column] of status === undefined ? [] : rules[status]) {
    const cell = column === "order_id" ? (order_id ?? broker_order_id) : cells[column];
    if (verb === "needs" && cell === null) {
      found.push({ column, rule: `must be set on a ${cells.status} order` });
    }
    if (verb === "lacks" && cell !== null) {
      found.push({ column, rule: `must be NULL on a ${cells.status} order` });
    }
  }
  return found;
};

/** As the row spells it. */
const spelling = Field.make<string | null>(Field.oneOf(brokers)[0], (cell) =>
  typeof cell === "string" && Object.hasOwn(brokers, cell) ? cell : undefined,
);

/** Of a table without the column. */
const unsaid = Field.make("must be NULL", (cell): string | null | undefined =>
  cell === null ? null : undefined,
);

export const OrderRow = Field.between(Schema.Struct({ ...fields, broker: spelling }), faults);

export const OrderRowWithoutBroker = Field.between(
  Schema.Struct({ ...fields, broker: unsaid }),
  faults,
);
export type OrderRow = typeof OrderRow.Type;

export const aggregateId = (row: OrderRow): string =>
  OffchainOrder.aggregateId(row.id as ExecutionId);

export const toEvent = (row: OrderRow, migratedAt: Timestamp): OffchainOrder.Event => ({
  _tag: "Migrated",
  symbol: row.symbol as Ticker,
  shares: row.shares as Shares,
  direction: row.direction,
  broker: row.broker === null ? "Schwab" : (brokers[row.broker] as Broker),
  executor: executorOf(row.broker),
  status: migratedStatus[row.status],
  broker_order_id: (row.broker_order_id ?? row.order_id) as BrokerOrderId | null,
  price_cents: row.price_cents as PriceCents | null,
  executed_at: row.executed_at,
  migrated_at: migratedAt,
  legacy_broker: row.broker,
});

export const migratedStatus: Readonly<Record<Status, OffchainOrder.MigratedStatus>> = {
  PENDING: { _tag: "Pending" },
  SUBMITTED: { _tag: "Submitted" },
  FILLED: { _tag: "Filled" },
  FAILED: { _tag: "Failed", error: "Migrated from legacy system" },
};
