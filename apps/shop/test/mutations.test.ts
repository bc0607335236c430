import * as Plan from "@ledgerfold/declaration/Plan";
import * as Laws from "@ledgerfold/migration-cli/Laws";
import { Effect } from "effect";
import { expect, it } from "vitest";
import { categories } from "../src/categories.ts";
import { customers } from "../src/customers.ts";
import { orders } from "../src/orders.ts";
import { products } from "../src/products.ts";
import * as Sample from "../src/Sample.ts";
import { edit, temp } from "./support.ts";

/** The laws of any plan, on the shop's: composite keys, lines, a table of statuses and JSON. */

const plan = Plan.make({
  words: { command: "shop_to_events", writer: "the shop" },
  migrations: { Customer: customers, Category: categories, Product: products, Order: orders },
  leaveAlone: {
    sessions: "not looked at",
    "cart_*": "not looked at",
    schema_migrations: "neither",
  },
});

const path = temp();
Sample.write(path, { orders: 12, lines: 2 });
edit(path, "update orders set status_id = 1 + id % 4");

it("sees every change of a cell or a field that means something", async () => {
  const { unseen, toldApart, ...counts } = await Effect.runPromise(
    Laws.mutations({ plan, path, rows: 4 }),
  );
  expect({ unseen, toldApart }).toEqual({ unseen: [], toldApart: [] });
  expect(counts.seen).toBeGreaterThan(14_000);
  expect(counts.withoutMeaning).toBeGreaterThan(100);
  expect(counts.leftOut).toBeGreaterThan(200);
}, 600_000);

it("gets every carried cell back from the events", async () => {
  const { lost, untold, ...counts } = await Effect.runPromise(Laws.recovery({ plan, path }));
  expect({ lost, untold }).toEqual({ lost: [], untold: 0 });
  expect(counts.exact).toBeGreaterThan(2_000);
  expect(counts.alike).toBeGreaterThan(100);
});

it("reads for each field what the fates say", () => {
  const { agreeing, ...broken } = Effect.runSync(Laws.traces({ plan }));
  expect(broken).toEqual({ unread: [], unsaid: [], unexplained: [] });
  expect(agreeing).toBe(46);
});
