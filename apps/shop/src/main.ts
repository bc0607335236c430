import { command } from "@ledgerfold/migration-cli";
import { categories } from "./categories.ts";
import { customers } from "./customers.ts";
import { linesAddUp } from "./findings.ts";
import { orders } from "./orders.ts";
import { products } from "./products.ts";

command({
  name: "shop_to_events",
  writer: "the shop",
  migrations: { Customer: customers, Category: categories, Product: products, Order: orders },
  findings: [linesAddUp],
  leaveAlone: {
    sessions: "who is signed in",
    "cart_*": "what is not bought yet",
    schema_migrations: "the shop's own record of its schema",
  },
});
