import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { describe, expect, it } from "vitest";
import { bytes, copy, folder, run, sql } from "./support.ts";

/** Texts that would do something where they are shown, run or taken apart. */
const texts = {
  SQL: "'); drop table events; --",
  "an escape of a terminal": "\u001b[2J\u001b[1;1Hmigrate_to_events: done",
  "a terminal's title": "\u001b]0;owned\u0007\u001b]52;c;cm0gLXJm\u001b\\",
  "controls of one byte": "\u009b31m\u0085\u0090q\u009c",
  "other controls": "a\u0008\u0008b\u007f\u000c\u000b\t\r",
  lines: "AAPL\nMigration complete: 9 trades, 9 positions, 9 orders migrated\n",
  "a NUL": "AA\u0000PL",
  "text from right to left": "\u202egnp.exe\u2066\u2069\u200f\u061c",
  "what nobody sees": "\u200b\ufeff\u00ad\u2060\u{e0041}\u034f",
  "ends of lines": "a\u2028b\u2029c",
  "a script": "</script><script>document.title = 'owned'</script>",
  "an image": `"><img src=x onerror="document.title = 'owned'">`,
  "a style": "</style><style>body { display: none }",
  JSON: '{"Migrated":{"symbol":"AAPL"}}',
  "a name of every object": "__proto__",
  backslashes: '\\u0000\\"\\',
  "a place of files": "../../../etc/passwd",
} as const;
const all = Object.values(texts);
/** As long as a symbol may well never be. */
const large = "\u001b[31mA".repeat(2_000_000);

// What a terminal acts on, nobody sees, or turns other text round.
const raw = /(?!\n)[\p{C}\p{Zl}\p{Zp}\p{DI}]/u;
const expectInert = (text: string, where: string) =>
  expect(raw.exec(text)?.[0].codePointAt(0), where).toBe(undefined);

/** What the command says, after a look at it. */
const said = async (path: string, code: number, ...words: ReadonlyArray<string>) => {
  const outcome = await run(["--database-url", path, ...words]);
  expectInert(outcome.stdout + outcome.stderr, words.join(" "));
  expect(outcome.code, outcome.stderr.slice(-2000)).toBe(code);
  return outcome;
};

const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
const hasBrowser = existsSync(chromium);

/** A page as a browser has it when all of its scripts, and what stole into it, have run. */
const shown = (page: string): string =>
  execFileSync(
    chromium,
    [
      ...["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${folder()}`],
      ...["--virtual-time-budget=2000", "--dump-dom", pathToFileURL(page).href],
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 2 ** 28 },
  );

/** Makes both reports, and looks at them. */
const reported = async (path: string, code: number) => {
  const [page, proof] = ["r.html", "r.json"].map((name) => join(folder(), name));
  for (const report of [page, proof] as ReadonlyArray<string>) {
    await said(path, code, "verify-only", "--report", report);
    expectInert(readFileSync(report, "utf8"), report);
  }
  if (!hasBrowser) return;
  const dom = shown(page as string);
  expect(dom).toMatch(/<title>(?!owned)/);
  expect(dom).not.toMatch(/<img|display: none \}<\/style>/);
  expect(dom).toContain("&lt;img src=x onerror=");
};

/** Positions have their symbol as an id, which is as long as databases find things by. */
const hostile = (more: ReadonlyArray<string> = []): string => {
  const path = join(folder(), "\u202egnp\u200b \u009b31m.db");
  const db = LegacyDatabase.make(path, { age: "2026-01-26", journalMode: "delete" });
  for (const symbol of [...all, ...more]) {
    LegacyDatabase.insertTrade(db, { symbol });
    LegacyDatabase.insertOrder(db, { symbol, order_id: symbol });
    if (!more.includes(symbol)) LegacyDatabase.insertPosition(db, { symbol });
  }
  db.close();
  return path;
};

describe("rows of hostile texts", { concurrent: true }, () => {
  it("are carried exactly, by all that is done with them, and seen nowhere as they are", async () => {
    const path = hostile([large]);
    await said(path, 0, "dry-run");
    await said(path, 0, "--force");
    const symbols = (kind: string) =>
      sql(path, `select payload from events where aggregate_type = '${kind}' order by rowid`)
        .map(({ payload }) => JSON.parse(String(payload)).Migrated.symbol)
        .sort();
    for (const kind of ["OnChainTrade", "OffchainOrder", "Position"]) {
      expect(symbols(kind)).toEqual([...all, ...(kind === "Position" ? [] : [large])].sort());
    }
    await said(path, 0, "verify-only");
    await said(path, 0, "status");
    sql(path, "delete from position_view");
    await said(path, 0, "rebuild-views");
    await said(path, 0, "verify-only");
    await said(path, 0, "rollback", "--force");
    expect(sql(path, "select 1 from events")).toEqual([]);
    await said(path, 0, "ledger");
  });

  it("too long to be found by are refused by row, and nothing is written", async () => {
    const path = hostile();
    sql(path, `update trade_accumulators set symbol = '${large}' where rowid = 1`);
    const before = bytes(path);
    for (const words of [["dry-run"], ["--force"]]) {
      const { stderr } = await said(path, 4, ...words);
      expect(stderr).toMatch(
        /^Bad data: trade_accumulators symbol "\\u001b.*"… \(12000000 characters\) must not make an id of 12000000 bytes: a stream's has at most 1024$/m,
      );
      expect(bytes(path) === before).toBe(true);
    }
    await reported(path, 3);
  });

  it("whose bytes are no text are refused by row, and nothing is written", async () => {
    const path = hostile();
    sql(
      path,
      "pragma ignore_check_constraints = on",
      "update onchain_trades set symbol = cast(x'1b5d303b80ff07' as text) where id = 1",
      "update onchain_trades set symbol = cast(x'eda080' as text) where id = 2",
      "update offchain_trades set symbol = x'1b5b324a' where id = 3",
      `update trade_accumulators set last_updated = char(27) || '[2J' || char(8238) where rowid = 4`,
    );
    const before = bytes(path);
    for (const words of [["dry-run"], ["--force"]]) {
      const { stderr } = await said(path, 4, ...words);
      for (const row of ["onchain_trades id 1", "onchain_trades id 2", "offchain_trades id 3"]) {
        expect(stderr).toContain(`Bad data: ${row}`);
      }
      expect(stderr).toMatch(/^Bad data: trade_accumulators .* last_updated is TEXT /m);
      expect(bytes(path) === before).toBe(true);
    }
    await reported(path, 3);
  });

  it("that are names of tables and columns beside ours are refused by name", async () => {
    const path = hostile();
    const name = (text: string) => `"${text.replaceAll("\0", "").replaceAll('"', '""')}"`;
    for (const [at, text] of all.entries()) {
      sql(path, `create table ${name(`t${at}${text}`)} (${name(text)} text)`);
      sql(path, `alter table onchain_trades add column ${name(`c${at}${text}`)}`);
    }
    const before = bytes(path);
    for (const words of [["dry-run"], ["--force"]]) {
      const { stderr } = await said(path, 4, ...words);
      expect(stderr).toContain("t0'); drop table events; --");
    }
    await said(path, 0, "ledger");
    await said(path, 0, "status");
    await said(path, 3, "verify-only");
    expect(bytes(path) === before).toBe(true);
  });
});

describe("a log of hostile texts", () => {
  const deep = `${'{"a":['.repeat(40_000)}${"]}".repeat(40_000)}`;
  /** One event, row of a view or snapshot after the other gets one of these. */
  const columns = [
    ["events", ["payload", "metadata", "event_type", "event_version", "aggregate_id"]],
    ["position_view", ["payload", "view_id"]],
    ["onchain_trade_view", ["payload"]],
  ] as const;

  it("is named event by event, does not keep others from being checked, and acts nowhere", async () => {
    const path = hostile();
    await said(path, 0, "--force", "--no-backup");
    const changed = copy(path, `${path}.changed`);
    const quoted = (text: string) => `cast(x'${Buffer.from(text).toString("hex")}' as text)`;
    let row = 0;
    for (const [table, names] of columns) {
      for (const column of names) {
        for (const text of [...all.map(quoted), "cast(x'1b5dff' as text)", `'${deep}'`]) {
          row += 1;
          const count = `(select count(*) from ${table})`;
          sql(
            changed,
            `update or ignore ${table} set ${column} = ${text} where rowid = 1 + ${row} % ${count}`,
          );
        }
      }
    }
    sql(
      changed,
      `insert into snapshots (aggregate_type, aggregate_id, last_sequence, payload, timestamp)
        select 'Position', aggregate_id, 1, '${deep}', char(27) from events
        where aggregate_type = 'Position'`,
    );
    const before = statSync(changed).size;
    await reported(changed, 3);
    const { stdout } = await said(changed, 3, "verify-only");
    expect(stdout).toMatch(/^OnChainTrade: \d+ rows/m);
    await said(changed, 6, "--force", "--no-backup");
    await said(changed, 0, "status");
    expect(statSync(changed).size).toBe(before);
    const rebuilt = await said(changed, 6, "rebuild-views");
    expect(rebuilt.stderr).toMatch(/^Unreadable: event 1 of /m);
  });
});
