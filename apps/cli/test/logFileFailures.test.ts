import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { describe, expect, it } from "vitest";
import { bin, bytes, copy, count, folder, lines, run, sql, start, whileOpen } from "./support.ts";
import { unprivileged } from "./unprivileged.ts";

/** What can go wrong with a log in another SQLite file, and that nothing is kept then. */

const legacy = join(folder(), "legacy.db");
const sample = SampleDatabase.write(legacy, { trades: 40, journalMode: "delete" });

const files = (from = legacy) => ({ path: copy(from), log: join(folder(), "log.db") });
const words = (path: string, log: string) => [
  ...["--database-url", path],
  ...["--event-store-url", `sqlite:${log}`],
];
const into = (path: string, log: string, ...more: ReadonlyArray<string>) =>
  run([...words(path, log), ...more]);
const beside = (path: string) => readdirSync(dirname(path));
const bad = "update offchain_trades set symbol = '' where id = 1";
const last = (text: string) => lines(text).at(-1);

describe("nothing is kept, and no file either", { concurrent: true }, () => {
  it("of bad data", async () => {
    const { path, log } = files();
    sql(path, "pragma ignore_check_constraints = on", bad);
    const before = bytes(path);
    const { code, stderr } = await into(path, log, "--force");
    expect(stderr).toContain("Bad data: offchain_trades");
    expect(code).toBe(4);
    expect(beside(log)).toEqual([]);
    expect(bytes(path) === before).toBe(true);
  });

  it("of bad data beside a log that is there, which stays as it is", async () => {
    const { path, log } = files();
    await into(path, log, "--force");
    sql(path, "pragma ignore_check_constraints = on", bad);
    const before = bytes(log);
    expect(await into(path, log, "--force")).toMatchObject({ code: 4 });
    expect(bytes(log) === before).toBe(true);
    expect(beside(log)).toEqual(["log.db"]);
  });

  it("of a log that nothing can be written to", async () => {
    const { path, log } = files();
    mkdirSync(`${log}-journal`);
    const { code, stderr } = await into(path, log, "--force");
    expect(last(stderr)).toContain("unable to open database file (SQLITE_CANTOPEN). Nothing was");
    expect(code).toBe(1);
    expect(beside(log)).toEqual(["log.db-journal"]);
  });

  it("of events that differ, and --clean starts over", async () => {
    const { path, log } = files();
    await into(path, log, "--force");
    sql(path, "update offchain_trades set symbol = 'OTHER' where id = 1");
    expect(await into(path, log, "--force")).toMatchObject({ code: 6 });
    expect(await into(path, log, "--force", "--clean")).toMatchObject({ code: 0 });
    expect(await into(path, log, "verify-only")).toMatchObject({ code: 0 });
  });
});

describe("in the middle of a run", () => {
  const big = join(folder(), "big.db");
  const { trades } = SampleDatabase.write(big, { trades: 20_000, journalMode: "wal" });
  const begun = async () => {
    const { path, log } = files(big);
    const running = start([...words(path, log), "--force"]);
    await running.says(`OnChainTrade: 250/${trades}`);
    return { path, log, ...running };
  };

  it("a signal ends it with 130, and no log is made", async () => {
    const { path, log, child, outcome } = await begun();
    child.kill("SIGINT");
    const { code, stderr } = await outcome;
    expect(last(stderr)).toBe("migrate_to_events: Interrupted; nothing was changed.");
    expect(code).toBe(130);
    expect(beside(log)).toEqual([]);
    expect(bytes(path) === bytes(big)).toBe(true);
  });

  it("killed, it leaves what a later run ends as if nothing had been", async () => {
    const { path, log, child, outcome } = await begun();
    child.kill("SIGKILL");
    await outcome;
    const looked = await into(path, log, "verify-only");
    expect(looked.stdout).toContain(`OnChainTrade: ${trades} rows, 0 same, ${trades} missing`);
    const again = await into(path, log, "--force");
    expect(last(again.stdout)).toContain(`Migration complete: ${trades} trades`);
    expect(again.code).toBe(0);
    expect(beside(log)).toEqual(["log.db"]);
    expect(await into(path, log, "verify-only")).toMatchObject({ code: 0 });
    expect(bytes(path) === bytes(big)).toBe(true);
  });

  it("others can't write to the log, and are told so", async () => {
    const { path, log, outcome } = await begun();
    const { code, stderr } = await into(path, log, "--force");
    const first = await outcome;
    expect(first.code).toBe(0);
    // The first may have been done within the ten seconds that the second waits.
    expect([0, 5]).toContain(code);
    if (code === 5) expect(last(stderr)).toContain(`${log} is held by another process.`);
    expect(count(log, "events where aggregate_type = 'OnChainTrade'")).toBe(trades);
  });
});

it("a file that is empty stays so where nothing is written", async () => {
  const { path, log } = files();
  writeFileSync(log, "");
  const outcome = await into(path, log, "--force", "--leave-out", "nothing");
  expect(outcome).toMatchObject({ code: 2 });
  expect(statSync(log).size).toBe(0);
});

it("a log that another process holds for ten seconds ends with 5", async () => {
  const { path, log } = files();
  await into(path, log, "--force");
  sql(log, "delete from position_view");
  const before = bytes(log);
  await whileOpen(log, "begin immediate", async () => {
    const { code, stderr } = await into(path, log, "--force");
    expect(last(stderr)).toContain(`${log} is held by another process.`);
    expect(code).toBe(5);
    expect(await into(path, log, "rebuild-views")).toMatchObject({ code: 5 });
    expect(await into(path, log, "dry-run")).toMatchObject({ code: 0 });
  });
  expect(bytes(log) === before).toBe(true);
});

describe("a place that is none", { concurrent: true }, () => {
  const place = folder();
  copyFileSync(legacy, join(place, "legacy.db"));
  writeFileSync(join(place, "text.db"), "this is no database, but long enough to be read as one");
  symlinkSync("nowhere", join(place, "link.db"));
  sql(join(place, "foreign.db"), "create table Events (id integer primary key, name text)");
  const cases = [
    ["no/log.db", `There is no folder "${place}/no" to make "log.db" in.`],
    ["text.db", `"${place}/text.db" is not a SQLite database.`],
    [".", `"${place}" is not a file.`],
    ["link.db", `"${place}/link.db" is a link that leads to no file.`],
    ["legacy.db-wal", `"${place}/legacy.db-wal" is what SQLite itself may put beside`],
    ["foreign.db", `"${place}/foreign.db" has a table "Events" that is no log: it has no column`],
    ["//ada:topsecret@host/log.db", "must name a SQLite file, which has no user and no password."],
    ["", "--event-store-url must name a file."],
  ] as const;
  for (const [name, said] of cases) {
    it(`${JSON.stringify(name)} ends with 2 and a sentence`, async () => {
      const before = readdirSync(place);
      for (const way of ["--force", "verify-only"]) {
        const { code, stdout, stderr } = await run(
          ["--database-url", "legacy.db", "--event-store-url", `sqlite:${name}`, way],
          { cwd: place },
        );
        expect(stderr).toContain(said);
        expect(`${stdout}${stderr}`).not.toContain("topsecret");
        expect(code).toBe(2);
      }
      expect(readdirSync(place)).toEqual(before);
    });
  }

  it("a view's table that is another one ends with 2, and stays as it is", async () => {
    const { path, log } = files();
    sql(log, "create table position_view (id integer primary key)");
    const before = bytes(log);
    const { code, stderr } = await into(path, log, "--force", "--no-backup");
    expect(last(stderr)).toContain(
      `${log}: the table position_view cannot be one of the log's: it has no column view_id`,
    );
    expect(code).toBe(2);
    expect(bytes(log) === before).toBe(true);
  });
});

describe.skipIf(unprivileged === undefined)("permissions", { concurrent: true }, () => {
  const command = unprivileged ?? ["never"];
  const as = (path: string, log: string, ...more: ReadonlyArray<string>) => {
    const TMPDIR = folder();
    chmodSync(TMPDIR, 0o777);
    return run([...words(path, log), ...more], { command, env: { TMPDIR } });
  };
  const open = (path: string) => chmodSync(dirname(path), 0o777);

  it("the file of the rows and its folder need not be writable", async () => {
    const { path, log } = files();
    sql(path, "pragma journal_mode = wal");
    chmodSync(path, 0o444);
    chmodSync(dirname(path), 0o555);
    open(log);
    const before = bytes(path);
    expect(await as(path, log, "--force")).toMatchObject({ code: 0 });
    expect(await as(path, log, "verify-only")).toMatchObject({ code: 0 });
    expect(bytes(path) === before).toBe(true);
    expect(beside(path)).toEqual(["legacy.db"]);
    expect(count(log, "events where aggregate_type = 'OnChainTrade'")).toBe(sample.trades);
  });

  it("a folder that no log can be made in ends with 1 and says so", async () => {
    const { path, log } = files();
    chmodSync(dirname(log), 0o555);
    const { code, stderr } = await as(path, log, "--force");
    expect(last(stderr)).toContain("see that you may write to the file and to its folder");
    expect(code).toBe(1);
    expect(beside(log)).toEqual([]);
    expect(await as(path, log, "dry-run")).toMatchObject({ code: 0 });
  });

  it("a log that may not be written to ends with 1, and can be looked at", async () => {
    const { path, log } = files();
    await into(path, log, "--force");
    sql(log, "delete from position_view");
    chmodSync(log, 0o444);
    chmodSync(dirname(log), 0o555);
    const before = bytes(log);
    const { code, stderr } = await as(path, log, "--force", "--no-backup");
    expect(last(stderr)).toContain("see that you may write to the file and to its folder");
    expect(code).toBe(1);
    expect(await as(path, log, "verify-only")).toMatchObject({ code: 3 });
    expect(bytes(log) === before).toBe(true);
    expect(beside(log)).toEqual(["log.db"]);
  });
});

const disk = folder();
const namespace = ["unshare", "--map-root-user", "--mount", "sh", "-ec"] as const;
const mount = `mount -t tmpfs -o size=8m tmpfs ${disk}; cd ${disk}`;
const mounts = spawnSync(namespace[0], [...namespace.slice(1), mount]).status === 0;

describe.skipIf(!mounts)("too little space (needs the right to mount a disk)", () => {
  const onDisk = (full: string) =>
    [
      ...namespace,
      `${mount}; head -c "$1" /dev/zero > full; shift; code=0; "$@" || code=$?; ls -A; exit $code`,
      ...["sh", full, process.execPath, bin],
    ] as const;

  it("for a new log stops with 7, and makes none", async () => {
    const { code, stdout, stderr } = await run([...words(legacy, "log.db"), "--force"], {
      command: onDisk("8100k"),
    });
    expect(last(stderr)).toMatch(/has 0\.\d MB free, and the run may need 0\.\d MB/);
    expect(lines(stdout)).toEqual(["full"]);
    expect(code).toBe(7);
  });

  it("for the copy that a dry run writes to is told, and nothing is copied", async () => {
    const path = copy(legacy);
    sql(path, "create table position_view (view_id text primary key, version int, payload text)");
    const before = bytes(path);
    const { code, stdout, stderr } = await run(["dry-run", "--database-url", path], {
      command: onDisk("8100k"),
      env: { SQLITE_TMPDIR: disk },
    });
    expect(last(stderr)).toMatch(
      /has 0\.\d MB free, and the copy that is written to may need \d\.\d MB/,
    );
    expect(lines(stdout)).toEqual(["full"]);
    expect(code).toBe(1);
    expect(bytes(path) === before).toBe(true);
  });

  it("that is enough for a new log is enough: no backup of it takes any", async () => {
    const { code, stdout } = await run([...words(legacy, "log.db"), "--force"], {
      command: onDisk("100k"),
    });
    expect(stdout).toContain("full\nlog.db\n");
    expect(code).toBe(0);
  });
});
