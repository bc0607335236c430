import { command } from "../../src/main.ts";
import { invoices } from "./Invoice.ts";

command({
  name: "billing_to_events",
  writer: "the billing service",
  migrations: { Invoice: invoices },
});
