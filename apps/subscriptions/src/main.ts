// file: apps/subscriptions/src/main.ts
import { command } from "@ledgerfold/migration-cli";
import { customers } from "./customers.ts";
import { feesAddUp } from "./findings.ts";
import { invoices } from "./invoices.ts";
import { plans } from "./plans.ts";

command({
  name: "subscriptions_to_events",
  writer: "the billing service",
  migrations: { Plan: plans, Customer: customers, Invoice: invoices },
  findings: [feesAddUp],
  leaveAlone: {
    "billing.webhooks": "what is still to be told to others",
    "billing.schema_migrations": "the billing service's own record of its schema",
  },
});
