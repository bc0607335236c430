import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";

/** The main job, start to end, on a file that looks like a year of trading. */

const command = fileURLToPath(new URL("../../cli/bin/migrate_to_events.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ledgerfold-demo-"));
const file = join(folder, "bot.db");

const say = (line: string) => console.log(`\n\u2014 ${line}`);

/** Runs the real command in a process of its own, and stops the demo when it fails. */
const run = (...words: ReadonlyArray<string>): void => {
  const typed = ["--database-url", file, ...words];
  console.log(`$ pnpm migrate_to_events ${typed.join(" ")}`);
  const { status, signal } = spawnSync(process.execPath, [command, ...typed], { stdio: "inherit" });
  if (status !== 0) throw new Error(`The command ended with ${status ?? signal}.`);
};

try {
  const sample = SampleDatabase.write(file, { trades: 3_000, orders: 300 });
  say(
    `A trading bot's database: ${sample.trades} trades, ${sample.positions} positions, ${sample.orders} orders and ${sample.auth} set of tokens, with moments in every form`,
  );
  say("A dry run does the whole work and keeps nothing");
  run("dry-run");
  say("The migration, after a backup; --force because nobody is asked in a demo");
  run("--force");
  say("Verification compares every row with its events and views");
  run("verify-only");
  say("A second run finds everything there and adds nothing");
  run("--force");
  say("Verification again");
  run("verify-only");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
