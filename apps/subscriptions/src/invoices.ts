// file: apps/subscriptions/src/invoices.ts
import * as Added from "@ledgerfold/declaration/Added";
import { carried, derived, leftOut } from "@ledgerfold/declaration/Fate";
import {
  anyText,
  day,
  decimalText,
  inZone,
  integer,
  moment,
  nullable,
  text,
  words,
} from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import { Decimal } from "@ledgerfold/scalars/Decimal";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Schema } from "effect";
import * as Invoice from "./Invoice.ts";
import { CustomerId, InvoiceId, Money } from "./Values.ts";

/** Invoices are numbered and dated where the company is. */
const berlin = inZone("Europe/Berlin", moment(Timestamp));

export const invoices = Migration.of(Invoice.aggregate, "Migrated").from({
  table: "billing.invoices",
  key: "id",
  order: ["issued_at"],
  called: "invoices",
  by: "the billing service",
  columns: {
    id: carried("aggregate_id", integer(InvoiceId)),
    number: carried("number", text(Schema.NonEmptyString)),
    customer_id: carried("customer", integer(CustomerId)),
    status: carried(
      "status",
      words({ draft: "Draft", finalized: "Finalized", paid: "Paid", void: "Void" }, Invoice.Status),
    ),
    period_from: carried("period.from", day()),
    period_to: carried("period.to", day()),
    total: carried("total", decimalText(Money)),
    issued_at: carried("issued_at", nullable(berlin), { words: "a clock in Berlin" }),
    paid_at: carried("paid_at", nullable(moment(Timestamp))),
    pdf: leftOut("can be printed again"),
  },
  rows: {
    fees: Migration.child({
      table: "billing.fees",
      of: "invoice_id",
      key: "id",
      columns: {
        id: carried("id", text(Schema.UUID)),
        invoice_id: derived(integer(), "whose fee it is"),
        description: carried("description", anyText()),
        units: carried("units", decimalText(Decimal)),
        amount: carried("amount", decimalText(Money)),
      },
    }),
  },
  added: { migrated_at: Added.moment },
  id: ({ row }) => Invoice.aggregateId(row.id),
  event: ({ row, fields, run }) => ({
    ...fields,
    period: { from: row.period_from, to: row.period_to },
    migrated_at: run.migratedAt,
  }),
  view: "Known",
});
