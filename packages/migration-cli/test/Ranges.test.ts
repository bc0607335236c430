import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import type { Range } from "@ledgerfold/declaration/internal/Range";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { print } from "../src/Ranges.ts";
import { write } from "./Parcel.ts";

/** What is declared is believed by both sides, so each shows what it has read. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), "ranges-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const main = fileURLToPath(new URL("parcels.ts", import.meta.url));
const path = join(folder, "parcels.db");

const run = (...words: ReadonlyArray<string>) =>
  new Promise<{ readonly code: number; readonly out: string }>((resolve) => {
    execFile(process.execPath, [main, "--database-url", path, ...words], (error, out) => {
      resolve({ code: error === null ? 0 : Number(error.code), out });
    });
  });

const report = (name: string) => {
  const [, summary = ""] = readFileSync(join(folder, name), "utf8").split('\n"summary":');
  return JSON.parse(summary.trimEnd().slice(0, -1));
};

let dryRun = "";
let migrated = "";
beforeAll(async () => {
  write(path, 30);
  const db = new DatabaseSync(path);
  const set = db.prepare("update parcels set note = ? where id = ?");
  set.run("\u001b[31m<script>alert(1)</script>\u202e", 22);
  set.run("z".repeat(1_000), 23);
  db.close();
  dryRun = (await run("dry-run")).out;
  migrated = (await run("--force", "--no-backup")).out;
});

const lines = [
  "parcels as read, 30 rows",
  "  id           1 .. 30",
  "  serial       9007199254740995 .. 9007199254741053",
  '  label        "" .. "Box 9 \\"für\\" \u{1f4e6}"',
  '  code         "ab1" .. "ab9"',
  "  weight       0.0000001 .. 30",
  "  price_cents  -0.305 .. 290.07",
  "  packed       1969-12-31T21:59:59.500Z .. 2026-01-01T00:30:00.123Z",
  "  sent_s       2023-11-14T22:13:21Z .. 2023-11-14T22:13:50Z",
  "  seen_ms      2023-11-14T22:13:20.124Z .. 2023-11-14T22:13:20.152Z, 5 of 0",
  "  due          2025-10-10 .. 2025-10-29",
  "  returned     2024-02-10 .. 2024-02-29, 10 NULL",
  "  fragile      15 of 0, 15 of 1",
  "  status       10 open, 10 shut, 10 closed",
  "  size         15 of 1, 15 of 2",
  "  seal         AQD/AQ== .. HgD/Ag==, 7 NULL",
  "  parent       1 .. 28, 10 NULL, 10 of -1",
  "  stops        0 .. 8",
  '  note         "\\u001b[31m<script>alert(1)</… .. "zzzzzzzzzzzzzzzzzzzzzzzzzzzz…, 6 NULL, 6 ""',
  "  insured      -0.000000000001 .. 12345678901234567890.123456789",
  "  toll         0.000125 .. 0.03, 7 NULL",
  "  papers       22 not shown, 8 NULL",
  "  pickup       2025-10-01 .. 2025-10-01T12:34:56Z, 6 NULL",
  "  handed       2025-01-10T11:00:00Z .. 2025-01-29T11:00:00Z",
  '  hall         "hall 0" .. "hall 3", 10 NULL',
  "  shelf        1 .. 29, 10 NULL",
  "  currency_id  1 .. 3",
  "  version      15 NULL, 15 of 1",
  "items where kind = 'item' or 1 as read, 23 rows",
  "  number       1 .. 43",
  "  parcel_id    1 .. 29",
  '  name         "item 0" .. "item 2"',
  "  worth_cents  1.25 .. 53.75, 8 NULL",
  "  checked      1969-12-31T21:59:59.500Z .. 2026-01-01T00:30:00.123Z, 12 NULL",
  "items where kind = NULL or 'label' as read, 22 rows",
  "  number     4 .. 45",
  "  parcel_id  3 .. 30",
  '  name       "item 0" .. "item 2"',
  "currencies as read, 3 rows",
  "  id    1 .. 3",
  '  code  "CHF" .. "SEK"',
];

it("are printed by a dry run, as the writer reads them, and by no other", () => {
  expect(dryRun.trimEnd().split("\n")).toEqual([
    "Dry run: Migrated 30 parcels",
    ...lines,
    "Already there: 0 Parcel",
    "Migration complete: 30 Parcel migrated (a dry run: nothing was kept)",
  ]);
  expect(migrated).not.toContain("as read");
});

it("are in the report, as the verifier reads them", async () => {
  const { code, out } = await run("verify-only", "--report", join(folder, "a.json"));
  expect(code).toBe(0);
  expect(out).not.toContain("as read");
  const { ranges }: { ranges: ReadonlyArray<Range> } = report("a.json");
  expect(ranges.map(({ table, column }) => `${table}.${column}`)).toHaveLength(37);
  expect(ranges.find(({ column }) => column === "note")).toMatchObject({
    lowest: '"\\u001b[31m<script>alert(1)</script>\\u{202e}"',
    highest: `"${"z".repeat(100)}"... (1000 characters)`,
  });
  // What each side calls a text and bytes is its own; all else is the same.
  const own = new Set(["label", "note", "seal"]);
  const shared = print(ranges.filter(({ column }) => !own.has(column)));
  expect(shared).toEqual(lines.filter((line) => !own.has(line.trim().split(" ")[0] ?? "")));
  expect(ranges.find(({ column }) => column === "seal")).toMatchObject({
    lowest: "x'0100ff01'",
    highest: "x'1e00ff02'",
  });
});

it("are on the page, with nothing that a browser would act on", async () => {
  const page = join(folder, "a.html");
  expect((await run("verify-only", "--report", page)).code).toBe(0);
  const [, section = ""] = readFileSync(page, "utf8").split('<section id="ranges">');
  expect(section).toContain("2025-10-29");
  expect(section).toContain("&#60;script&#62;alert(1)&#60;/script&#62;");
  for (const acted of ["<script>alert", "\u001b", "\u202e"]) expect(section).not.toContain(acted);
});

it("are no part of what a later verification is held to", async () => {
  const old = join(folder, "old.json");
  const text = readFileSync(join(folder, "a.json"), "utf8");
  const without = text.replace(/"ranges":\[.*\],"tables":/, '"tables":');
  expect(without.length).toBeLessThan(text.length - 1_000);
  writeFileSync(old, without);
  for (const earlier of [old, join(folder, "a.json")]) {
    const { code, out } = await run("verify-only", "--against", earlier);
    expect(out).toContain("legacy parcels: 30 of 30 rows unchanged");
    expect(code).toBe(0);
  }
});

it("show of a secret table how many rows there are, and nothing else", () => {
  const secret = { table: "keys", column: "token", rows: 3, lowest: null, highest: null };
  expect(print([{ ...secret, counts: [{ cell: "NULL", rows: 1 }] }])).toEqual([
    "keys as read, 3 rows",
    "  token  2 not shown, 1 NULL",
  ]);
});
