import * as Compiled from "@ledgerfold/aggregate/internal/Compiled";
import { MigratedStatus } from "@ledgerfold/domain/OffchainOrder";
import * as Timestamp from "@ledgerfold/scalars/Timestamp";
import type { RawRow } from "@ledgerfold/migration/BadData";
import * as OrderRow from "../OrderRow.ts";
import { directions } from "../TradeRow.ts";
import type { Texts } from "@ledgerfold/migration/internal/direct/Direct";
import * as Text from "@ledgerfold/migration/internal/direct/Text";

/** What `OrderRow.toEvent` and the order's view come to, as texts. */
export const make = (
  migratedAt: Timestamp.Timestamp,
  { hasBroker }: { readonly hasBroker: boolean },
) => {
  const at = `"${Timestamp.format(migratedAt)}"`;
  return (cells: RawRow): Texts | undefined => {
    if (OrderRow.faults(cells).length > 0) return undefined;
    const id = Text.integer(cells.id);
    const symbol = readSymbol(cells.symbol);
    const shares = Text.aboveZero(cells.shares);
    const direction = readDirection(cells.direction);
    const status = OrderRow.statusOf(cells.status);
    const broker = hasBroker ? readBroker(cells.broker) : unsaid(cells.broker);
    const name = readText(cells.broker_order_id);
    const olderName = readText(cells.order_id);
    const price = readCount(cells.price_cents);
    const executedAt = readMoment(cells.executed_at);
    if (id === undefined || symbol === undefined || shares === undefined) return undefined;
    if (direction === undefined || status === undefined || broker === undefined) return undefined;
    if (name === undefined || olderName === undefined) return undefined;
    if (price === undefined || executedAt === undefined) return undefined;
    const executor = JSON.stringify(OrderRow.executorOf(cells.broker));
    const order = `"symbol":${symbol},"shares":${shares},"direction":${direction},"broker":${broker},"executor":${executor},`;
    const orderId = name === "null" ? olderName : name;
    const spelled = hasBroker ? JSON.stringify(cells.broker) : "null";
    // Only an order that is done has the moment, as `faults` says.
    const initiated = executedAt === "null" ? at : executedAt;
    const { written, shown } = statusTexts[status];
    const known = `"broker_order_id":${orderId},"price_cents":${price}`;
    return {
      id,
      payload: `{"Migrated":{${order}"status":${written},${known},"executed_at":${executedAt},"migrated_at":${at},"legacy_broker":${spelled}}}`,
      view: `{"Execution":{"execution_id":${id},${order}"status":${shown},${known},"initiated_at":${initiated},"completed_at":${executedAt}}}`,
    };
  };
};

const readSymbol = Text.symbol();
const readDirection = Text.oneOf(directions);
const readBroker = Text.oneOf(OrderRow.brokers);
const readText = Text.nullable(Text.text);
const readCount = Text.nullable(Text.count);
const readMoment = Text.nullable(Text.moment);

/** Of a table without the column: it was this broker's. */
const unsaid: Text.Read = (cell) => (cell === null ? '"Schwab"' : undefined);

const { write } = Compiled.make(MigratedStatus);
const statusTexts = Object.fromEntries(
  OrderRow.statuses.map((status) => {
    const migrated = OrderRow.migratedStatus[status];
    return [status, { written: write(migrated), shown: JSON.stringify(migrated._tag) }];
  }),
) as Readonly<Record<OrderRow.Status, { readonly written: string; readonly shown: string }>>;
