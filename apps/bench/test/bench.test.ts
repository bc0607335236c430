import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ledgerfold-bench-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bench = (...words: ReadonlyArray<string>) =>
  spawnSync(process.execPath, [main, ...words], { encoding: "utf8" });

interface Result {
  readonly rows: ReadonlyArray<number>;
  readonly rounds: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly sections: ReadonlyArray<{
    readonly name: string;
    readonly settings: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly columns: ReadonlyArray<{ readonly key: string }>;
    readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>;
  }>;
}

it("measures every section in one run and hands out the same as tables and as JSON", () => {
  const json = join(folder, "results.json");
  const small = ["--rows", "200,75", "--rounds", "1", "--operations", "20", "--warm-up", "20"];
  const { status, stdout, stderr } = bench(...small, "--json", json);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const result: Result = JSON.parse(readFileSync(json, "utf8"));

  expect(result).toMatchObject({ rows: [200, 75], rounds: 1 });
  expect(result.versions.node).toBe(process.versions.node);
  expect(result.sections.map(({ name, rows }) => [name, rows.length])).toEqual([
    ["migration", 10],
    ["store", 7],
    ["start", 3],
  ]);
  for (const { name, columns, rows } of result.sections) {
    expect(stdout).toContain(`## ${name}\n`);
    for (const row of rows) {
      expect(Object.keys(row).sort()).toEqual([...columns.map(({ key }) => key), "rounds"].sort());
      expect(Object.values(row)).not.toContain(Number.NaN);
      expect(stdout).toContain(`| ${row.what ?? row.kind} `);
    }
  }
  const [migration, store] = result.sections;
  expect(migration?.settings.floor).toEqual(migration?.settings.migration);
  expect(migration?.settings.floor).toMatchObject({ journal_mode: "wal", synchronous: "2" });
  expect(store?.settings.raw).toEqual(store?.settings.store);
  expect(store?.settings.raw).toMatchObject({ journal_mode: "wal", synchronous: "1" });
}, 60_000);

it("prints nothing but JSON with --json -", () => {
  const { status, stdout } = bench("--only", "start", "--rounds", "1", "--json", "-");
  expect(status).toBe(0);
  expect(JSON.parse(stdout).sections).toMatchObject([{ name: "start" }]);
}, 60_000);

it.each([
  [["--rows", "0"], '--rows takes whole numbers above 0, not "0".'],
  [["--rows", "1000,"], '--rows takes whole numbers above 0, not "".'],
  [["--rounds", "1e3"], '--rounds takes whole numbers above 0, not "1e3".'],
  [["--only", "store,stort"], '--only takes migration, store, start, not "stort".'],
  [["--quick"], "Unknown option '--quick'"],
])("refuses %j and says how it is used", (words, message) => {
  const { status, stdout, stderr } = bench(...words);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(message);
  expect(stderr).toContain("pnpm bench [options]");
});
