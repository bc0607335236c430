import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import * as Sample from "../src/Sample.ts";
import { copyOf, digest, edit, rederive, rows, run, temp } from "./support.ts";

vi.setConfig({ testTimeout: 300_000 });

const fresh = (sql = "") => {
  const path = temp();
  Sample.write(path, { orders: 300 });
  edit(path, sql);
  return path;
};

const migrated = fresh();
const { customers, categories, products, orders, lines } = Sample.write(temp(), { orders: 300 });
const all = `${customers} Customer, ${categories} Category, ${products} Product, ${orders} Order`;

describe("a shop's file", () => {
  it("is looked at without a change", async () => {
    const before = digest(migrated);
    const { code, out, err } = await run(migrated, "dry-run");
    expect(err.join("\n")).not.toMatch(/Bad data|finding|went wrong/);
    for (const said of [
      `Dry run: Migrated ${customers} customers`,
      `Dry run: Migrated ${orders} orders`,
      "Already there: 0 Customer, 0 Category, 0 Product, 0 Order",
      `Migration complete: ${all} migrated (a dry run: nothing was kept)`,
    ]) {
      expect(out).toContain(said);
    }
    expect(code).toBe(0);
    expect(digest(migrated)).toBe(before);
  });

  it("is migrated after a backup, and again without a change", async () => {
    const first = await run(migrated, "--force");
    const backup = /Backed up to "([^"]+)"/.exec(first.err.join("\n"))?.[1] ?? "";
    const counts =
      "select count(*) from orders union all select count(*) from sqlite_schema where name = 'events'";
    expect(rows(backup, counts)).toEqual([[orders], [0]]);
    expect(first.out).toContain(`Migration complete: ${all} migrated`);
    expect(first.code).toBe(0);
    const before = digest(migrated);
    const again = await run(migrated, "--force");
    expect(again.out).toContain(`Already there: ${all}`);
    expect(again.err.join("\n")).not.toContain("Backed up");
    expect(again.code).toBe(0);
    expect(digest(migrated)).toBe(before);
  });

  it("has the events and views that its rows say", () => {
    const payload = (type: string, id: string) =>
      rows(
        migrated,
        `select payload from events where aggregate_type = '${type}' and aggregate_id = '${id}'`,
      ).join();
    expect(payload("Order", "1")).toMatch(
      /^\{"Migrated":\{"customer":"[0-9a-f-]{36}","status":"New","payment":"Paid","total":"78\.94","is_gift":false,"note":null,"coupon":null,"deliver_on":null,"placed_at":"2024-05-29T17:45:22Z","deleted_at":null,"lines":\[\{"position":1,"supplier":"kiln","sku":"A-164","quantity":2,"price":"39\.47","discount":null\}\],"migrated_at":"[^"]+"\}\}$/,
    );
    expect(payload("Product", "kiln:A-100")).toMatch(
      /^\{"_tag":"Migrated","supplier":"kiln","sku":"A-100","category":22,"name":"Product 2","price":"136\.01","weight":"8\.574","details":\{"size":"L"\},"image":null,"is_active":true,"revised_at":"2021-04-23T12:47:35\.002Z","migrated_at":"[^"]+"\}$/,
    );
    expect(payload("Category", "6")).toMatch(
      /^\{"_tag":"Migrated","name":"Category 6","parent":\d,/,
    );
    expect(rows(migrated, "select count(*) from order_view")).toEqual([[orders]]);
    const listed = "select sum(json_array_length(payload, '$.Migrated.lines')) from events";
    expect(rows(migrated, listed)).toEqual([[lines]]);
  });

  it("keeps the customers' secrets where they are", () => {
    expect(
      rows(migrated, "select count(*) from customers where password_hash like 'hash-%'"),
    ).toEqual([[customers]]);
    const told = ["events", "customer_view"].map((table) => `select payload from ${table}`);
    expect(rows(migrated, told.join(" union all ")).join("\n")).not.toContain("hash-");
  });

  it("is verified, reported as JSON that another language derives again, and as a page", async () => {
    const report = temp("json");
    const { code, out } = await run(migrated, "verify-only", "--report", report);
    const same = (type: string, count: number) =>
      `${type}: ${count} rows, ${count} same, 0 missing, 0 extra, 0 different, 0 unreadable, 0 moved on since`;
    expect(out).toContain(same("Customer", customers));
    expect(out).toContain(same("Order", orders));
    expect(out).toContain("Verification complete: no differences");
    expect(code).toBe(0);
    const { tables } = JSON.parse(readFileSync(report, "utf8")).summary;
    expect(tables.map(({ table, rows }: { table: string; rows: number }) => [table, rows])).toEqual(
      [
        ["customers", customers],
        ["categories", categories],
        ["products", products],
        ["orders", orders],
        ["order_lines", lines],
        ["order_statuses", 4],
        ["events", customers + categories + products + orders],
        ["customer_view", customers],
        ["category_view", categories],
        ["product_view", products],
        ["order_view", orders],
      ],
    );
    expect(await rederive(migrated, report)).toMatchObject({ code: 0 });
    expect((await run(migrated, "verify-only", "--against", report)).code).toBe(0);

    const page = temp("html");
    expect((await run(migrated, "verify-only", "--report", page)).code).toBe(0);
    expect(readFileSync(page, "utf8")).toContain("carried to Order.lines[].price");
    expect([page, report].map((path) => readFileSync(path, "utf8")).join()).not.toContain("hash-");

    const changed = copyOf(
      migrated,
      "update order_lines set discount_cents = 1 where order_id = 1 and position = 1",
    );
    const { code: ended, out: told } = await run(changed, "verify-only", "--against", report);
    expect(ended).toBe(3);
    expect(told.join("\n")).toMatch(/changed since: legacy order_lines rowid \d+/);
  });

  it("is refused whole with every bad row in one go", async () => {
    const path = fresh(`
      update orders set placed_at = 'yesterday', payment = 'maybe' where id = 3;
      update orders set channel = 2, total_cents = -1 where id = 250;
      update orders set status_id = 9 where id = 7;
      update order_lines set quantity = 0 where order_id = 1 and position = 1;
      insert into order_lines values (999, 1, 'kiln', 'A-100', 1, 100, null);
      update products set supplier = 'Kiln & Co' where sku = 'A-100' and supplier = 'kiln';
      update categories set hidden = 2 where id = 40;
      update customers set deleted_at = '2024-02-30 10:00:00'
        where rowid = (select min(rowid) from customers);`);
    const before = digest(path);
    const { code, err } = await run(path, "--force");
    const told = err.filter((line) => line.startsWith("Bad data"));
    expect(told.map((line) => line.replace(/"[0-9A-Fa-f-]{36}"/, "UUID")).sort()).toEqual([
      "Bad data: categories id 40 hidden is INTEGER 2: must be INTEGER 0 or 1",
      'Bad data: customers id UUID deleted_at is TEXT "2024-02-30 10:00:00": must be a date and time that exists, such as 2025-10-01 12:00:00.5, or empty TEXT',
      'Bad data: order_lines order_id 1, position 1 quantity is INTEGER 0: must be what the event\'s schema takes: "Expected a positive number"',
      "Bad data: order_lines position 1 order_id is INTEGER 999: must be the id of a row of orders: it would be lost",
      "Bad data: orders id 250 channel is INTEGER 2: must be 1 or NULL",
      "Bad data: orders id 250 total_cents is INTEGER -1: must be INTEGER or REAL, at least 0, whose whole part fits in 96 bits",
      'Bad data: orders id 3 payment is TEXT "maybe": must be open or paid or refunded',
      'Bad data: orders id 3 placed_at is TEXT "yesterday": must be a date and time that exists, such as 2025-10-01 12:00:00.5',
      "Bad data: orders id 7 status_id is INTEGER 9: must be the id of a row of order_statuses",
      'Bad data: products supplier "Kiln & Co", sku "A-100" supplier is TEXT "Kiln & Co": must be TEXT like /^[a-z]+$/',
    ]);
    expect(code).toBe(4);
    expect(digest(path)).toBe(before);
  });

  it("is refused where nobody has declared what it has", async () => {
    const path = fresh("alter table order_lines add column mood text; create table holidays (a)");
    const { code, err } = await run(path, "--force");
    expect(err.join("\n")).toContain(
      "shop_to_events: This database has what no known version of the shop made: holidays, order_lines.mood. Nothing was written, as it would be lost without a word. Look at it, and declare it in a definition: with leftOut or, a whole table, under leaveAlone where it says nothing. To go on without it for once add --leave-out holidays --leave-out order_lines.mood.",
    );
    expect(code).toBe(4);
    const left = ["--leave-out", "holidays", "--leave-out", "order_lines.mood"];
    expect((await run(path, "dry-run", ...left)).code).toBe(0);
  });

  it("is warned of where its rows contradict each other", async () => {
    const path = fresh("update orders set total_cents = total_cents + 1 where id = 1");
    const finding = "finding lines-differ: order 1 is of 7895 cents, and its lines of 7894";
    const migrating = await run(path, "--force");
    expect(migrating.err).toContain(`Warning: ${finding}.`);
    expect(migrating.code).toBe(0);
    const looked = await run(path, "verify-only");
    expect(looked.out).toContain(finding);
    expect(looked.code).toBe(0);
    expect((await run(path, "verify-only", "--strict")).code).toBe(9);
  });

  it("is started over, and its views are made anew, when asked", async () => {
    const path = copyOf(
      migrated,
      `update order_view set payload = '"Unknown"' where view_id = '1';
       update orders set note = 'late' where id = 4`,
    );
    const rebuilt = await run(path, "rebuild-views");
    expect(rebuilt.out).toContain("Views rebuilt: 1 row changed");
    expect(rebuilt.code).toBe(0);
    // The row has changed since, and an event is never changed.
    expect((await run(path, "--force")).code).toBe(6);
    expect((await run(path, "--force", "--clean")).code).toBe(0);
    expect((await run(path, "verify-only")).code).toBe(0);
  });

  it("is said to be changed by the shop where its rows tell", async () => {
    const path = copyOf(
      migrated,
      "update orders set note = 'late', updated_at = '2999-01-01 00:00:00' where id = 1",
    );
    const { out, code } = await run(path, "verify-only");
    const line = "the row's updated_at is after the migration: the shop still writes";
    expect(out.filter((one) => one.includes(line))).not.toEqual([]);
    expect(code).toBe(3);
  });
});
