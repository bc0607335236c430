import { Broker } from "@ledgerfold/domain/Broker";
import { Direction } from "@ledgerfold/domain/Direction";
import * as OffchainOrder from "@ledgerfold/domain/OffchainOrder";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { BrokerOrderId, ExecutionId, PriceCents, Shares, Ticker } from "@ledgerfold/domain/Values";
import { carried, later } from "@ledgerfold/declaration/Fate";
import {
  count,
  decimal,
  integer,
  moment,
  nullable,
  text,
  words,
} from "@ledgerfold/declaration/Kind";
import type { RawRow } from "@ledgerfold/migration/BadData";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Direct from "@ledgerfold/migration/internal/direct/Direct";
import * as Order from "./direct/Order.ts";
import * as OrderRow from "./OrderRow.ts";
import * as DecimalPlaces from "@ledgerfold/migration/internal/DecimalPlaces";
import { directions } from "./TradeRow.ts";
import { fold } from "./fold/Order.ts";
import * as Added from "@ledgerfold/declaration/Added";
import * as Json from "@ledgerfold/verifier/internal/Json";
import * as Orders from "./rules/Orders.ts";

/** offchain_trades, or schwab_executions as that table was called before. */

const pending = (...fields: ReadonlyArray<string>) => fields.map((field) => `Position.${field}`);

export const migration = Migration.of(OffchainOrder.aggregate, "Migrated").from({
  table: "offchain_trades",
  formerly: ["schwab_executions"],
  by: "the bot",
  called: "offchain orders",
  key: "id",
  writtenAt: ["executed_at"],
  grows: { column: "id", field: null },
  columns: {
    id: carried("aggregate_id", integer(ExecutionId), {
      words: "a position names its pending order by it",
      into: pending("pending_shares", "pending_direction"),
    }),
    symbol: carried("symbol", text(Ticker), {
      words: "a pending order must be of its position's symbol",
      into: pending("pending_shares", "pending_direction"),
    }),
    shares: carried("shares", decimal(Shares, { least: "above 0" }), {
      words: "a position carries those of its pending order",
      into: pending("pending_shares"),
    }),
    direction: carried("direction", words(directions, Direction), {
      words: "a position carries that of its pending order",
      into: pending("pending_direction"),
    }),
    order_id: carried("broker_order_id", nullable(text(BrokerOrderId))),
    price_cents: carried("price_cents", nullable(count(PriceCents))),
    status: carried(
      "status",
      words(
        {
          PENDING: "Pending",
          SUBMITTED: "Submitted",
          FILLED: "Filled",
          FAILED: { Failed: { error: "Migrated from legacy system" } },
          COMPLETED: "Filled",
        },
        OffchainOrder.MigratedStatus,
      ),
    ),
    executed_at: carried("executed_at", nullable(moment(Timestamp))),
    broker: later(
      carried("broker", words(OrderRow.brokers, Broker), {
        words: "executor tells its interfaces apart; letter for letter in legacy_broker",
        into: ["executor", "legacy_broker"],
      }),
    ),
    broker_order_id: later(
      carried("broker_order_id", nullable(text(BrokerOrderId)), {
        words: "order_id says the same",
      }),
    ),
  },
  added: { migrated_at: Added.moment },
  between: OrderRow.faults,
  id: ({ row }) => OffchainOrder.aggregateId(row.id),
  event: ({ row, cells, run }) => ({
    symbol: row.symbol,
    shares: row.shares,
    direction: row.direction,
    broker: row.broker ?? "Schwab",
    executor: OrderRow.executorOf(cells.broker),
    status: row.status,
    broker_order_id: row.broker_order_id ?? row.order_id,
    price_cents: row.price_cents,
    executed_at: row.executed_at,
    migrated_at: run.migratedAt,
    legacy_broker: typeof cells.broker === "string" ? cells.broker : null,
  }),
  tell: (run, rows) => {
    const places = DecimalPlaces.counter("numbers of shares in orders");
    const breakdown: Record<OrderRow.Status, number> = {
      PENDING: 0,
      SUBMITTED: 0,
      FILLED: 0,
      FAILED: 0,
    };
    const hasBroker = rows.columns.has("broker");
    const count = (cells: RawRow) => {
      const status = OrderRow.statusOf(cells.status);
      if (status !== undefined) breakdown[status] += 1;
    };
    return {
      direct: Direct.make(
        OffchainOrder.aggregate,
        rows.metadata,
        Order.make(run.migratedAt, { hasBroker }),
        count,
      ),
      onWritten: (row: { readonly shares: Shares }, cells) => {
        places.add([row.shares]);
        count(cells);
        return [];
      },
      summary: ({ written }) => {
        const counts = OrderRow.statuses.map((status) => `${breakdown[status]} ${status}`);
        return [
          { _tag: "Result", message: `Migrated ${written} offchain orders` },
          { _tag: "Result", message: `Status breakdown: ${counts.join(", ")}` },
          ...places.entries(),
        ];
      },
    };
  },
  view: {
    tag: "Execution",
    fields: {
      execution_id: (_, id) => Json.fromInteger(id),
      symbol: "symbol",
      shares: "shares",
      direction: "direction",
      broker: Orders.shownBroker,
      executor: Orders.shownExecutor,
      status: Orders.shownStatus,
      broker_order_id: "broker_order_id",
      price_cents: "price_cents",
      initiated_at: (event) => event.executed_at ?? event.migrated_at,
      completed_at: Orders.completedAt,
    },
  },
  losses: {
    broker: {
      weight: "who",
      means:
        "who reads it, as all did until 2026-01-18, sees another broker, or cannot read the order",
    },
    executor: { weight: "who", means: "nobody can tell any more at which broker the order is" },
    broker_order_id: { weight: "who", means: "the order cannot be found at its broker any more" },
  },
  rules: {
    broker: Orders.broker,
    executor: Orders.executor,
    broker_order_id: Orders.orderId,
    legacy_broker: Orders.legacyBroker,
  },
  fold,
  verify: { hasGoneOn: Orders.hasGoneOn },
});
