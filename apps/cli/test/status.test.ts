import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { beforeAll, describe, expect, it } from "vitest";
import { bytes, copy, count, folder, lines, run, sql } from "./support.ts";

const fresh = join(folder(), "fresh.db");
const migrated = join(folder(), "legacy.db");

const on = (path: string, ...words: ReadonlyArray<string>) =>
  run(["--database-url", path, ...words]);

beforeAll(async () => {
  SampleDatabase.write(fresh, { trades: 12, journalMode: "delete" });
  copy(fresh, migrated);
  expect(await on(migrated, "--force", "--no-backup")).toMatchObject({ code: 0 });
});

const events = `select aggregate_id as id, event_type as type, event_version as version,
  cast(payload as text) as payload, metadata from events where aggregate_type = `;

describe("status", { concurrent: true }, () => {
  it("says of a file that was never migrated that it was not, as verify-only does", async () => {
    const path = copy(fresh);
    const { code, stdout } = await on(path, "status");
    const never = `Never migrated: "${path}" has no event of the four aggregates, and no run has written to it.`;
    expect(lines(stdout)).toEqual([
      expect.stringMatching(/^".*legacy\.db" is a SQLite file of \d+ bytes\.$/),
      "Its log is in the same file.",
      never,
      "OnChainTrade: 12 rows of onchain_trades, 0 events in the log.",
      "Position: 10 rows of trade_accumulators, 0 events in the log.",
      "OffchainOrder: 2 rows of offchain_trades, 0 events in the log.",
      "SchwabAuth: 1 row of schwab_auth, 0 events in the log.",
      `Next, to see what would happen: migrate_to_events --database-url ${path} dry-run`,
    ]);
    expect(code).toBe(0);
    expect((await on(path, "verify-only")).stderr.split("\n")).toContain(never);
    expect(bytes(path)).toBe(bytes(fresh));
    expect(readdirSync(dirname(path))).toEqual(["legacy.db"]);
  });

  it("tells what a run was started with and what it wrote, whose roots the log gives again", async () => {
    const path = copy(migrated);
    const { code, stdout } = await on(path, "status");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Run [0-9a-f-]{36} of 20\S+Z, version \S+: wrote 12 OnChainTrade, 10 Position, 2 OffchainOrder and 1 SchwabAuth\.$/m,
    );
    expect(lines(stdout)).toContain(`  with --database-url ${migrated} --force --no-backup`);
    const roots = [...stdout.matchAll(/^ {2}root of (\w+): ([0-9a-f]{64})$/gm)];
    expect(roots.map(([, type]) => type)).toHaveLength(4);
    for (const [, type, root] of roots) {
      const hash = createHash("sha256");
      for (const row of sql(path, `${events} '${type}' order by position`)) {
        const { id, type, version, payload, metadata } = row as Readonly<Record<string, string>>;
        hash.update(`${JSON.stringify([id, type, version])} ${payload} ${metadata}\n`);
      }
      expect(hash.digest("hex")).toBe(root);
    }
    expect(lines(stdout).at(-1)).toBe(
      `Next, to compare every row: migrate_to_events --database-url ${path} verify-only`,
    );
    expect(bytes(path)).toBe(bytes(migrated));
  });

  it("knows of no run that wrote nothing", async () => {
    const path = copy(migrated);
    expect((await on(path, "--force")).code).toBe(0);
    expect((await on(path, "dry-run", "--clean")).code).toBe(0);
    expect((await on(path, "verify-only")).code).toBe(0);
    expect(bytes(path)).toBe(bytes(migrated));
    const bad = copy(fresh);
    sql(bad, "update onchain_trades set amount = 'abc' where id = 3");
    expect((await on(bad, "--force")).code).toBe(4);
    expect(count(bad, "sqlite_schema where name like 'ledgerfold%'")).toBe(0);
  });

  it("keeps those whose events are gone, and counts what another one mended", async () => {
    const path = copy(migrated);
    sql(path, "delete from position_view where view_id = (select min(view_id) from position_view)");
    expect((await on(path, "--force", "--no-backup")).code).toBe(0);
    expect((await on(path, "--force", "--no-backup", "--clean")).code).toBe(0);
    const { stdout } = await on(path, "status");
    const runs = lines(stdout).filter((line) => line.startsWith("Run "));
    expect(runs).toEqual([
      expect.stringMatching(/ 1 SchwabAuth; 0 of its 25 events are there\.$/),
      expect.stringMatching(/: mended 1 view\.$/),
      expect.stringMatching(/: deleted 25 events and wrote 12 OnChainTrade,/),
    ]);
  });

  it("keeps one that has only deleted", async () => {
    const path = copy(migrated);
    const rows = ["onchain_trades", "trade_accumulators", "offchain_trades", "schwab_auth"];
    sql(path, ...rows.map((table) => `delete from ${table}`));
    expect((await on(path, "--force", "--no-backup", "--clean")).code).toBe(0);
    const { stdout } = await on(path, "status");
    expect(lines(stdout).filter((line) => line.startsWith("Run "))).toEqual([
      expect.stringMatching(/; 0 of its 25 events are there\.$/),
      expect.stringMatching(/: deleted 25 events\.$/),
    ]);
  });

  it("tells the runs of a log of an earlier version by their events, and makes no table", async () => {
    const path = copy(migrated);
    sql(path, "drop table ledgerfold_runs", "update events set metadata = 'none' where rowid = 1");
    const before = bytes(path);
    const { code, stdout } = await on(path, "status");
    expect(stdout).toMatch(
      /^Run [0-9a-f-]{36}, which its events tell of: 2 OffchainOrder, 11 OnChainTrade, 10 Position and 1 SchwabAuth, its first one of 20\S+Z\.$/m,
    );
    expect(code).toBe(0);
    expect(bytes(path)).toBe(before);
  });

  it("shows nothing that can write to a terminal", async () => {
    const path = copy(migrated);
    sql(path, `update events set metadata = '{"run_id":"a\\u001b[31m\\u202e b"}' where rowid = 1`);
    const { stdout } = await on(path, "status");
    expect(stdout).toMatch(/^Run "a\S+ b", which its events tell of: 1 OnChainTrade/m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(stdout).not.toMatch(/[\u0000-\u0009\u001b\u202e]/);
  });
});
