import * as Plan from "@ledgerfold/declaration/Plan";
import { Effect } from "effect";
import { beforeAll, expect, it } from "vitest";
import * as Laws from "../../src/Laws.ts";
import { rows, tables } from "./billing.ts";
import { invoices } from "./Invoice.ts";
import { database, query, start } from "./server.ts";

/** The laws on a copy of rows that are in PostgreSQL, beside a log that is there too. */

const plan = Plan.make({
  words: { command: "billing_to_events", writer: "the billing service" },
  migrations: { Invoice: invoices },
});
const log = `create table events (aggregate_type text, aggregate_id text, sequence bigint,
  position bigint, payload jsonb)`;

let url = "";
beforeAll(async () => {
  url = await database(await start(18), ...tables, ...rows, log);
});

it("every change is seen that means something", async () => {
  const { unseen, toldApart, ...counts } = await Effect.runPromise(
    Laws.mutations({ plan, url, rows: 2 }),
  );
  expect({ unseen, toldApart }).toEqual({ unseen: [], toldApart: [] });
  expect(counts.seen).toBeGreaterThan(1_500);
  expect(await query(url, "select count(*)::int as n from billing.invoices")).toEqual([{ n: 200 }]);
});

it("every cell comes back from the events", async () => {
  const { lost, untold, exact } = await Effect.runPromise(Laws.recovery({ plan, url }));
  expect({ lost, untold }).toEqual({ lost: [], untold: 0 });
  expect(exact).toBeGreaterThan(2_500);
});
