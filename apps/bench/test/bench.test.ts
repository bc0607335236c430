import { expect, it } from "vitest";
import { bench, measure } from "./running.ts";

it("measures several sections in one run and hands out the same as tables and as JSON", async () => {
  const result = await measure("migration", "shop", "store", "start");
  expect(result).toMatchObject({ rows: [200, 75], rounds: 1 });
  expect(result.versions.node).toBe(process.versions.node);
  expect(result.sections.map(({ name, rows }) => [name, rows.length])).toEqual([
    ["migration", 20],
    ["shop", 6],
    ["store", 7],
    ["start", 3],
  ]);
  const [migration, , store] = result.sections;
  expect(migration?.settings.floor).toEqual(migration?.settings.migration);
  expect(migration?.settings.floor).toMatchObject({ journal_mode: "wal", synchronous: "3" });
  expect(store?.settings.raw).toEqual(store?.settings.store);
  expect(store?.settings.raw).toMatchObject({ journal_mode: "wal", synchronous: "1" });
}, 400_000);

it("prints nothing but JSON with --json -", async () => {
  const { status, stdout } = await bench("--only", "start", "--rounds", "1", "--json", "-");
  expect(status).toBe(0);
  expect(JSON.parse(stdout).sections).toMatchObject([{ name: "start" }]);
}, 400_000);

it.each([
  [["--rows", "0"], '--rows takes whole numbers above 0, not "0".'],
  [["--rows", "1000,"], '--rows takes whole numbers above 0, not "".'],
  [["--rounds", "1e3"], '--rounds takes whole numbers above 0, not "1e3".'],
  [
    ["--only", "store,stort"],
    '--only takes migration, judgement, shop, store, postgres, copy, appends, emmett, start, not "stort".',
  ],
  [["--quick"], "Unknown option '--quick'"],
])("refuses %j and says how it is used", async (words, message) => {
  const { status, stdout, stderr } = await bench(...words);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(message);
  expect(stderr).toContain("pnpm bench [options]");
});
