import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as PostgresServer from "@ledgerfold/fixtures/PostgresServer";
import { Client } from "pg";
import * as Sample from "./Sample.ts";

/** A billing service's PostgreSQL, onto events in a file, and one row that is changed afterwards. */

const command = fileURLToPath(new URL("main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ledgerfold-demo-"));
const log = `sqlite:${join(folder, "events.db")}`;

const say = (line: string) => console.log(`\n\u2014 ${line}`);

/** Runs the real command in a process of its own, and stops the demo when it ends otherwise. */
const run = (url: string, expected: number, ...words: ReadonlyArray<string>): void => {
  console.log(`$ subscriptions_to_events --event-store-url ${log} ${words.join(" ")}`);
  const { status, signal } = spawnSync(
    process.execPath,
    [command, "--event-store-url", log, ...words],
    { stdio: "inherit", env: { ...process.env, LEGACY_URL: url } },
  );
  if (status !== expected) throw new Error(`The command ended with ${status ?? signal}.`);
};

const server = await PostgresServer.start({ initdbFlags: [], settings: ["fsync=off"] });
try {
  await Sample.write(server.url);
  say("A billing service in PostgreSQL: plans, customers, invoices with their fees");
  say("A dry run copies one snapshot, does the whole work and keeps nothing");
  run(server.url, 0, "dry-run");
  say("The migration, into a file that it makes");
  run(server.url, 0, "--force");
  say("Verification compares every row of a new snapshot with its event and view");
  run(server.url, 0, "verify-only");
  say("Somebody changes a fee, and it is found");
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(
    "update billing.fees set amount = amount + 0.01 where description = 'Seats' and invoice_id = 7",
  );
  await client.end();
  run(server.url, 3, "verify-only");
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
