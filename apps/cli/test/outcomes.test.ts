import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { beforeAll, describe, expect, it } from "vitest";
import { bytes, copy, count, folder, lines, run, sql } from "./support.ts";

const fresh = join(folder(), "fresh.db");
const migrated = join(folder(), "migrated.db");
const sample = SampleDatabase.write(fresh, { trades: 60, journalMode: "delete" });
const total = sample.trades + sample.positions + sample.orders + sample.auth;

const complete = (trades: number, positions: number, orders: number) =>
  `Migration complete: ${trades} trades, ${positions} positions, ${orders} orders migrated`;
const all = complete(sample.trades, sample.positions, sample.orders);
const none = complete(0, 0, 0);
const dry = (line: string) => `${line} (a dry run: nothing was kept)`;
const last = (stdout: string) => lines(stdout).at(-1);

const statuses = new Map(
  sql(fresh, "select status, count(*) as n from offchain_trades group by status").map(
    ({ status, n }) => [status, n],
  ),
);
const breakdown = ["PENDING", "SUBMITTED", "FILLED", "FAILED"].map(
  (status) => `${statuses.get(status) ?? 0} ${status}`,
);
const pending = count(fresh, "trade_accumulators where pending_execution_id is not null");

/** What was done, as the first migration of the sample says it. */
const done = [
  `Migrated ${sample.trades} trades`,
  `Migrated ${sample.positions} positions, ${pending} with pending executions`,
  `Migrated ${sample.orders} offchain orders`,
  `Status breakdown: ${breakdown.join(", ")}`,
  "SchwabAuth migrated",
];
const beside = (tokens: number, there: Partial<typeof sample> = {}) =>
  `Tokens migrated: ${tokens}. Already there: ${there.trades ?? 0} trades, ` +
  `${there.positions ?? 0} positions, ${there.orders ?? 0} orders, ${there.auth ?? 0} tokens`;

let first: Awaited<ReturnType<typeof run>>;
beforeAll(async () => {
  copy(fresh, migrated);
  first = await run(["--database-url", migrated, "--force"]);
});

describe("a first migration", () => {
  it("says on stdout what was done, and nothing else", () => {
    expect(lines(first.stdout)).toEqual([...done, beside(1), all]);
    expect(first.code).toBe(0);
  });

  it("says the rest on stderr", () => {
    const [run, ...rest] = lines(first.stderr);
    expect(run).toMatch(/^Run [0-9a-f-]{36}\.$/);
    expect(rest).toContain("OnChainTrade: 60/60 (100%)");
    const waits =
      /^Warning: Position \w+ has pending execution \d+ - other services refuse to settle it and accept a second order\.$/;
    expect(rest.filter((line) => waits.test(line))).toHaveLength(pending);
    expect(rest).toContain(
      "Warning: 20 trades have no block number in event_queue: 0 is written for them.",
    );
  });

  it("writes as many events as it says", () => {
    expect(count(migrated, "events")).toBe(total);
  });
});

describe("again", { concurrent: true }, () => {
  it("adds nothing and says so", async () => {
    const path = copy(migrated);
    const { code, stdout } = await run(["--force", "--database-url", path]);
    expect(lines(stdout)).toEqual([
      "Migrated 0 trades",
      "Migrated 0 positions, 0 with pending executions",
      "Migrated 0 offchain orders",
      "Status breakdown: 0 PENDING, 0 SUBMITTED, 0 FILLED, 0 FAILED",
      "No SchwabAuth to migrate (already there)",
      beside(0, sample),
      none,
    ]);
    expect(code).toBe(0);
    expect(sql(path, "select * from events")).toEqual(sql(migrated, "select * from events"));
  });

  it("with new rows writes those", async () => {
    const path = copy(migrated);
    sql(
      path,
      "insert into onchain_trades select id + 1000, tx_hash, log_index + 1000, symbol, amount, direction, price_usdc, created_at, block_timestamp, gas_used, effective_gas_price, pyth_price, pyth_confidence, pyth_exponent, pyth_publish_time from onchain_trades limit 2",
    );
    const { code, stdout } = await run(["--force", "--database-url", path]);
    expect(stdout).toContain(beside(0, sample));
    expect(last(stdout)).toBe(complete(2, 0, 0));
    expect(code).toBe(0);
  });

  it("--clean --force deletes first and says how many", async () => {
    const path = copy(migrated);
    const { code, stdout, stderr } = await run(["--clean", "--force", "--database-url", path]);
    const deleted = `Deleted ${total} events from event store`;
    expect(lines(stdout)).toEqual([deleted, ...done, beside(1), all]);
    expect(stderr).toContain(
      `Warning: --clean deletes ${total} events; 0 of them no row brings back.\n`,
    );
    expect(code).toBe(0);
    expect(count(path, "events")).toBe(total);
  });

  it("--clean that meets a bad row loses nothing", async () => {
    const path = copy(migrated);
    sql(path, "update onchain_trades set created_at = 7, block_timestamp = null where id = 60");
    const before = bytes(path);
    const { code, stdout } = await run(["--clean", "--force", "--database-url", path]);
    expect(stdout).toBe("");
    expect(code).toBe(4);
    expect(bytes(path)).toBe(before);
  });

  it("refuses streams that would differ, names each, and keeps nothing", async () => {
    const path = copy(migrated);
    sql(path, "update onchain_trades set amount = amount + 1 where id <= 2");
    sql(path, "delete from events where aggregate_type = 'Position'", "delete from position_view");
    const before = bytes(path);
    for (const mode of ["--force", "dry-run"]) {
      const { code, stdout, stderr } = await run([mode, "--database-url", path]);
      expect(stderr.match(/^Existing event differs: OnChainTrade "0x\w+:\d+": /gm)).toHaveLength(2);
      expect(stderr).toContain("migrate_to_events: The event store holds 2 streams");
      expect(stdout).toBe("");
      expect(code).toBe(6);
      expect(bytes(path)).toBe(before);
    }
  });
});

describe("a dry run", { concurrent: true }, () => {
  it("says what would be done, and does nothing", async () => {
    const path = copy(fresh);
    const { code, stdout, stderr } = await run(["dry-run", "--database-url", path]);
    const said = lines(stdout);
    const ranges = said.filter((line) => /^ {2}|, \d+ rows?$/.test(line) && line !== dry(all));
    expect(said.filter((line) => !ranges.includes(line))).toEqual([
      ...done.map((line) => `Dry run: ${line}`),
      beside(1),
      dry(all),
    ]);
    expect(ranges.filter((line) => line.includes(" as read, "))).toEqual([
      expect.stringMatching(/^onchain_trades as read, \d+ rows$/),
      expect.stringMatching(/^event_queue as read, \d+ rows$/),
      expect.stringMatching(/^trade_accumulators as read, \d+ rows$/),
      expect.stringMatching(/^offchain_trades as read, \d+ rows$/),
      "schwab_auth as read, 1 row",
    ]);
    expect(ranges.filter((line) => /^ {2}\w+_token(_fetched_at)? /.test(line))).toEqual(
      Array.from({ length: 4 }, () => expect.stringMatching(/ {2}1 not shown$/)),
    );
    expect(ranges).toContainEqual(
      expect.stringMatching(/^ {2}block_timestamp {6}2025-\S+Z \.\. 202\d-\S+Z, \d+ NULL$/),
    );
    expect(stderr).toMatch(/^Run [0-9a-f-]{36}, a dry run: nothing is kept\.\n/);
    expect(code).toBe(0);
    expect(bytes(path)).toBe(bytes(fresh));
  });

  it("on a migrated file finds all there", async () => {
    const { code, stdout } = await run(["dry-run", "--database-url", migrated]);
    expect(lines(stdout).slice(-2)).toEqual([beside(0, sample), dry(none)]);
    expect(code).toBe(0);
  });

  it("with --clean deletes nothing", async () => {
    const path = copy(migrated);
    const { code, stdout } = await run(["dry-run", "--clean", "--database-url", path]);
    expect(lines(stdout)[0]).toBe(`Dry run: Would delete ${total} events from event store`);
    expect(last(stdout)).toBe(dry(all));
    expect(code).toBe(0);
    expect(bytes(path)).toBe(bytes(migrated));
  });
});

describe("little to migrate", { concurrent: true }, () => {
  it("an empty table of tokens is said", async () => {
    const path = join(folder(), "legacy.db");
    const db = LegacyDatabase.make(path, { age: "2025-07" });
    LegacyDatabase.insertTrade(db);
    db.close();
    const { code, stdout } = await run(["--force", "--database-url", path]);
    expect(lines(stdout)).toContain("No SchwabAuth to migrate (table empty)");
    expect(last(stdout)).toBe(complete(1, 0, 0));
    expect(code).toBe(0);
  });

  it("an empty file is an empty database, and each missing table is said", async () => {
    const path = join(folder(), "empty.db");
    writeFileSync(path, "");
    const { code, stdout, stderr } = await run(["--force", "--database-url", path]);
    expect(
      stderr.match(/^Warning: This database has no table .*: nothing to migrate/gm),
    ).toHaveLength(4);
    expect(last(stdout)).toBe(none);
    expect(code).toBe(0);
    expect(count(path, "events")).toBe(0);
  });
});
