import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { describe, expect, it } from "vitest";
import { bin, bytes, folder, run } from "./support.ts";

const cwd = folder();
SampleDatabase.write(join(cwd, "a.db"), { trades: 3 });
writeFileSync(join(cwd, "notes.txt"), "not a database");
mkdirSync(join(cwd, "sub"));
const listing = readdirSync(cwd);
const content = bytes(join(cwd, "a.db"));

const wrong: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
  [[], /^migrate_to_events: Name the database: --database-url PATH, or set DATABASE_URL\.\n$/],
  [["--database-url", ":memory:", "--force"], /must name a file that exists\.\n$/],
  [["--database-url", "sqlite://none.db?mode=rwc", "dry-run"], /There is no file ".*\/none\.db"/],
  [["--database-url", "sub", "--force"], /"\/.*\/sub" is not a file\.\n$/],
  [["--database-url", "notes.txt", "verify-only"], /notes\.txt" is not a SQLite database\.\n$/],
  [
    ["--database-url", "postgres://h/d", "--force"],
    /must name a SQLite file, and postgres:\/\/ does not/,
  ],
  [["--database-url", "a.db", "--strict", "--force"], /--strict is for verify-only\.\n$/],
  [["--strict", "dry-run", "--database-url", "a.db"], /--strict is for verify-only\.\n$/],
  [["ledger", "--database-url", "a.db", "--force"], /ledger only prints/],
  [["ledger", "--leave-out", "a"], /ledger only prints/],
  [["--database-url", "a.db", "verify-only", "--clean"], /--clean and --net-position mean nothing/],
  [
    ["rebuild-views", "--database-url", "a.db", "--backup=b"],
    /rebuild-views only makes views anew/,
  ],
  [["rebuild-views", "--database-url", "a.db", "--no-backup"], /rebuild-views only makes views/],
  [["rebuild-views", "--database-url", "a.db", "--clean"], /rebuild-views only makes views anew/],
  [["rebuild-views", "--database-url", "a.db", "--strict"], /rebuild-views only makes views anew/],
  [["rebuild-views", "--database-url", "a.db", "--leave-out=a"], /rebuild-views only makes views/],
  [["rebuild-views", "--net-position=column"], /rebuild-views only makes views anew/],
  [["rebuild-views"], /^migrate_to_events: Name the database: /],
  [["--database-url", "a.db", "--force", "--backup", "b", "--no-backup"], /contradict each other/],
  [["--database-url", "a.db", "verify-only", "--backup=b"], /nor do --backup and --no-backup\.\n$/],
  [
    ["--database-url", "a.db", "verify-only", "--no-backup"],
    /nor do --backup and --no-backup\.\n$/,
  ],
];

describe("wrong usage", { concurrent: true }, () => {
  for (const [words, sentence] of wrong) {
    it(`ends with 2: ${words.join(" ") || "nothing named"}`, async () => {
      const { code, stdout, stderr } = await run(words, { cwd });
      expect(stderr).toMatch(sentence);
      expect(stderr).toMatch(/^migrate_to_events: [^\n]*\n$/);
      expect(stdout).toBe("");
      expect(code).toBe(2);
      expect(readdirSync(cwd)).toEqual(listing);
    });
  }

  it("does not wait for an answer where nobody can give one", async () => {
    for (const options of [[], ["--clean"]]) {
      const { code, stderr } = await run(["--database-url", "a.db", ...options], { cwd });
      expect(stderr).toBe(
        "migrate_to_events: This asks before it writes, and there is no terminal to ask on: " +
          "add --force to go on without questions, or use dry-run.\n",
      );
      expect(code).toBe(2);
    }
    expect(bytes(join(cwd, "a.db"))).toBe(content);
    expect(readdirSync(cwd)).toEqual(listing);
  });

  it("a Node that is too old says which one it needs", async () => {
    const old = join(folder(), "old.cjs");
    const versions = "{ ...process.versions, node: '20.20.2' }";
    writeFileSync(old, `Object.defineProperty(process, "versions", { value: ${versions} });`);
    const command = [process.execPath, "--require", old, bin] as const;
    const { code, stdout, stderr } = await run(["--database-url", "a.db"], { cwd, command });
    expect(stderr).toMatch(
      /^migrate_to_events needs Node\.js 22\.18 or newer, and this is 20\.20\.2\. Run it as .*\n$/,
    );
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

describe("--help", { concurrent: true }, () => {
  it("describes every option, subcommand and exit code, and says that it backs up", async () => {
    const { code, stdout, stderr } = await run(["--help"]);
    for (const word of [
      ...[
        "--database-url",
        "--force",
        "--clean",
        "--backup path",
        "--no-backup",
        "--net-position computed | column",
      ],
      ...[
        "dry-run  ",
        "verify-only  ",
        "DATABASE_URL",
        "makes a backup before it writes",
        "EXAMPLES",
      ],
      ...[
        "--leave-out table | table.column",
        "--strict",
        "--report ",
        "--against ",
        "ledger  ",
        "rebuild-views  ",
      ],
    ]) {
      expect(stdout).toContain(word);
    }
    const codes = [...stdout.matchAll(/^ *- (\d+) {2,}\S/gm)].map(([, number]) => Number(number));
    expect(codes).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 130]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });
});
