import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import * as Arguments from "../src/Arguments.ts";
import * as Checkout from "../src/Checkout.ts";
import { row } from "../src/sections/against.ts";
import { bench } from "./running.ts";

const checkout = dirname(dirname(dirname(dirname(Checkout.here.command))));
const small = ["--rows", "100", "--rounds", "1"];

it("measures three runs of the command of another checkout beside ours", async () => {
  const lenient = ["--tolerance", "100000", "--json", "-"];
  const { status, stdout } = await bench("--against", checkout, ...small, ...lenient);
  const [section] = JSON.parse(stdout).sections;
  expect(section.rows.map((one: Record<string, unknown>) => [one.run, one.unit])).toEqual(
    ["first run", "second run", "verify-only"].flatMap((run) => [
      [run, "s"],
      [run, "s of CPU"],
      [run, "MB, peak"],
    ]),
  );
  for (const { before, now, ratio } of section.rows) {
    expect(before).toBeGreaterThan(0);
    expect(ratio).toBe(now / before);
  }
  expect(status).toBe(0);
}, 120_000);

it("ends with 3 where ours needs more than another that does the same", async () => {
  const other = mkdtempSync(join(tmpdir(), "ledgerfold-bench-test-"));
  try {
    makeQuick(other);
    const { status, stdout } = await bench("--against", other, ...small);
    expect(stdout).toMatch(/first run +\| MB, peak .* worse \|/);
    expect(status).toBe(3);
  } finally {
    rmSync(other, { recursive: true });
  }
}, 120_000);

/** A checkout whose command leaves as many events and hardly needs any time or memory. */
const makeQuick = (folder: string): void => {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const sample = JSON.stringify(Checkout.here.sampleDatabase);
  write("package.json", '{ "type": "module" }');
  write("packages/fixtures/src/SampleDatabase.ts", `export * from ${sample};`);
  write("node_modules/none", "");
  const migrated = join(folder, "migrated.db");
  write(
    "apps/cli/bin/migrate_to_events.js",
    `import { copyFileSync, existsSync } from "node:fs";
     import { spawnSync } from "node:child_process";
     const [, file, verb] = process.argv.slice(2);
     const migrated = ${JSON.stringify(migrated)};
     if (!existsSync(migrated)) {
       copyFileSync(file, migrated);
       spawnSync(process.execPath, [${JSON.stringify(Checkout.here.command)}, "--database-url", migrated, "--force"]);
     }
     if (verb === "--force") copyFileSync(migrated, file);`,
  );
};

it.each([
  [["--against", checkout, "--only", "store"], "--only is not for --against."],
  [["--against", checkout, "--callers", "8"], "--callers is not for --against."],
  [["--tolerance", "5"], "--tolerance is for --against."],
  [["--against", ""], "--against needs the folder of a checkout."],
])("refuses %j", (words, message) => {
  expect(() => Arguments.parse(words, ["store"])).toThrow(new Arguments.Misuse(message));
});

it("takes 11 rounds, unless told otherwise", () => {
  const parse = (...words: ReadonlyArray<string>) => Arguments.parse(words, ["store"]);
  expect(parse("--against", "x")).toMatchObject({ rounds: 11, tolerance: 5, rows: [100_000] });
  expect(parse("--against", "x", "--rounds", "3", "--tolerance", "20")).toMatchObject({
    rounds: 3,
    tolerance: 20,
  });
  expect(parse()).toMatchObject({ rounds: 5, against: undefined });
});

it("refuses a folder that is no installed checkout, and says what is missing", () => {
  const nowhere = join(tmpdir(), "nowhere");
  expect(() => Checkout.at(nowhere)).toThrow(
    `--against takes an installed checkout: there is no ${nowhere}/apps/cli/bin/migrate_to_events.js.`,
  );
});

it("judges time and memory by the ratio of the medians, and not what the CPU did", () => {
  const what = { trades: 1, run: "first run", tolerance: 5 } as const;
  const judge = (quantity: "seconds" | "cpuSeconds" | "megabytes", now: ReadonlyArray<number>) =>
    row({ ...what, quantity }, [100, 80, 100], now).verdict;
  expect(judge("seconds", [104, 300, 105])).toBe("");
  expect(judge("seconds", [106, 300, 105])).toBe("worse");
  expect(judge("megabytes", [106, 300, 105])).toBe("worse");
  expect(judge("cpuSeconds", [106, 300, 105])).toBe("");
  expect(judge("seconds", [])).toBe("worse");
  const { ratio, lowest, highest } = row({ ...what, quantity: "seconds" }, [100, 80], [90, 96]);
  expect([ratio, lowest, highest]).toEqual([93 / 90, 0.9, 1.2]);
});
