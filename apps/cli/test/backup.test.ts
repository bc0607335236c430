import { mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { describe, expect, it } from "vitest";
import { bytes, copy, count, folder, lines, run, sql, start, whileOpen } from "./support.ts";

const sample = (journalMode: "wal" | "delete", trades = 40) => {
  const path = join(folder(), "legacy.db");
  SampleDatabase.write(path, { trades, journalMode });
  return path;
};

const beside = (path: string) =>
  readdirSync(dirname(path)).filter((name) => name !== basename(path));

/** The path of the only file beside this one, which has to be a backup. */
const backupOf = (path: string): string => {
  const [name = "", ...others] = beside(path);
  expect(others).toEqual([]);
  expect(name).toMatch(/^legacy\.db\.\d{8}T\d{6}\.\d{3}Z\.backup$/);
  return join(dirname(path), name);
};

/** All that another driver finds in a copy of the file. */
const contents = (path: string) => {
  const db = new DatabaseSync(copy(path));
  try {
    const all = (text: string) => {
      const statement = db.prepare(text);
      statement.setReadBigInts(true);
      return statement.all();
    };
    const schema = all("select * from sqlite_schema order by rowid");
    const tables = schema.filter(({ type }) => type === "table").map(({ name }) => String(name));
    return {
      schema,
      rows: tables.map((table) => all(`select rowid, * from "${table}"`)),
      mode: all("pragma journal_mode"),
    };
  } finally {
    db.close();
  }
};

const complete = (stdout: string) => lines(stdout).at(-1);

describe.each(["wal", "delete"] as const)("in mode %s", { concurrent: true }, (journalMode) => {
  it("a run leaves what was there in a file that only its owner reads", async () => {
    const path = sample(journalMode);
    const before = contents(path);
    const { code, stderr } = await run(["--force", "--database-url", path]);
    expect(code).toBe(0);
    const backup = backupOf(path);
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    expect(contents(backup)).toEqual(before);
    expect(stderr).toContain(`Backed up to "${backup}", ${statSync(backup).size} bytes: `);
  });

  it("restoring it takes everything back, and migrating again goes as at first", async () => {
    const path = sample(journalMode);
    const before = contents(path);
    const first = await run(["--force", "--database-url", path]);
    expect(contents(path)).not.toEqual(before);
    const backup = backupOf(path);
    renameSync(path, join(folder(), "migrated.db"));
    copy(backup, path);
    expect(contents(path)).toEqual(before);
    const again = await run(["--force", "--database-url", path]);
    expect(again.stdout).toBe(first.stdout);
    expect(complete(again.stdout)).toBe(
      "Migration complete: 40 trades, 20 positions, 4 orders migrated",
    );
    expect(beside(path)).toHaveLength(2);
    const verified = await run(["verify-only", "--database-url", path]);
    expect(verified.code).toBe(0);
  });

  it("a reader goes on meanwhile, and a writer has to wait", async () => {
    const path = sample(journalMode, 2_000);
    sql(path, "create table ledgerfold_ballast (cells blob)");
    sql(path, "insert into ledgerfold_ballast values (zeroblob(30000000))");
    const running = await whileOpen(path, "begin; select * from onchain_trades", async () => {
      const begun = start(["--force", "--database-url", path]);
      await begun.says("Backup: ");
      expect(() => sql(path, "delete from onchain_trades")).toThrow(/database is locked/);
      expect(count(path, "onchain_trades")).toBe(2_000);
      await begun.says("Backed up to ");
      return begun;
    });
    expect(await running.outcome).toMatchObject({ code: 0 });
    expect(count(copy(backupOf(path)), "onchain_trades")).toBe(2_000);
  });

  it("--clean leaves the events that it deletes in one", async () => {
    const path = sample(journalMode);
    await run(["--force", "--no-backup", "--database-url", path]);
    const before = contents(path);
    const { code } = await run(["--force", "--clean", "--database-url", path]);
    expect(code).toBe(0);
    expect(contents(backupOf(path))).toEqual(before);
  });

  it("a view that is written again is backed up before, and only once", async () => {
    const path = sample(journalMode);
    await run(["--force", "--no-backup", "--database-url", path]);
    sql(path, "delete from position_view");
    sql(path, "update onchain_trade_view set payload = '{}'");
    const { code } = await run(["--force", "--database-url", path]);
    expect(code).toBe(0);
    expect(count(copy(backupOf(path)), "position_view")).toBe(0);
    expect(count(path, "position_view")).toBe(20);
  });

  it("nothing is made or written when there is nothing to write", async () => {
    const path = sample(journalMode);
    await run(["--force", "--no-backup", "--database-url", path]);
    expect(beside(path)).toEqual([]);
    const before = bytes(path);
    for (const words of [["--force"], ["dry-run"], ["dry-run", "--clean"], ["verify-only"]]) {
      expect(await run([...words, "--database-url", path])).toMatchObject({ code: 0 });
      expect(beside(path)).toEqual([]);
      expect(bytes(path)).toBe(before);
    }
  });

  it("a dry run of a file that would be migrated makes none", async () => {
    const path = sample(journalMode);
    expect(await run(["dry-run", "--database-url", path])).toMatchObject({ code: 0 });
    expect(beside(path)).toEqual([]);
  });

  it("a run that bad data ends keeps its backup, and the file as it was", async () => {
    const path = sample(journalMode, 1_000);
    const damage = "update offchain_trades set symbol = '' where id = 1";
    sql(path, "pragma ignore_check_constraints = on", damage);
    const before = bytes(path);
    const { code } = await run(["--force", "--database-url", path]);
    expect(code).toBe(4);
    expect(contents(backupOf(path))).toEqual(contents(path));
    expect(bytes(path)).toBe(before);
  });
});

describe("a backup", { concurrent: true }, () => {
  it("holds what still stood in the WAL", async () => {
    const path = sample("wal");
    await whileOpen(
      path,
      "create table ledgerfold_late (n); insert into ledgerfold_late values (42)",
      async () => {
        expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
        expect(await run(["--force", "--database-url", path])).toMatchObject({ code: 0 });
      },
    );
    expect(sql(copy(backupOf(path)), "select n from ledgerfold_late")).toEqual([{ n: 42 }]);
  });

  it("goes where --backup says, from where it was typed", async () => {
    const path = sample("wal");
    const cwd = folder();
    const words = ["--force", "--database-url", path, "--backup"];
    expect(await run([...words, "here.db"], { cwd })).toMatchObject({ code: 0 });
    expect(readdirSync(cwd)).toEqual(["here.db"]);
    expect(beside(path)).toEqual([]);
  });

  it("goes into a folder under the name that it has beside the file", async () => {
    const path = sample("wal");
    const cwd = folder();
    mkdirSync(join(cwd, "backups"));
    const words = ["--force", "--database-url", path, "--backup=backups"];
    expect(await run(words, { cwd })).toMatchObject({ code: 0 });
    expect(readdirSync(join(cwd, "backups"))).toEqual([
      expect.stringMatching(/^legacy\.db\.\d{8}T\d{6}\.\d{3}Z\.backup$/),
    ]);
  });

  it("of an empty file is an empty database; the tables of the log are made once", async () => {
    const path = join(folder(), "legacy.db");
    writeFileSync(path, "");
    expect(await run(["--force", "--database-url", path])).toMatchObject({ code: 0 });
    expect(contents(backupOf(path)).schema).toEqual([]);
    expect(count(path, "events")).toBe(0);
    expect(await run(["--force", "--database-url", path])).toMatchObject({ code: 0 });
    expect(beside(path)).toHaveLength(1);
  });
});
