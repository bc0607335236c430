import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import * as Sample from "./Sample.ts";

/** A shop's file onto events before your eyes, and a change that is made to it found. */

const command = fileURLToPath(new URL("./main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ledgerfold-shop-"));
const file = join(folder, "shop.db");

const say = (line: string) => console.log(`\n\u2014 ${line}`);

/** Runs the real command in a process of its own, and stops the demo when it ends otherwise. */
const run = (expected: number, ...words: ReadonlyArray<string>): void => {
  console.log(`$ node apps/shop/src/main.ts --database-url shop.db ${words.join(" ")}`);
  const typed = [command, "--database-url", file, ...words];
  const { status, signal } = spawnSync(process.execPath, typed, { stdio: "inherit" });
  if (status !== expected) throw new Error(`The command ended with ${status ?? signal}.`);
};

const change = (sql: string): void => {
  console.log(`$ sqlite3 shop.db "${sql}"`);
  const db = new Sqlite(file);
  db.exec(sql);
  db.close();
};

try {
  const { customers, categories, products, orders, lines } = Sample.write(file, { orders: 2_000 });
  say(
    `A shop's database: ${customers} customers, ${categories} categories, ${products} products, and ${orders} orders of ${lines} lines`,
  );
  say("A dry run does the whole work and keeps nothing");
  run(0, "dry-run");
  say("The migration, after a backup; --force because nobody is asked in a demo");
  run(0, "--force");
  say("Verification compares every row with its events and views, and leaves a proof");
  run(0, "verify-only", "--report", join(folder, "proof.json"));
  say("Somebody makes one line of one order a cent dearer");
  change(
    "update order_lines set price_cents = price_cents + 1 where order_id = 1 and position = 1",
  );
  say("Verification names the field, and what the proof says has changed since");
  run(3, "verify-only", "--against", join(folder, "proof.json"));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
