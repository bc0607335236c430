import * as Added from "@ledgerfold/declaration/Added";
import { carried, derived, leftOut } from "@ledgerfold/declaration/Fate";
import {
  anyText,
  day,
  decimal,
  flag,
  integer,
  moment,
  none,
  nullable,
  only,
  text,
  words,
} from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Schema } from "effect";
import * as Order from "./Order.ts";
import { CustomerId, Money, OrderId, Sku, Supplier } from "./Values.ts";
import { uuid } from "./uuid.ts";

const cents = decimal(Money, { places: 2 });

export const orders = Migration.of(Order.aggregate, "Migrated").from({
  table: "orders",
  key: "id",
  order: ["placed_at"],
  called: "orders",
  by: "the shop",
  writtenAt: ["updated_at"],
  columns: {
    id: carried("aggregate_id", integer(OrderId)),
    customer_id: carried("customer", text(CustomerId, uuid)),
    status_id: derived(integer(), "finds the status", "status"),
    payment: carried("payment", words({ open: "Open", paid: "Paid", refunded: "Refunded" })),
    total_cents: carried("total", decimal(Money, { places: 2, least: "at least 0" })),
    is_gift: carried("is_gift", flag()),
    note: carried("note", nullable(anyText())),
    coupon: carried("coupon", none("", text()), { words: "empty where there was none" }),
    deliver_on: carried("deliver_on", nullable(day(undefined, "digits"))),
    placed_at: carried("placed_at", moment(Timestamp)),
    deleted_at: carried("deleted_at", none("", moment(Timestamp)), {
      words: "empty while it is there",
    }),
    updated_at: leftOut("when the row was written last, which the log has of its own"),
    channel: leftOut("no version sold anywhere else", only("must be 1 or NULL", 1n, null)),
  },
  rows: {
    lines: Migration.child({
      table: "order_lines",
      of: "order_id",
      key: "position",
      columns: {
        order_id: derived(integer(), "whose line it is"),
        position: carried("position", integer(Schema.Int)),
        supplier: carried("supplier", text(Supplier)),
        sku: carried("sku", text(Sku)),
        quantity: carried("quantity", integer(Schema.Int.pipe(Schema.positive()))),
        price_cents: carried("price", cents),
        discount_cents: carried("discount", nullable(cents)),
      },
    }),
  },
  beside: {
    order_statuses: Migration.lookup({
      by: "status_id",
      key: "id",
      columns: {
        id: derived(integer(), "is what names a status", "status"),
        code: carried(
          "status",
          words(
            { new: "New", packed: "Packed", shipped: "Shipped", returned: "Returned" },
            Order.Status,
          ),
        ),
      },
      rest: "how the shop shows a status",
    }),
  },
  added: { migrated_at: Added.moment },
  id: ({ row }) => Order.aggregateId(row.id),
  event: ({ fields, run }) => ({ ...fields, migrated_at: run.migratedAt }),
  view: "Known",
  losses: { status: { means: "what a customer has sent back counts as sold" } },
});
