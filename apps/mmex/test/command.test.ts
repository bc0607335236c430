import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";
import { write } from "./database.ts";

vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "mmex-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const rederive = fileURLToPath(new URL("../../../docs/rederive.py", import.meta.url));
let files = 0;
const temp = (end = "db") => join(folder, `${++files}.${end}`);

interface Outcome {
  readonly code: number;
  readonly out: ReadonlyArray<string>;
  readonly err: ReadonlyArray<string>;
}

const start = (command: string, words: ReadonlyArray<string>) =>
  new Promise<Outcome>((resolve) => {
    execFile(command, words, (error, stdout, stderr) => {
      const lines = (text: string) => text.split("\n").filter((line) => line !== "");
      const code = error === null ? 0 : Number(error.code);
      resolve({ code, out: lines(stdout), err: lines(stderr) });
    });
  });

const run = (path: string, ...words: ReadonlyArray<string>) =>
  start(process.execPath, [main, "--database-url", path, ...words]);

const edit = (path: string, sql: string) => {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  db.exec(sql);
  db.close();
};

const digest = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

const fresh = () => {
  const path = temp();
  write(path, 1_000);
  return path;
};

const migrated = fresh();
const copy = (sql?: string) => {
  const path = temp();
  copyFileSync(migrated, path);
  if (sql !== undefined) edit(path, sql);
  return path;
};

describe("a household's file of two tables and a third that is a part", () => {
  it("is looked at without a change", async () => {
    const before = digest(migrated);
    const { code, out, err } = await run(migrated, "dry-run");
    expect(err.join("\n")).not.toMatch(/Bad data|went wrong/);
    expect(out).toContainEqual(expect.stringMatching(/^ {2}TRANSDATE +"2010-\S+" \.\. "2023-/));
    expect(out.filter((line) => !/^ {2}| as read, /.test(line))).toEqual([
      "Dry run: Migrated 10 accounts",
      "Dry run: Migrated 1000 transactions",
      "Already there: 0 Account, 0 Transaction",
      "Migration complete: 10 Account, 1000 Transaction migrated",
    ]);
    expect(code).toBe(0);
    expect(digest(migrated)).toBe(before);
  });

  it("is migrated after a backup, and again without a change", async () => {
    const first = await run(migrated, "--force");
    expect(first.err.join("\n")).toMatch(/Backed up to/);
    expect(first.out.at(-1)).toBe("Migration complete: 10 Account, 1000 Transaction migrated");
    expect(first.code).toBe(0);
    const before = digest(migrated);
    const again = await run(migrated, "--force");
    expect(again.out.at(-2)).toBe("Already there: 10 Account, 1000 Transaction");
    expect(again.code).toBe(0);
    expect(digest(migrated)).toBe(before);
  });

  it("has the events that the columns say", () => {
    const db = new DatabaseSync(migrated, { readOnly: true });
    const payload = (type: string, id: string) =>
      db
        .prepare("select payload from events where aggregate_type = ? and aggregate_id = ?")
        .get(type, id)?.["payload"];
    expect(payload("Transaction", "6")).toMatch(
      /^\{"Migrated":\{"account":6,"to_account":null,"payee":6,"kind":"Withdrawal","amount":"0\.15","to_amount":null,"status":"None","number":"","notes":null,"category":null,"date":"2015-06-15T12:34:55","updated_at":"2015-06-15T23:59:59\.123Z","deleted_at":null,"splits":\[\{"id":4,"category":0,"amount":"0\.15","notes":null\},\{"id":5,"category":1,"amount":"2\.5","notes":"part 1"\},\{"id":6,"category":2,"amount":"-2\.5","notes":"part 2"\}\],"migrated_at":"[^"]+"\}\}$/,
    );
    expect(payload("Transaction", "9007199254741991")).toContain('"amount":"10.09"');
    expect(payload("Account", "4")).toMatch(
      /^\{"_tag":"Migrated","name":"Account 4","type":"Checking","is_open":true,"initial":"401","initial_day":"2019-01-31","favourite":false,"currency":2,"notes":null,"statement":\{"locked":false,"day":null,"minimum":"0\.0000001"\},"migrated_at":"[^"]+"\}$/,
    );
    db.close();
  });

  it("is verified, reported as JSON that another language derives again, and as a page", async () => {
    const report = temp("json");
    const { code, out, err } = await run(migrated, "verify-only", "--report", report);
    expect(err.filter((line) => !/: \d+\/\d+/.test(line))).toEqual([]);
    expect(out.slice(0, 2)).toEqual([
      "Account: 10 rows, 10 same, 0 missing, 0 extra, 0 different, 0 unreadable, 0 moved on since",
      "Transaction: 1000 rows, 1000 same, 0 missing, 0 extra, 0 different, 0 unreadable, 0 moved on since",
    ]);
    expect(out.at(-1)).toBe("Verification complete: no differences");
    expect(code).toBe(0);
    const { tables } = JSON.parse(readFileSync(report, "utf8")).summary;
    expect(tables.map(({ table, rows }: { table: string; rows: number }) => [table, rows])).toEqual(
      [
        ["accountlist_v1", 10],
        ["checkingaccount_v1", 1000],
        ["splittransactions_v1", 600],
        ["events", 1010],
        ["account_view", 10],
        ["transaction_view", 1000],
      ],
    );
    const derived = await start("python3", [rederive, migrated, report]);
    expect(derived).toMatchObject({ code: 0 });
    const against = await run(migrated, "verify-only", "--against", report);
    expect(against.code).toBe(0);
    const page = temp("html");
    expect((await run(migrated, "verify-only", "--report", page)).code).toBe(0);
    expect(readFileSync(page, "utf8")).toContain("carried to Transaction.splits[].amount");

    const changed = copy("update SPLITTRANSACTIONS_V1 set NOTES = 'part 3' where SPLITTRANSID = 5");
    const { code: ended, out: told } = await run(changed, "verify-only", "--against", report);
    expect(ended).toBe(3);
    expect(told).toContain("changed since: legacy splittransactions_v1 rowid 5");
  });

  it.each([
    [
      "update CHECKINGACCOUNT_V1 set TRANSAMOUNT = 0.16 where TRANSID = 6",
      'different: Transaction "6", event amount: is not what the row says (expected REAL 0.16, stored "0.15")',
    ],
    [
      "update SPLITTRANSACTIONS_V1 set SPLITTRANSAMOUNT = 2.500000001 where SPLITTRANSID = 5",
      'different: Transaction "6", event splits[1].amount: is not what the row says (expected REAL 2.500000001, stored "2.5")',
    ],
    [
      "delete from SPLITTRANSACTIONS_V1 where SPLITTRANSID = 5",
      'different: Transaction "6", event splits: is not what the row says (expected 2 rows, stored 3 of them)',
    ],
    [
      "update SPLITTRANSACTIONS_V1 set TRANSID = 999999 where SPLITTRANSID = 5",
      'unreadable: Transaction "SPLITTRANSACTIONS_V1 rowid 5", legacy TRANSID: it belongs to no row',
    ],
    [
      "update CHECKINGACCOUNT_V1 set FOLLOWUPID = 7 where TRANSID = 6",
      'unreadable: Transaction "6", legacy FOLLOWUPID: must be -1 or NULL: nothing is known of others (expected INTEGER 7)',
    ],
    [
      "update ACCOUNTLIST_V1 set STATEMENTDATE = '2024-02-28' where ACCOUNTID = 3",
      'different: Account "3", event statement.day: is not what the row says (expected TEXT "2024-02-28", stored "2024-02-29")',
    ],
    [
      "update events set payload = replace(payload, '\"status\":\"None\"', '\"status\":\"Void\"') where aggregate_type = 'Transaction' and aggregate_id = '6'",
      'different: Transaction "6", event status: is not what the row says (expected TEXT "", stored "Void")',
    ],
    [
      "update transaction_view set payload = replace(payload, '\"0.15\"', '\"0.150\"') where view_id = '6'",
      'different: Transaction "6", view amount: is not what the event says (expected "0.15", stored "0.150")',
    ],
  ])("ends verification with 3 after: %s", async (sql, line) => {
    const { code, out } = await run(copy(sql), "verify-only");
    expect(out.join("\n")).toContain(line);
    expect(code).toBe(3);
  });

  it("is refused whole with every bad row in one go", async () => {
    const path = fresh();
    edit(
      path,
      `update CHECKINGACCOUNT_V1 set TRANSDATE = 'yesterday', STATUS = 'X' where TRANSID = 3;
       update CHECKINGACCOUNT_V1 set FOLLOWUPID = 5, TRANSAMOUNT = '1,5' where TRANSID = 400;
       update SPLITTRANSACTIONS_V1 set SPLITTRANSAMOUNT = 'much' where SPLITTRANSID = 7;
       update SPLITTRANSACTIONS_V1 set TRANSID = 999999 where SPLITTRANSID = 8;
       update ACCOUNTLIST_V1 set INITIALDATE = '2019-02-30' where ACCOUNTID = 1`,
    );
    const before = digest(path);
    const { code, err } = await run(path, "--force");
    expect(err.filter((line) => line.startsWith("Bad data"))).toEqual([
      'Bad data: ACCOUNTLIST_V1 ACCOUNTID 1 INITIALDATE is TEXT "2019-02-30": must be a day that exists, such as 2025-10-01, or empty TEXT or NULL',
      "Bad data: SPLITTRANSACTIONS_V1 SPLITTRANSID 8 TRANSID is INTEGER 999999: must be the TRANSID of a row of CHECKINGACCOUNT_V1: it would be lost",
      'Bad data: CHECKINGACCOUNT_V1 TRANSID 400 TRANSAMOUNT is TEXT "1,5": must be a number, at least 0, whose whole part fits in 96 bits',
      "Bad data: CHECKINGACCOUNT_V1 TRANSID 400 FOLLOWUPID is INTEGER 5: must be -1 or NULL: nothing is known of others",
      'Bad data: SPLITTRANSACTIONS_V1 SPLITTRANSID 7 SPLITTRANSAMOUNT is TEXT "much": must be a number whose whole part fits in 96 bits, or NULL',
      'Bad data: CHECKINGACCOUNT_V1 TRANSID 3 STATUS is TEXT "X": must be empty TEXT or R or V or F or D',
      'Bad data: CHECKINGACCOUNT_V1 TRANSID 3 TRANSDATE is TEXT "yesterday": must be a day that exists, with or without a time, such as 2025-10-01T12:00:00',
    ]);
    expect(code).toBe(4);
    expect(digest(path)).toBe(before);
  });

  it("is refused where nobody has declared what it has", async () => {
    const path = fresh();
    edit(path, "alter table SPLITTRANSACTIONS_V1 add column MOOD text; create table HOLIDAYS (a)");
    const { code, err } = await run(path, "--force");
    expect(err.at(-1)).toBe(
      "mmex_to_events: This file has what no known version of Money Manager Ex made: HOLIDAYS, SPLITTRANSACTIONS_V1.MOOD. Nothing was written, as it would be lost without a word. Look at it, and to go on without it add --leave-out HOLIDAYS --leave-out SPLITTRANSACTIONS_V1.MOOD.",
    );
    expect(code).toBe(4);
  });

  it("is warned of where its rows contradict each other", async () => {
    const path = copy(
      "update SPLITTRANSACTIONS_V1 set SPLITTRANSAMOUNT = 3 where SPLITTRANSID = 5",
    );
    const { out } = await run(path, "verify-only");
    expect(out).toContain(
      "finding splits-differ: transaction 6 is of 0.15, and its splits of 0.65",
    );
  });

  it("is said to be changed by the application where its rows tell", async () => {
    const path = copy(
      "update CHECKINGACCOUNT_V1 set NOTES = 'late', LASTUPDATEDTIME = '2999-01-01T00:00:00' where TRANSID = 6",
    );
    const { out } = await run(path, "verify-only");
    expect(
      out.filter((line) =>
        line.includes(
          "the row's LASTUPDATEDTIME is after the migration: Money Manager Ex still writes",
        ),
      ),
    ).toHaveLength(2);
  });
});
