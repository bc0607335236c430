import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { describe, expect, it } from "vitest";
import { bytes, checkout, copy, folder, lines, run, sql } from "./support.ts";

const fresh = join(folder(), "fresh.db");
SampleDatabase.write(fresh, { trades: 20, journalMode: "delete" });

/** With a table and a column that nobody has declared. */
const odd = () => {
  const path = copy(fresh);
  sql(path, 'create table "My Notes" (a, b)', "alter table onchain_trades add column mood");
  return path;
};
const named = ["--leave-out", "my notes", "--leave-out", "onchain_trades.MOOD"];

describe("ledger", { concurrent: true }, () => {
  it("prints the table that is in the docs", async () => {
    const { code, stdout, stderr } = await run(["ledger"]);
    const docs = readFileSync(join(checkout, "docs/verification.md"), "utf8");
    expect(docs.endsWith(`\n\n${stdout}`)).toBe(true);
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  it("prints what becomes of one file, which it leaves alone", async () => {
    const path = odd();
    const content = bytes(path);
    const { code, stdout } = await run(["ledger"], { env: { DATABASE_URL: path } });
    const rows = lines(stdout).map((line) => line.split(/ *\| */).slice(1, -1));
    expect(rows).toContainEqual(["onchain_trades", "id", "carried to OnChainTrade.legacy_id"]);
    expect(rows).toContainEqual([
      ...["onchain_trades", "mood", "UNDECLARED: see --leave-out onchain_trades.mood"],
    ]);
    expect(rows).toContainEqual(["My Notes", "*", "UNDECLARED: see --leave-out 'My Notes'"]);
    expect(rows.filter(([table]) => table === "schwab_auth")).toHaveLength(6);
    expect(code).toBe(0);
    expect(bytes(path)).toBe(content);
  });
});

describe("a schema nobody has seen", { concurrent: true }, () => {
  it("stops a migration and a dry run before anything is written, with 4", async () => {
    const path = odd();
    const content = bytes(path);
    for (const word of ["dry-run", "--force"]) {
      const { code, stderr } = await run([word, "--database-url", path]);
      expect(stderr).toContain(
        "made: My Notes, onchain_trades.mood. Nothing was written, as it would be lost without a word. Look at it, and declare it in a definition: with leftOut or, a whole table, under leaveAlone where it says nothing. To go on without it for once add --leave-out 'My Notes' --leave-out onchain_trades.mood.\n",
      );
      expect(code).toBe(4);
    }
    expect(bytes(path)).toBe(content);
  });

  it("is named rightly or the usage is wrong, which ends with 2", async () => {
    const path = odd();
    const content = bytes(path);
    const { code, stderr } = await run([
      ...["--leave-out", "onchain_trades.amount", "dry-run", "--database-url", path],
    ]);
    expect(stderr).toContain(
      "--leave-out names onchain_trades.amount, which this database does not",
    );
    expect(stderr).toContain("What has to be named is My Notes, onchain_trades.mood. See ");
    expect(code).toBe(2);
    expect(bytes(path)).toBe(content);
  });

  it("is left out where it is named, in any order of words, and verified so", async () => {
    const path = odd();
    const migrated = await run(
      ["--leave-out=my notes", "--force", "--database-url", path].concat([
        "--leave-out",
        "onchain_trades.mood",
      ]),
    );
    expect(migrated.stderr).toContain(
      "Warning: Left out, as --leave-out says: My Notes, onchain_trades.mood.\n",
    );
    expect(migrated.code).toBe(0);

    const found = await run(["verify-only", "--database-url", path]);
    expect(lines(found.stdout).filter((line) => line.startsWith("finding undeclared: "))).toEqual([
      "finding undeclared: My Notes is in this database and in no known version of it",
      "finding undeclared: onchain_trades.mood is in this database and in no known version of it",
    ]);
    expect(found.stdout).toContain("Findings, which are no differences: 2\n");
    expect(found.code).toBe(0);

    const strict = await run(["--strict", "--database-url", path, "verify-only"]);
    expect(strict.stderr).toContain(
      "migrate_to_events: Verification found 2 findings; each is listed above.\n",
    );
    expect(strict.code).toBe(9);

    const told = await run([...named, "verify-only", "--database-url", path, "--strict"]);
    expect(told.stdout).toContain("Left out, as you say: My Notes, onchain_trades.mood\n");
    expect(told.stdout).not.toContain("inding");
    expect(told.code).toBe(0);
  });
});

describe("findings and differences", { concurrent: true }, () => {
  it("end with 3, strict or not, and say what the bot wrote since", async () => {
    const path = copy(fresh);
    await run(["--force", "--database-url", path]);
    sql(
      path,
      `update trade_accumulators set accumulated_long = accumulated_long + 5,
         last_updated = '2099-01-01' || ' 00:00:00'
       where symbol = (select min(symbol) from trade_accumulators)`,
    );
    for (const more of [[], ["--strict"]]) {
      const { code, stdout } = await run(["verify-only", "--database-url", path, ...more]);
      expect(stdout).toMatch(
        /; the row's last_updated is after the migration: the bot still writes$/m,
      );
      expect(stdout).toContain("written since the migration: 3\n");
      expect(stdout).toMatch(/^finding long-differs: position "\w+" has accumulated_long /m);
      expect(stdout).not.toContain("Verification complete");
      expect(code).toBe(3);
    }
  });

  it("are warned of by a dry run", async () => {
    const path = copy(fresh);
    sql(path, "update trade_accumulators set accumulated_short = accumulated_short + 1");
    const { code, stderr } = await run(["dry-run", "--database-url", path]);
    expect(stderr).toMatch(/^Warning: finding short-differs: position "\w+" has .*\.$/m);
    expect(code).toBe(0);
  });
});
