import * as Compiled from "@ledgerfold/aggregate/Compiled";
import { aggregate } from "@ledgerfold/domain/OffchainOrder";
import { Either } from "effect";
import type { RawRow } from "./BadData.ts";
import * as Direct from "./direct/Direct.ts";
import * as Order from "./direct/Order.ts";
import * as Migrate from "./Migrate.ts";
import * as OrderRow from "./OrderRow.ts";
import * as Places from "./Places.ts";

const decode = Compiled.decoder(OrderRow.OrderRow);
const decodeWithoutBroker = Compiled.decoder(OrderRow.OrderRowWithoutBroker);

export const migration = Migrate.define(aggregate, "orders", (run, rows) => {
  const places = Places.counter("numbers of shares in orders");
  const breakdown: Record<OrderRow.Status, number> = {
    PENDING: 0,
    SUBMITTED: 0,
    FILLED: 0,
    FAILED: 0,
  };
  const metadata = { run_id: run.id, legacy_table: rows.table };
  const hasBroker = rows.columns.has("broker");
  const count = ({ status }: RawRow) => {
    breakdown[status as OrderRow.Status] += 1;
  };
  return {
    name: "OffchainOrder",
    key: "id",
    direct: Direct.make(aggregate, metadata, Order.make(run.migratedAt, { hasBroker }), count),
    decode: hasBroker ? decode : decodeWithoutBroker,
    id: OrderRow.aggregateId,
    plan: (row: OrderRow.OrderRow) =>
      Either.right({
        event: OrderRow.toEvent(row, run.migratedAt),
        metadata,
      }),
    onWritten: (row: OrderRow.OrderRow, cells) => {
      places.add(OrderRow.decimals(row));
      count(cells);
      return [];
    },
    summary: ({ written }) => {
      const counts = OrderRow.statuses.map((status) => `${breakdown[status]} ${status}`).join(", ");
      return [
        { _tag: "Result", message: `Migrated ${written} offchain orders` },
        { _tag: "Result", message: `Status breakdown: ${counts}` },
        ...places.entries(),
      ];
    },
  };
});

/** Every broker order, by id, as the first event of its stream; all or none. */
export const migrateOffchainOrders = Migrate.alone(migration);
