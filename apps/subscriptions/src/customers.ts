import * as Added from "@ledgerfold/declaration/Added";
import { carried, derived, leftOut } from "@ledgerfold/declaration/Fate";
import {
  anyText,
  day,
  decimalText,
  integer,
  moment,
  nullable,
  text,
  words,
} from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Schema } from "effect";
import * as Customer from "./Customer.ts";
import { CustomerId, Money, PlanId } from "./Values.ts";

export const customers = Migration.of(Customer.aggregate, "Migrated").from({
  table: "billing.customers",
  key: "id",
  order: ["subscribed_on"],
  called: "customers",
  by: "the billing service",
  writtenAt: ["updated_at"],
  columns: {
    id: carried("aggregate_id", integer(CustomerId)),
    email: carried("email", text(Schema.NonEmptyString)),
    name: carried("name", nullable(anyText())),
    plan_id: carried("plan", text(PlanId)),
    status: carried(
      "status",
      words({ trialing: "Trialing", active: "Active", cancelled: "Cancelled" }, Customer.Status),
    ),
    subscribed_on: carried("subscribed_on", day()),
    cancelled_at: carried("cancelled_at", nullable(moment(Timestamp))),
    balance: carried("balance", decimalText(Money)),
    card_token: leftOut("a secret: it stays with the payment provider"),
    settings: leftOut(
      "how the customer likes the mails, which the billing service goes on to keep",
    ),
    created_at: leftOut("when the row was made; subscribed_on says what matters"),
    updated_at: derived(moment(), "tells which rows were written after a migration"),
  },
  added: { migrated_at: Added.moment },
  id: ({ row }) => Customer.aggregateId(row.id),
  event: ({ fields, run }) => ({ ...fields, migrated_at: run.migratedAt }),
  view: "Known",
});
