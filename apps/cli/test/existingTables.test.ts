import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ddl } from "@ledgerfold/fixtures/EventLogSchema";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { describe, expect, it } from "vitest";
import { bytes, copy, folder, lines, run, sql, start } from "./support.ts";

/** Tables of the log that others have made before. */

const legacy = join(folder(), "legacy.db");
const sample = SampleDatabase.write(legacy, { trades: 30, orders: 5, journalMode: "delete" });
const complete = `Migration complete: ${sample.trades} trades, ${sample.positions} positions, ${sample.orders} orders migrated`;

const theirs = ddl.split(/;\n/).filter((statement) => /\S/.test(statement));
const events = theirs.find((statement) => statement.includes("TABLE events")) ?? "";
const view = "create table position_view (view_id text primary key, version int, payload text)";

const dryRun = async (path: string, ...words: ReadonlyArray<string>) => {
  const TMPDIR = folder();
  const before = bytes(path);
  const outcome = await run(["dry-run", "--database-url", path, ...words], { env: { TMPDIR } });
  expect(bytes(path) === before).toBe(true);
  expect(readdirSync(TMPDIR)).toEqual([]);
  return outcome;
};

const migrate = (path: string, ...words: ReadonlyArray<string>) =>
  run(["--database-url", path, "--force", "--no-backup", ...words]);

/** What it ended with, without the file's name. */
const sentence = (stderr: string, path: string) => lines(stderr).at(-1)?.replaceAll(path, "it");

describe("what no log can be kept in is found before anything is written", () => {
  it.each([
    ["events", `${events} without rowid`, "events", "is WITHOUT ROWID"],
    ["a view", `${view} without rowid`, "position_view", "is WITHOUT ROWID"],
    ["another table", "create table position_view (n)", "position_view", "has no column view_id"],
  ])("%s", async (_, made, table, fault) => {
    const path = copy(legacy);
    sql(path, made);
    const before = bytes(path);
    for (const outcome of [await dryRun(path), await migrate(path)]) {
      const { code, stdout, stderr } = outcome;
      expect(sentence(stderr, path)).toContain(`it: the table ${table} cannot be one of the log's`);
      expect(stderr).toContain(fault);
      expect(stderr).toContain("It has no rows: drop it, and the log's own is made in its place");
      expect([code, stdout]).toEqual([2, ""]);
      expect(bytes(path) === before).toBe(true);
    }
    const verified = await run(["verify-only", "--database-url", path]);
    expect(verified.stdout).toMatch(new RegExp(`^unreadable: .* "${table}".* ${fault}`, "m"));
    expect(verified.code).toBe(3);
    sql(path, `drop table ${table}`);
    expect(await migrate(path)).toMatchObject({ code: 0 });
  });
});

describe("what is no log is told by whatever would ask it", { concurrent: true }, () => {
  it.each([
    ["a view", "create view EVENTS as select * from event_queue", "is a view"],
    ["a run's table", "create table ledgerfold_runs (run_id text)", "has no column moment"],
  ])("%s", async (_, made, fault) => {
    const path = copy(legacy);
    sql(path, made);
    const before = bytes(path);
    const told = async (code: number, ...words: ReadonlyArray<string>) => {
      const outcome = await run(["--database-url", path, ...words]);
      expect(outcome.stdout + outcome.stderr).toContain(fault);
      expect(outcome.code, outcome.stderr).toBe(code);
      expect(bytes(path) === before).toBe(true);
    };
    await told(0, "status");
    for (const command of ["rollback", "rebuild-views"]) await told(2, command, "--force");
    await told(2, "--force");
    const verified = await run(["verify-only", "--database-url", path]);
    expect(verified).toMatchObject({ code: 3 });
  });

  it("a table of somebody's own, which rollback has nothing to take from", async () => {
    const path = copy(legacy);
    sql(path, "create table events (day text, what text)");
    const outcome = await run(["rollback", "--database-url", path, "--force"]);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(outcome.stderr).toContain("has a table events of its own, which is no event log");
  });
});

describe("a dry run ends as the run does", { concurrent: true }, () => {
  const stop = "select raise(abort, 'no more'); end";
  it.each([
    ["a trigger", `create trigger t before insert on events begin ${stop}`, "no more"],
    ["a CHECK", "alter table events add column n check (sequence > 1)", "CHECK"],
    ["an index", "create unique index one on events (aggregate_type)", "UNIQUE"],
    [
      "a column",
      `create table position_view (view_id text primary key, version int, payload json, n not null)`,
      "NOT NULL",
    ],
    [
      "a deferred key",
      `create table offchain_order_view (view_id text primary key, version int, payload json,
        n default 7 references schwab_auth (id) deferrable initially deferred)`,
      "FOREIGN KEY",
    ],
    [
      "a key of a STRICT table",
      `create table schwab_auth_view (view_id text primary key, version int, payload text, n int default 'x') strict`,
      "cannot store TEXT value in INT",
    ],
  ])("with %s that others made", async (_, made, said) => {
    const path = copy(legacy);
    if (!made.startsWith("create table")) sql(path, ...theirs);
    sql(path, "delete from schwab_auth where id < 0", made);
    const dry = await dryRun(path);
    const real = await migrate(path);
    expect(dry.stderr).toContain("The log's tables are not all as this command makes them (");
    expect(sentence(dry.stderr, path)).toBe(sentence(real.stderr, path));
    expect(real.stderr).toContain(said);
    expect([dry.code, real.code]).toEqual([1, 1]);
  });

  it("with tables of others that take everything, and then says so", async () => {
    const path = copy(legacy);
    sql(path, ...theirs);
    const plain = await dryRun(legacy);
    const dry = await dryRun(path);
    expect(dry.stderr).toContain(
      '(table "events", index "events_by_type", table "snapshots", table "onchain_trade_view", index "onchain_trade_view_by_symbol" and ',
    );
    expect(dry.stderr).toContain("written to a copy of the file, and taken back there.");
    expect([dry.code, dry.stdout]).toEqual([0, plain.stdout]);
    expect(lines(plain.stdout).at(-1)).toBe(`${complete} (a dry run: nothing was kept)`);
    expect(plain.stderr).not.toContain("copy");
    expect((await migrate(path)).stdout).toContain(complete);
    // Our own tables need no rehearsal.
    const own = copy(legacy);
    await migrate(own);
    expect((await dryRun(own, "--clean")).stderr).not.toContain("copy");
  });

  it("where another table refers to what --clean deletes", async () => {
    const path = copy(legacy);
    await migrate(path);
    sql(
      path,
      "create table notes (event integer references events (position))",
      "insert into notes values (1)",
    );
    const words = ["--clean", "--leave-out", "notes"];
    const dry = await dryRun(path, ...words);
    const real = await migrate(path, ...words);
    expect(sentence(dry.stderr, path)).toBe(sentence(real.stderr, path));
    expect(real.stderr).toContain("FOREIGN KEY constraint failed");
    expect([dry.code, real.code]).toEqual([1, 1]);
  });

  it("with a log in another file", async () => {
    const path = copy(legacy);
    const log = join(folder(), "log.db");
    sql(log, ...theirs, `create trigger t before insert on position_view begin ${stop}`);
    const words = ["--event-store-url", `sqlite:${log}`];
    const before = bytes(log);
    const dry = await dryRun(path, ...words);
    expect(bytes(log) === before).toBe(true);
    const real = await migrate(path, ...words);
    expect(sentence(dry.stderr, log)).toBe(sentence(real.stderr, log));
    expect(dry.stderr).toContain(`${log}: `);
    expect([dry.code, real.code]).toEqual([1, 1]);
  });
});

it("a killed dry run leaves a copy for its owner alone, which goes with the next run", async () => {
  const big = join(folder(), "big.db");
  SampleDatabase.write(big, { trades: 20_000, journalMode: "wal" });
  sql(big, ...theirs);
  const TMPDIR = folder();
  const { child, outcome, says } = start(["dry-run", "--database-url", big], { env: { TMPDIR } });
  await says("OnChainTrade: 250/20000");
  child.kill("SIGKILL");
  expect(await outcome).toMatchObject({ code: null });
  const left = readdirSync(TMPDIR);
  expect(left.map((name) => name.replace(/.*\d-[0-9a-f]{8}/, "")).sort()).toEqual(
    expect.arrayContaining([".db", ".lock"]),
  );
  for (const name of left) expect(statSync(join(TMPDIR, name)).mode & 0o077).toBe(0);
  await run(["verify-only", "--database-url", legacy], { env: { TMPDIR } });
  expect(readdirSync(TMPDIR)).toEqual([]);
});
