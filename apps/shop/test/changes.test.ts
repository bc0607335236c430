import { beforeAll, expect, it, vi } from "vitest";
import * as Sample from "../src/Sample.ts";
import { copyOf, run, temp } from "./support.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** One change at a time to a migrated file, and the line of the verification that names it. */

const migrated = temp();
beforeAll(async () => {
  Sample.write(migrated, { orders: 100 });
  expect((await run(migrated, "--force", "--no-backup")).code).toBe(0);
});

const of = "where aggregate_type = 'Order' and aggregate_id = '1'";

it.each([
  [
    "a cell of a row",
    "update orders set total_cents = 7895 where id = 1",
    'different: Order "1", event total: is not what the row says (expected INTEGER 7895, stored "78.94")',
  ],
  [
    "a cell of a line",
    "update order_lines set price_cents = 3948 where order_id = 1 and position = 1",
    'different: Order "1", event lines[0].price: is not what the row says (expected INTEGER 3948, stored "39.47")',
  ],
  [
    "a second line's amount",
    "update order_lines set quantity = quantity + 1 where position = 2",
    "event lines[1].quantity: is not what the row says",
  ],
  [
    "a line that is gone",
    "delete from order_lines where order_id = 1",
    'different: Order "1", event lines: is not what the row says (expected 0 rows, stored 1 of them)',
  ],
  [
    "a line of no order",
    "update order_lines set order_id = 999 where order_id = 1",
    "legacy order_id: it belongs to no row",
  ],
  [
    "the status that a number stands for",
    "update order_statuses set code = 'packed' where id = 1",
    'different: Order "1", event status: is not what the row says (expected TEXT "packed", stored "New")',
  ],
  [
    "a column that is left out for what it always is",
    "update orders set channel = 2 where id = 1",
    'unreadable: Order "1", legacy channel: must be 1 or NULL (the row has INTEGER 2)',
  ],
  [
    "a nested field",
    "update customers set newsletter = 1 - newsletter where rowid = 1",
    "event consent.newsletter: is not what the row says",
  ],
  [
    "a parent",
    "update categories set parent_id = 40 where id = 6",
    'different: Category "6", event parent: is not what the row says (expected INTEGER 40, stored ',
  ],
  [
    "a key of two columns",
    "update products set sku = 'A-1000' where supplier = 'kiln' and sku = 'A-100'",
    'extra: Product "kiln:A-100"',
  ],
  [
    "an event's field",
    `update events set payload = replace(payload, '"Paid"', '"Open"') ${of}`,
    'different: Order "1", event payment: is not what the row says (expected TEXT "paid", stored "Open")',
  ],
  ["an event that is gone", `delete from events ${of}`, 'missing: Order "1"'],
  [
    "a view's field",
    `update order_view set payload = replace(payload, '"78.94"', '"78.940"') where view_id = '1'`,
    'different: Order "1", view total: is not what the event says (expected "78.94", stored "78.940")',
  ],
])("finds %s", async (_, sql, line) => {
  const { code, out } = await run(copyOf(migrated, sql), "verify-only");
  expect(out.join("\n")).toContain(line);
  expect(code).toBe(3);
});
