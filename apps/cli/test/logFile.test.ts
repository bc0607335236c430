import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { describe, expect, it } from "vitest";
import {
  bytes,
  checkout,
  copy,
  count,
  folder,
  lines,
  run,
  sql,
  start,
  whileOpen,
} from "./support.ts";
import { hasScript, onTerminal } from "./terminal.ts";

/** The legacy rows in one SQLite file, the log in another. */

const legacy = join(folder(), "legacy.db");
const sample = SampleDatabase.write(legacy, { trades: 60, orders: 10, journalMode: "delete" });
const all = sample.trades + sample.positions + sample.orders + sample.auth;
const complete = `Migration complete: ${sample.trades} trades, ${sample.positions} positions, ${sample.orders} orders migrated`;
const nothingMore = "Migration complete: 0 trades, 0 positions, 0 orders migrated";

/** A legacy file in a folder of its own, and a log that is in another one or will be. */
const files = (from = legacy) => ({ path: copy(from), log: join(folder(), "log.db") });

const into = (path: string, log: string, ...words: ReadonlyArray<string>) =>
  run(["--database-url", path, "--event-store-url", `sqlite:${log}`, ...words]);

const beside = (path: string) => readdirSync(dirname(path));

/** All that looking could change. */
const traces = (path: string) =>
  beside(path).map((name) => {
    if (name.endsWith("-shm")) return name;
    const { mtimeNs, ino } = statSync(join(dirname(path), name), { bigint: true });
    return { name, mtimeNs, ino, bytes: bytes(join(dirname(path), name)) };
  });

describe("a log in another file", { concurrent: true }, () => {
  it("is made, verified, and there already when it is done again", async () => {
    const { path, log } = files();
    chmodSync(path, 0o600);
    const before = traces(path);
    const first = await into(path, log, "--force");
    expect(lines(first.stdout).at(-1)).toBe(complete);
    expect(first.stderr).toContain(
      `There is no log in "${log}" yet: this run makes it, and has nothing to back up.`,
    );
    expect(first.stderr).toContain(
      `what the bot writes to "${path}" from here on is not in the log`,
    );
    expect(first.code).toBe(0);
    expect(beside(log)).toEqual(["log.db"]);
    expect(count(log, "events")).toBe(all);
    expect(sql(log, "pragma journal_mode")).toEqual([{ journal_mode: "wal" }]);
    expect(statSync(log).mode & 0o777).toBe(0o600);
    const made = traces(log);
    const verified = await into(path, log, "verify-only");
    expect(lines(verified.stdout).at(-1)).toBe("Verification complete: no differences");
    expect(verified.code).toBe(0);
    const again = await into(path, log, "--force");
    expect(lines(again.stdout).at(-1)).toBe(nothingMore);
    expect(await into(path, log, "dry-run", "--clean")).toMatchObject({ code: 0 });
    expect(traces(log)).toEqual(made);
    expect(traces(path)).toEqual(before);
  });

  it("that is not there is said to be none, and looking makes none", async () => {
    const { path, log } = files();
    const outcomes = [
      ["dry-run", 0, complete],
      ["verify-only", 3, "1 row, 0 same, 1 missing"],
      ["rebuild-views", 0, "Views rebuilt: 0 rows changed"],
    ] as const;
    for (const [way, code, said] of outcomes) {
      const outcome = await into(path, log, way);
      expect(lines(outcome.stdout).at(-1)).toContain(said);
      expect(outcome.stderr).toContain(`There is no log in "${log}" yet.`);
      expect(outcome.code).toBe(code);
      expect(beside(log)).toEqual([]);
    }
  });

  it("has its views made anew without the rows, which the command that is next asks for", async () => {
    const { path, log } = files();
    await into(path, log, "--force");
    const { code, stderr } = await run(["--event-store-url", `sqlite:${log}`, "rebuild-views"]);
    expect(lines(stderr).at(-1)).toMatch(/ verify-only --database-url PATH$/);
    expect(code).toBe(0);
  });

  it("is backed up before it is written to, beside itself or where --backup says", async () => {
    const { path, log } = files();
    await into(path, log, "--force");
    const { code, stderr } = await into(path, log, "--force", "--clean");
    expect(code).toBe(0);
    const [, backup = ""] = beside(log);
    expect(backup).toMatch(/^log\.db\.\d{8}T\d{6}\.\d{3}Z\.backup$/);
    expect(stderr).toContain(`Backed up to "${join(dirname(log), backup)}"`);
    expect(count(copy(join(dirname(log), backup)), "events")).toBe(all);
    const to = join(folder(), "here.db");
    await into(path, log, "--force", "--clean", "--backup", to);
    expect(count(copy(to), "events")).toBe(all);
    await into(path, log, "--force", "--clean", "--no-backup");
    expect(beside(log)).toHaveLength(2);
    expect(beside(path)).toEqual(["legacy.db"]);
  });

  it.skipIf(!hasScript)("is asked for in words that fit", async () => {
    const { path, log } = files();
    const words = ["--database-url", path, "--event-store-url", `sqlite:${log}`];
    const asked = "is made anew, so there is nothing to back up. Continue? [y/N]";
    expect(await onTerminal(words, [[asked, "n\n"]])).toMatchObject({ code: 8 });
    expect(beside(log)).toEqual([]);
    expect(await onTerminal(words, [[asked, "y\n"]])).toMatchObject({ code: 0 });
    sql(log, "delete from position_view");
    const { code, screen } = await onTerminal(words, [
      ["Events detected for OnChainTrade", "y\n"],
      ["Events detected for Position", "y\n"],
      ["Events detected for OffchainOrder", "y\n"],
      ["Events detected for SchwabAuth", "y\n"],
      [`A backup goes to "${log}.<UTC>.backup" before anything is written.`, "y\n"],
    ]);
    expect(screen).toContain("Backed up to");
    expect(code).toBe(0);
  });

  it("is named by the report and the page, and compared with later", async () => {
    const { path, log } = files();
    await into(path, log, "--force");
    const [report, page] = [join(folder(), "report.json"), join(folder(), "report.html")];
    await into(path, log, "verify-only", "--report", report);
    await into(path, log, "verify-only", "--report", page);
    const { summary } = JSON.parse(readFileSync(report, "utf8"));
    expect(summary).toMatchObject({ database: { path }, log, isSame: true });
    expect(readFileSync(page, "utf8")).toContain(
      `<dt>Log</dt><dd class="mono"><bdi>${log}</bdi></dd>`,
    );
    expect(await into(path, log, "verify-only", "--against", report)).toMatchObject({ code: 0 });
    const rederive = join(checkout, "docs", "rederive.py");
    const derived = execFileSync("python3", [rederive, path, report, log], { encoding: "utf8" });
    expect(derived).toContain(`event events: ${all} rows, root `);
    const { stdout, stderr } = spawnSync("python3", [rederive, path, report], { encoding: "utf8" });
    expect(stdout).toContain("legacy onchain_trades: ");
    expect(stderr).toBe(`rederive: the log is in ${log}: name its file after the report\n`);
    sql(
      log,
      `update events set payload = replace(payload, '"symbol":"', '"symbol":"x') where rowid = 5`,
      "update position_view set payload = '{}' where view_id = 'AAPL'",
      "delete from offchain_order_view where rowid = 1",
    );
    const later = await into(path, log, "verify-only", "--against", report);
    expect(later.stdout).toMatch(/^different: OnChainTrade .* event symbol/m);
    expect(later.stdout).toMatch(/^changed since: event events/m);
    expect(later.stdout).toMatch(/^changed since: event position_view/m);
    expect(later.stdout).toMatch(/^missing since: event offchain_order_view/m);
    expect(later.code).toBe(3);
    const rebuilt = await into(path, log, "rebuild-views");
    expect(rebuilt.stdout).toContain("Views rebuilt: 3 rows changed");
  });

  it("has the hashes that it would have with its rows in one file", async () => {
    const { path, log } = files();
    await into(path, log, "--force");
    const proofOf = async (...words: ReadonlyArray<string>) => {
      const report = join(folder(), "report.json");
      await run(["verify-only", "--report", report, ...words]);
      return JSON.parse(readFileSync(report, "utf8")).summary.tables;
    };
    const apart = await proofOf("--database-url", path, "--event-store-url", `sqlite:${log}`);
    const itself = await proofOf("--database-url", log);
    const events = ({ side }: { readonly side: string }) => side === "event";
    expect(apart).toHaveLength(10);
    expect(apart.filter(events)).toEqual(itself.filter(events));
    expect(itself).toHaveLength(5);
  });

  it("is the one that counts, though the legacy file has events too", async () => {
    const { path, log } = files();
    await run(["--database-url", path, "--force", "--no-backup"]);
    sql(path, "update events set payload = '{}'");
    const { stdout, stderr, code } = await into(path, log, "--force");
    expect(stderr).toContain(
      `Warning: the file itself has ${all} events of these aggregates; only those in "${log}" are looked at.`,
    );
    expect(lines(stdout).at(-1)).toBe(complete);
    expect(code).toBe(0);
    expect(await into(path, log, "verify-only")).toMatchObject({ code: 0 });
    const none = await into(path, join(folder(), "none.db"), "verify-only");
    expect(none.stdout).toContain(`OnChainTrade: ${sample.trades} rows, 0 same, 60 missing`);
  });

  it("may be in the file of other services, which stays", async () => {
    const { path, log } = files();
    sql(log, "create table theirs (n)");
    sql(log, "insert into theirs values (42)");
    expect(await into(path, log, "--force", "--no-backup")).toMatchObject({ code: 0 });
    expect(await into(path, log, "verify-only")).toMatchObject({ code: 0 });
    expect(sql(log, "select n from theirs")).toEqual([{ n: 42 }]);
  });
});

describe("both files, each with a WAL that nobody has recovered yet", { concurrent: true }, () => {
  const oneMore = `insert into onchain_trades (tx_hash, log_index, symbol, amount, direction,
    price_usdc, created_at) select tx_hash, log_index + 500, symbol, 1, 'BUY', 1, created_at
    from onchain_trades limit 1`;
  const trade = "(select aggregate_id from events where aggregate_type = 'OnChainTrade' limit 1)";

  /** One trade is in the rows' WAL alone, the deletion of another in the log's. */
  const unrecovered = async () => {
    const { path, log } = files();
    await into(path, log, "--force");
    sql(path, "pragma journal_mode = wal");
    const one = await whileOpen(path, oneMore, async () => copy(path));
    const deletion = `delete from events where aggregate_id = ${trade}`;
    const other = await whileOpen(log, deletion, async () => copy(log, join(folder(), "log.db")));
    expect(beside(one)).toEqual(["legacy.db", "legacy.db-wal"]);
    expect(beside(other)).toEqual(["log.db", "log.db-wal"]);
    return { path: one, log: other };
  };

  for (const way of ["verify-only", "dry-run"]) {
    it(`are read with it and stay as they are: ${way}`, async () => {
      const { path, log } = await unrecovered();
      const before = [traces(path), traces(log)];
      const { stdout } = await into(path, log, way);
      expect(stdout).toContain(
        way === "dry-run"
          ? "Migration complete: 2 trades"
          : "OnChainTrade: 61 rows, 59 same, 2 missing",
      );
      expect([traces(path), traces(log)]).toEqual(before);
    });
  }

  it("are migrated, and the legacy file stays as it is", async () => {
    const { path, log } = await unrecovered();
    const before = traces(path);
    const { stdout } = await into(path, log, "--force", "--no-backup");
    expect(stdout).toContain("Migration complete: 2 trades");
    expect(traces(path)).toEqual(before);
  });
});

describe("the file of the rows, named once more as that of the log", { concurrent: true }, () => {
  it("is the ordinary case, by a link or another path too", async () => {
    const path = copy(legacy);
    const link = join(folder(), "link.db");
    symlinkSync(path, link);
    mkdirSync(join(dirname(path), "sub"));
    const first = await into(path, link, "--force");
    expect(first.stderr).toMatch(/Backed up to ".*\/legacy\.db\.[^"]*\.backup"/);
    expect(first.stderr).not.toContain("from here on");
    expect(count(path, "events")).toBe(all);
    const again = await into(path, join(dirname(path), "sub", "..", "legacy.db"), "--force");
    expect(lines(again.stdout).at(-1)).toBe(nothingMore);
  });

  it("is refused under a second name of its own", async () => {
    const path = copy(legacy);
    const other = join(dirname(path), "other.db");
    linkSync(path, other);
    const { code, stderr } = await into(path, other, "--force", "--other-names");
    expect(stderr).toContain("are two names of one file");
    expect(code).toBe(2);
    expect(bytes(path) === bytes(legacy)).toBe(true);
  });
});

describe("what the bot writes meanwhile", () => {
  it("is not in the log, and verify-only tells", async () => {
    const big = join(folder(), "big.db");
    SampleDatabase.write(big, { trades: 5_000, journalMode: "wal" });
    const { path, log } = files(big);
    const running = start([
      "--database-url",
      path,
      "--event-store-url",
      `sqlite:${log}`,
      "--force",
    ]);
    await running.says("OnChainTrade: 250/5000");
    sql(
      path,
      `insert into onchain_trades (tx_hash, log_index, symbol, amount, direction, price_usdc,
        created_at) select tx_hash, log_index + 500, symbol, 1, 'BUY', 1, created_at
        from onchain_trades limit 1`,
    );
    expect(lines((await running.outcome).stdout).at(-1)).toContain("5000 trades");
    const { code, stdout } = await into(path, log, "verify-only");
    expect(stdout).toContain("OnChainTrade: 5001 rows, 5000 same, 1 missing");
    expect(code).toBe(3);
  });
});

describe("texts", { concurrent: true }, () => {
  it("whose bytes are none in the log are seen, though they read as what they should be", async () => {
    const { path, log } = files();
    sql(path, "update offchain_trades set symbol = 'A\ufffdB' where id = 1");
    await into(path, log, "--force");
    expect(await into(path, log, "verify-only")).toMatchObject({ code: 0 });
    sql(
      log,
      `update offchain_order_view set payload =
        cast(unhex(replace(hex(payload), 'EFBFBD', 'FF')) as text) where payload like '%\ufffd%'`,
    );
    const { code, stdout } = await into(path, log, "verify-only");
    expect(stdout).toMatch(/^unreadable: OffchainOrder .* view/m);
    expect(code).toBe(3);
  });

  it("are the same in a log of another encoding", async () => {
    const { path, log } = { path: join(folder(), "utf16.db"), log: join(folder(), "log.db") };
    const from = new DatabaseSync(legacy, { readOnly: true });
    const to = new DatabaseSync(path);
    to.exec("pragma encoding = 'UTF-16le'");
    const tables = from.prepare(
      "select name, sql from sqlite_schema where type = 'table' and name not like 'sqlite_%'",
    );
    for (const { name, sql } of tables.all()) {
      to.exec(String(sql));
      const rows = from.prepare(`select * from "${name}"`);
      rows.setReadBigInts(true);
      for (const row of rows.all()) {
        const cells = Object.values(row);
        to.prepare(`insert into "${name}" values (${cells.map(() => "?")})`).run(...cells);
      }
    }
    for (const database of [from, to]) database.close();
    sql(path, "update offchain_trades set symbol = 'Ä€😀' where id = 1");
    expect(await into(path, log, "--force")).toMatchObject({ code: 0 });
    expect(sql(log, "pragma encoding")).toEqual([{ encoding: "UTF-8" }]);
    expect(await into(path, log, "verify-only")).toMatchObject({ code: 0 });
    sql(log, "update offchain_order_view set payload = replace(payload, '€', '?')");
    expect(await into(path, log, "verify-only")).toMatchObject({ code: 3 });
  });
});
