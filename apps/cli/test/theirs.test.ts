import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as LossyMigration from "@ledgerfold/fixtures/LossyMigration";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import * as Document from "@ledgerfold/verifier/Document";
import { Schema } from "effect";
import { describe, expect, it } from "vitest";
import { bytes, copy, folder, lines, run, sql } from "./support.ts";

/** A log that another program made of the file, and lost much of it on the way. */

const path = join(folder(), "theirs.db");
const rows = SampleDatabase.write(path, { trades: 400, journalMode: "delete", age: "2025-12-22" });
const streams = rows.trades + rows.orders + rows.positions + rows.auth;
const lost = LossyMigration.write(path, { form: "2025-12-24" });

const verify = (file: string, ...words: ReadonlyArray<string>) =>
  run(["verify-only", "--database-url", file, ...words]);

const Report = Schema.Struct({
  differences: Schema.Array(Document.Difference),
  summary: Document.Summary,
});
const read = (file: string) =>
  Schema.decodeUnknownSync(Report)(JSON.parse(readFileSync(file, "utf8")));

/** By field of an event, without what a row does not say and what the pending order's id says. */
const counted = (judgement: ReadonlyArray<Document.Judgement>) => {
  const found: Record<string, number> = {};
  for (const { side, aggregate, field, how, weight, rows } of judgement) {
    if (side !== "event" || field === null || weight === "metadata") continue;
    if (how.endsWith("nothing to say") || /pending_(shares|dir)/.test(field)) continue;
    found[`${aggregate} ${field}`] = (found[`${aggregate} ${field}`] ?? 0) + rows;
  }
  return found;
};

describe("verify-only of a log that another program wrote", () => {
  const report = join(folder(), "report.json");

  it("says on one screen what it did to the data, in its own numbers", async () => {
    const { code, stdout, stderr } = await verify(path, "--report", report);
    expect(code).toBe(3);
    const { summary, differences } = read(report);
    const { judgement = [] } = summary;
    expect(counted(judgement)).toEqual(lost);
    const said = lines(stdout);
    expect(said.length).toBeLessThan(40);
    const first = said.indexOf(
      `${differences.length} differences, gravest first; of how many rows, what, how:`,
    );
    const tallies = said.findIndex((line) => line.startsWith("OnChainTrade: "));
    expect(said.slice(first + 1, tallies).filter(({ length }) => length > 100)).toEqual([]);
    const timed = lost["OnChainTrade block_timestamp"];
    expect(stdout).toMatch(
      new RegExp(`^ +${timed} .* block_timestamp: created_at taken for it`, "m"),
    );
    expect(stdout).toMatch(/ broker: always "Schwab" \(/);
    expect(stdout).toMatch(/ amount: cut to about 16 digits, in sum off by /);
    expect(stdout).toMatch(/ gas_used: dropped to null /);
    expect(stdout).toMatch(/pending_direction: not there\n +> the order that is pending /);
    expect(said).toContain(
      `      ${streams} OnChainTrade, OffchainOrder, Position, SchwabAuth metadata: not ours`,
    );
    expect(stdout).not.toContain("unreadable:");
    expect(stdout).not.toContain("began otherwise");
    expect(stderr).toContain(`found ${differences.length} differences; they are judged above.`);
    expect(stderr).toContain("What differs of views is made anew by: migrate_to_events ");
    expect(summary.counts.differences).toBe(differences.length);
    const { unreadable } = summary.tallies.OnChainTrade ?? {};
    expect(unreadable).toBe(0);
  });

  it("says so of the form of another age too", async () => {
    const file = join(folder(), "january.db");
    SampleDatabase.write(file, { trades: 400, journalMode: "delete", age: "2026-01-26" });
    const lostThen = LossyMigration.write(file, { form: "2026-01-19" });
    const to = join(folder(), "january.json");
    expect((await verify(file, "--report", to)).code).toBe(3);
    const { judgement = [], tallies } = read(to).summary;
    expect(counted(judgement)).toEqual(lostThen);
    expect(Object.values(tallies).map(({ unreadable }) => unreadable)).toEqual([0, 0, 0, 0]);
    const brokers = judgement.filter(({ field }) => field === "broker" || field === "executor");
    expect(brokers.map(({ field, how, weight }) => `${field} ${how} ${weight}`)).toEqual([
      "broker not there who",
      'executor always "Schwab" who',
    ]);
    expect(brokers[0]).toMatchObject({ rows: lostThen["OffchainOrder broker"] });
  });

  it("has roots and a proof all the same", async () => {
    const { stdout } = await verify(path, "--against", report);
    const proven = lines(stdout).filter((line) => line.endsWith("the root is the same"));
    expect(proven.map((line) => line.split(":")[0])).toEqual(
      expect.arrayContaining(["event events", "legacy onchain_trades"]),
    );
  });

  it("shows the same on the page", async () => {
    const page = join(folder(), "report.html");
    expect((await verify(path, "--report", page)).code).toBe(3);
    expect(readFileSync(page, "utf8")).toContain("created_at taken for it");
  });

  it("calls tokens that differ in their metadata alone just that", async () => {
    const file = copy(path);
    sql(file, "delete from events where aggregate_type <> 'SchwabAuth'");
    const to = join(folder(), "tokens.json");
    await verify(file, "--report", to);
    const { differences } = read(to);
    const ofTokens = differences.filter(({ aggregate }) => aggregate === "SchwabAuth");
    expect(ofTokens.map(({ side, field }) => [side, field])).toEqual([
      ["event", "metadata.legacy_table"],
      ["event", "metadata.run_id"],
      ["view", null],
    ]);
  });
});

describe("a run over such a log", () => {
  const screen = (text: string) => {
    const all = lines(text);
    const first = all.findIndex((line) => line.includes("differences, gravest first"));
    return all.slice(first).filter((line) => /^ {5,}/.test(line));
  };

  it("ends with 6, judges it as verify-only does, and names the ways on", async () => {
    const file = copy(path);
    sql(
      file,
      `insert into events values ('Position', 'AAPL', 2, 'PositionEvent::ThresholdUpdated', '1.0',
        '{"ThresholdUpdated":{"old_threshold":{"Shares":"1"},"new_threshold":{"Shares":"2"},"updated_at":"2026-01-01T00:00:00Z"}}', '{}')`,
      `insert into events select aggregate_type, '999999', 1, event_type, event_version, payload, '{}'
        from events where aggregate_type = 'OffchainOrder' and aggregate_id = '1'`,
    );
    const verified = screen((await verify(file)).stdout);
    expect(verified.length).toBeGreaterThan(15);
    const before = bytes(file);
    const words = ["--database-url", file];
    for (const [form, given] of [
      [["--force", "--no-backup"], " --no-backup"],
      [["dry-run"], ""],
    ] as const) {
      const { code, stderr } = await run([...words, ...form]);
      expect(code).toBe(6);
      expect(screen(stderr)).toEqual(verified);
      expect(stderr).not.toContain("Existing event differs");
      expect(stderr).toMatch(
        new RegExp(`holds ${streams} streams .* The first: OnChainTrade "0x\\w+:\\d+": its first`),
      );
      expect(lines(stderr).at(-1)).toBe(
        `Leave the log as it is, or start over, which loses what no row brings back: 1 PositionEvent::ThresholdUpdated and 1 OffchainOrderEvent::Migrated. Next, if you do: migrate_to_events --database-url ${file}${given} --clean`,
      );
    }
    expect(bytes(file) === before).toBe(true);
    const { stderr } = await run([...words, "dry-run", "--clean"]);
    expect(stderr).toContain("; 2 of them no row brings back.");
  });

  it("is told of by status, and started over by --clean", async () => {
    const file = copy(path);
    const { stdout } = await run(["status", "--database-url", file]);
    expect(stdout).toContain("No run of this command wrote these events: another program did");
    expect((await run(["--database-url", file, "--force", "--clean"])).code).toBe(0);
    expect((await verify(file)).code).toBe(0);
    const after = await run(["status", "--database-url", file]);
    expect(after.stdout).not.toMatch(/another program|No run/);
  });
});

it("says what to do where only views differ", async () => {
  const file = join(folder(), "views.db");
  SampleDatabase.write(file, { trades: 40, journalMode: "delete" });
  expect((await run(["--database-url", file, "--force"])).code).toBe(0);
  sql(
    file,
    "delete from position_view where view_id = 'AAPL'",
    "update offchain_order_view set version = 0 where view_id = '1'",
  );
  const { code, stderr } = await verify(file);
  expect(code).toBe(3);
  const [next] = lines(stderr).filter((line) => line.includes("Only views differ"));
  expect(next).toMatch(
    /Only views differ. Next, to make them anew: migrate_to_events --database-url \S+ rebuild-views$/,
  );
  expect((await run(["rebuild-views", "--database-url", file])).code).toBe(0);
  expect((await verify(file)).code).toBe(0);
});
