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
  [["--database-url", "a.db", "--strict", "--force"], /: --strict is for verify-only\./],
  [["--strict", "dry-run", "--database-url", "a.db"], /: --strict is for verify-only\./],
  ...[[], ["--event-store-url", "sqlite:a.db"], ["rebuild-views"]].map(
    (words) =>
      [
        ["--database-url", "sqlite:a.db?mode=ro", "--force", ...words],
        /The URL of ".*a\.db" says mode=ro, and this writes to that file\./,
      ] as const,
  ),
  [
    ["--database-url", "a.db", "--event-store-url", "sqlite:a.db?mode=ro", "--force"],
    /The URL of ".*a\.db" says mode=ro/,
  ],
  [
    ["--database-url", "a.db", "--event-store-url", "sqlite:log.db?mode=rw", "--force"],
    /There is no file ".*\/log\.db", and mode=rw makes none\./,
  ],
  [
    ["--database-url", "a.db", "--event-store-url", "sqlite:log.db?mode=ro", "dry-run"],
    /There is no file ".*\/log\.db", and mode=ro makes none\./,
  ],
  [
    ["--database-url", "file:a.db?immutable=1", "dry-run"],
    /--database-url has "immutable=1", and this command can only do otherwise: leave it out\./,
  ],
  [["ledger", "--database-url", "a.db", "--force"], /ledger only prints/],
  [["ledger", "--leave-out", "a"], /ledger only prints/],
  [["ledger", "--backup=x"], /--backup is for a migration, dry-run and rollback\./],
  [
    ["ledger", "--event-store-url=postgres://h/d"],
    /takes --database-url, --legacy-url, --other-names and --patience; --event-store-url is/,
  ],
  [
    ["verify-only", "--clean"],
    /verify-only changes nothing: it takes .*; --clean is for a migration/,
  ],
  [["--databse-url", "a.db"], /There is no option --databse-url\. Did you mean --database-url\?/],
  [["dryrun"], /There is no subcommand "dryrun"\. Did you mean dry-run\?/],
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
  [
    ["--database-url", "a.db", "--force", "--backup", "none/"],
    /--backup none\/ names a folder that is not there: make it, or name a file; --no-backup makes/,
  ],
  ...["", "-1", "1.5", "ten", "100000", "86401"].map(
    (seconds) =>
      [
        ["--database-url", "a.db", "--force", `--patience=${seconds}`],
        /: --patience (needs a value\. .*|must be a whole number of seconds, from 0 to 86400, not "\S+"\.)\n$/,
      ] as const,
  ),
  [["verify-only", "--backup=b", "--no-backup"], /--backup and --no-backup are for a migration/],
  ...["--force", "dry-run", "verify-only"].map(
    (word) =>
      [
        ["--legacy-url=postgresql://h:1/d", "--event-store-url=sqlite:none.db", word],
        /: The rows of .* are read with SQL of SQLite's, so that --legacy-url cannot be used: name a SQLite file with --database-url\.\n$/,
      ] as const,
  ),
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

describe("help", { concurrent: true }, () => {
  it("is its subcommand's own, asked for in any way", async () => {
    for (const words of ["help dry-run", "dry-run help", "dry-run --help", "-h dry-run"]) {
      const { code, stdout, stderr } = await run(words.split(" "));
      expect(stdout).toMatch(/^EXAMPLES\n/);
      expect(stdout).toContain("--net-position computed|column\n");
      expect(stdout).not.toContain("--strict");
      expect(stderr).toBe("");
      expect(code).toBe(0);
    }
  });

  it("lists every exit code", async () => {
    const { code, stdout } = await run(["help", "exit-codes"]);
    const codes = [...stdout.matchAll(/^ *(\d+) {2,}\S/gm)].map(([, number]) => Number(number));
    expect(codes).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 15, 130]);
    expect(code).toBe(0);
  });
});

describe("the parser", { concurrent: true }, () => {
  const all = ["--event-store-url=postgres://h/d", "--force"];
  it.each([
    ["", ["--clean", "--leave-out=a", "--leave-out=b", "--net-position=column"]],
    ["dry-run", ["--clean", "--leave-out=a", "--leave-out=b", "--net-position=column"]],
    ["verify-only", ["--leave-out=a", "--strict", "--report=c.json", "--against=d.json"]],
    ["rebuild-views", []],
  ])("%s takes its options, before it and behind", async (subcommand, options) => {
    const word = subcommand === "" ? [] : [subcommand];
    const given = [...all, ...options];
    for (const words of [
      [...given, ...word],
      [...word, ...given],
    ]) {
      const { code, stderr } = await run([...words, "--database-url", "none.db"], { cwd });
      expect(stderr).toMatch(/There is no file ".*\/none\.db"\.\n$/);
      expect(code).toBe(2);
    }
  });

  it.each(["dry-run", "help", "true", "--force", "-h"])(
    "takes %s as the file's name",
    async (name) => {
      const { code, stderr } = await run(["verify-only", "--database-url", name], { cwd });
      expect(stderr).toMatch(new RegExp(`There is no file ".*/${name}"\\.\n$`));
      expect(code).toBe(2);
    },
  );
});
