import { randomBytes } from "node:crypto";
import pg from "pg";
import { expect, inject, it, onTestFinished, vi } from "vitest";
import * as Sample from "../src/Sample.ts";
import { digest, edit, runWithEventsAt, temp } from "./support.ts";

vi.setConfig({ testTimeout: 300_000 });

const query = async (url: string, text: string): Promise<ReadonlyArray<unknown>> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text, rowMode: "array" })).rows;
  } finally {
    await client.end();
  }
};

/** A new database, which goes with the test. */
const database = async (): Promise<string> => {
  const server = inject("postgres");
  const name = `shop_${randomBytes(6).toString("hex")}`;
  await query(server, `create database ${name}`);
  onTestFinished(async () => void (await query(server, `drop database ${name} with (force)`)));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
};

it("the events of a shop's file go into PostgreSQL, are verified there, and a change is found", async () => {
  const url = await database();
  const path = temp();
  const { customers, categories, products, orders } = Sample.write(path, { orders: 100 });
  const before = digest(path);
  const first = await runWithEventsAt(url, path, "--force");
  expect(first.err.join("\n")).not.toContain("Bad data");
  expect(first.code).toBe(0);
  expect(digest(path)).toBe(before);
  const all = customers + categories + products + orders;
  expect(await query(url, "select count(*)::int from events")).toEqual([[all]]);
  expect(await query(url, "select count(*)::int from order_view")).toEqual([[orders]]);
  expect((await runWithEventsAt(url, path, "verify-only")).code).toBe(0);
  edit(path, "update order_lines set price_cents = 3948 where order_id = 1 and position = 1");
  const changed = await runWithEventsAt(url, path, "verify-only");
  expect(changed.out.join("\n")).toContain('Order "1", event lines[0].price: is not what the row');
  expect(changed.code).toBe(3);
});
