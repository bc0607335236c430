import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import * as Sample from "../src/Sample.ts";
import { rows, run, runByHand, temp } from "./support.ts";

vi.setConfig({ testTimeout: 300_000 });

/** A log that a script made, with five mistakes that nothing complained of. */

const path = temp();
const { customers, categories, products, orders } = Sample.write(path, { orders: 300 });
const streams = customers + categories + products + orders;
const count = (sql: string) => Number(rows(path, sql).flat()[0]);

it("finds and names each mistake of a script, in the numbers of the rows", async () => {
  const lost = {
    "Product is_active: true for false and false for true": products,
    'Order status: always "Shipped"': count("select count(*) from orders where status_id = 4"),
    "Product weight: cut to 2 places": count(
      "select count(*) from products where round(weight_kg, 2) <> weight_kg",
    ),
    "Order lines[].discount: dropped to null": count(
      "select count(distinct order_id) from order_lines where discount_cents is not null",
    ),
    "Order placed_at: -2 h to -1 h, as in another zone": orders,
    "Order deleted_at: -2 h to -1 h, as in another zone": count(
      "select count(*) from orders where deleted_at <> ''",
    ),
  };
  expect(await runByHand(path)).toMatchObject({ code: 0, err: [] });
  const report = temp("json");
  const { code, out, err } = await run(path, "verify-only", "--report", report);
  expect(code).toBe(3);
  expect(err.join("\n")).not.toContain("Never migrated");
  const { summary, differences } = JSON.parse(readFileSync(report, "utf8"));
  const said = summary.judgement
    .filter(({ weight }: { weight: string }) => weight !== "metadata" && weight !== "view")
    .map((one: { aggregate: string; field: string; how: string; rows: number }) => [
      `${one.aggregate} ${one.field}: ${one.how}`,
      one.rows,
    ]);
  expect(Object.fromEntries(said)).toEqual(lost);
  expect(out[0]).toBe(
    `${differences.length} differences, gravest first; of how many rows, what, how:`,
  );
  const shown = out.slice(1, 10).filter((line) => !line.includes(" > "));
  expect(shown.map((line) => Number(line.slice(0, 9).replace(",", "")))).toEqual([
    ...Object.values(lost),
    ...[streams, streams],
  ]);
});

it("is what the runbook shows", async () => {
  const { out } = await run(path, "verify-only");
  const page = readFileSync(
    new URL("../../../docs/running-a-migration.md", import.meta.url),
    "utf8",
  );
  expect(page).toContain(`\n${out.slice(0, 10).join("\n")}\n`);
});
