import * as Compiled from "@ledgerfold/aggregate/Compiled";
import { aggregate } from "@ledgerfold/domain/OffchainOrder";
import { Either } from "effect";
import { quote } from "./Cell.ts";
import * as Migrate from "./Migrate.ts";
import type { Entry } from "./MigrationLog.ts";
import * as OrderRow from "./OrderRow.ts";
import * as Places from "./Places.ts";

const decode = Compiled.decoder(OrderRow.OrderRow);
const decodeWithoutBroker = Compiled.decoder(OrderRow.OrderRowWithoutBroker);

export const migration = Migrate.define(aggregate, "orders", (run, rows) => {
  const places = Places.counter("numbers of shares in orders");
  const live = new Map<string, bigint>();
  const breakdown: Record<OrderRow.Status, number> = {
    PENDING: 0,
    SUBMITTED: 0,
    FILLED: 0,
    FAILED: 0,
  };
  const metadata = { run_id: run.id, legacy_table: rows.table };
  return {
    name: "OffchainOrder",
    key: "id",
    decode: rows.columns.has("broker") ? decode : decodeWithoutBroker,
    id: OrderRow.aggregateId,
    plan: (row: OrderRow.OrderRow) =>
      Either.right({
        event: OrderRow.toEvent(row, run.migratedAt),
        metadata,
      }),
    onWritten: (row: OrderRow.OrderRow) => {
      places.add(OrderRow.decimals(row));
      breakdown[row.status] += 1;
      if (row.status !== "PENDING" && row.status !== "SUBMITTED") return [];
      const other = live.get(row.symbol);
      live.set(row.symbol, row.id);
      return other === undefined ? [] : [bothLive(row.symbol, other, row.id)];
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

/** A healthy file has one live order a symbol at the most; two may hedge the same shares twice. */
const bothLive = (symbol: string, one: bigint, other: bigint): Entry => ({
  _tag: "Warning",
  message: `Orders ${one} and ${other} of ${quote(symbol).slice(1, -1)} are both live, and a symbol should have one at the most: settle one of them with the broker first`,
});

/** Every broker order, by id, as the first event of its stream; all or none. */
export const migrateOffchainOrders = Migrate.alone(migration);
