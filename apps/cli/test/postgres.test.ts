import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import * as PgBouncer from "@ledgerfold/fixtures/PgBouncer";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import * as TcpProxy from "@ledgerfold/fixtures/TcpProxy";
import * as SlowCommit from "@ledgerfold/fixtures/SlowCommit";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { database, into, query } from "./server.ts";
import { bytes, copy, folder, lines, run, start } from "./support.ts";
import { hasScript, onTerminal } from "./terminal.ts";

/** The legacy rows in a file, their events in PostgreSQL. */

const legacy = join(folder(), "legacy.db");
const sample = SampleDatabase.write(legacy, { trades: 300, journalMode: "delete" });

const tables = "select tablename from pg_tables where schemaname = 'public'";

describe("events in PostgreSQL", () => {
  it("are migrated, verified, and there already when it is done again", async () => {
    const url = await database();
    const path = copy(legacy);
    const first = await into(path, url, "--force");
    expect(first.stdout).toContain(
      `Migration complete: ${sample.trades} trades, ${sample.positions} positions, ${sample.orders} orders migrated`,
    );
    expect(first.code).toBe(0);
    const all = sample.trades + sample.positions + sample.orders + sample.auth;
    const count = "select count(*)::int as n from events";
    expect(await query(url, count)).toEqual([{ n: all }]);
    const verified = await into(path, url, "verify-only");
    expect(lines(verified.stdout)).toContain(
      `OnChainTrade: ${sample.trades} rows, ${sample.trades} same, 0 missing, 0 extra, 0 different, 0 unreadable, 0 moved on since`,
    );
    expect(lines(verified.stdout).at(-1)).toBe("Verification complete: no differences");
    const again = await into(path, url, "--force");
    expect(again.stdout).toContain("Migration complete: 0 trades, 0 positions, 0 orders migrated");
    expect(await query(url, count)).toEqual([{ n: all }]);
    // The file was only read, and nothing was put beside it.
    expect(bytes(path) === bytes(legacy)).toBe(true);
    expect(readdirSync(dirname(path))).toEqual(["legacy.db"]);
  });

  it("are not begun by a role that may not make the table of runs, which is told who may", async () => {
    const url = await database();
    const empty = join(folder(), "empty.db");
    LegacyDatabase.make(empty, { age: "2026-01-26" }).close();
    expect((await into(empty, url, "--force")).code).toBe(0);
    const role = `writer_${randomBytes(6).toString("hex")}`;
    await query(url, "drop table ledgerfold_runs");
    await query(url, `create role ${role} login password 'writes'`);
    onTestFinished(async () => void (await query(inject("postgres"), `drop role ${role}`)));
    await query(
      url,
      `grant select, insert, update, delete on all tables in schema public to ${role}`,
    );
    const theirs = new URL(url);
    theirs.username = role;
    theirs.password = "writes";
    const path = copy(legacy);
    const refused = await into(path, theirs.href, "--force");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(
      `lacks ledgerfold_runs, and the role ${role} may not make that there. Nothing was written. Have the role ledgerfold call setup once`,
    );
    expect(await query(url, "select count(*)::int as n from events")).toEqual([{ n: 0 }]);
    await query(url, `grant create on schema public to ${role}`);
    expect((await into(path, theirs.href, "--force")).code).toBe(0);
    await query(url, `drop owned by ${role}`);
  });

  describe.each(["", "?prepare=false"])(
    "behind a pooler that knows no prepared statements%s",
    (search) => {
      it("are migrated, verified, told of, made anew and taken back", async () => {
        const pooler = await PgBouncer.start(inject("postgres"), { connections: 3 });
        onTestFinished(pooler.stop);
        const path = copy(legacy);
        const direct = await database();
        const url = new URL(direct);
        url.port = new URL(pooler.url).port;
        url.search = search;
        const done = async (...words: ReadonlyArray<string>) => {
          const { code, stdout, stderr } = await into(path, url.href, ...words);
          expect({ words, code, stderr }).toMatchObject({ words, code: 0 });
          return stdout;
        };
        expect(await done("--force")).toContain(`Migration complete: ${sample.trades} trades`);
        expect(await done("--force")).toContain("Migration complete: 0 trades");
        expect(await done("verify-only")).toContain("Verification complete: no differences");
        expect(await done("status")).toMatch(/^Run [0-9a-f-]{36} of .*: wrote 300 OnChainTrade,/m);
        await query(direct, "update position_view set version = 0 where view_id = 'AAPL'");
        expect(await done("rebuild-views")).toContain("Views rebuilt: 1 row changed");
        expect(await done("rollback", "--force")).toMatch(
          /^Rolled back the run .* events deleted$/m,
        );
        expect(await query(direct, "select from events")).toEqual([]);
        expect(await done("--force", "--clean")).toContain(
          `Migration complete: ${sample.trades} trades`,
        );
        expect(await done("verify-only")).toContain("Verification complete: no differences");
      });
    },
  );

  it("are seen to differ, and their views are made anew", async () => {
    const url = await database();
    const path = copy(legacy);
    await into(path, url, "--force");
    await query(url, "update position_view set payload = '\"Unavailable\"' where view_id = 'AAPL'");
    const report = join(folder(), "report.json");
    const views = await into(path, url, "verify-only", "--report", report);
    expect(views.stdout).toContain('Position "AAPL", view payload');
    expect(views.code).toBe(3);
    expect((await into(path, url, "rebuild-views")).stdout).toContain(
      "Views rebuilt: 1 row changed",
    );
    const since = await into(path, url, "verify-only", "--against", report);
    expect(since.stdout).toContain("event position_view");
    expect(since.stdout).toContain("changed since: event position_view");
    await query(
      url,
      `update events set payload = replace(payload::text, '"symbol":"', '"symbol":"x')::json
       where aggregate_type = 'OnChainTrade' and position = 5`,
    );
    const events = await into(path, url, "verify-only");
    expect(events.stdout).toMatch(/different: OnChainTrade .* event symbol/);
    expect(events.stdout).toMatch(/^OnChainTrade: .* 1 different/m);
    expect(events.code).toBe(3);
    await query(url, "delete from events where aggregate_type = 'OnChainTrade' and position = 5");
    expect((await into(path, url, "verify-only")).stdout).toMatch(/^OnChainTrade: .* 1 missing/m);
  });

  it("are judged where another program made them", async () => {
    const url = await database();
    const path = copy(legacy);
    await into(path, url, "--force");
    await query(
      url,
      `update events set payload = regexp_replace(payload::text, '"symbol":"[^"]*"', '"symbol":"X"')::json,
        metadata = '{}' where aggregate_type = 'OnChainTrade'`,
    );
    const always = `      ${sample.trades} OnChainTrade symbol: always "X" (`;
    const found = await into(path, url, "verify-only");
    expect(found.stdout).toContain(always);
    expect(found.code).toBe(3);
    for (const form of ["--force", "dry-run"]) {
      const refused = await into(path, url, form);
      expect(refused.stderr).toContain(always);
      expect(refused.stderr).toMatch(
        /which loses no event that a row would not bring back\. Next, /,
      );
      expect(refused.code).toBe(6);
    }
    expect((await into(path, url, "status")).stdout).toContain(
      `Of no run of this command: ${sample.trades} OnChainTrade, which services or another program wrote.`,
    );
  });

  it.skipIf(!hasScript)(
    "are taken back by rollback, whose question says that no backup is made",
    async () => {
      const url = new URL(await database());
      const path = copy(legacy);
      expect((await into(path, url.href, "--force")).code).toBe(0);
      const [kept] = await query(url.href, "select options::text as options from ledgerfold_runs");
      expect(kept?.options).toContain(
        `"event-store-url":["postgresql://${url.host}${url.pathname}"]`,
      );
      const status = await into(path, url.href, "status");
      expect(status.stdout).toContain(`The log is in PostgreSQL, at "postgresql://${url.host}`);
      expect(status.stdout).toMatch(/^Run [0-9a-f-]{36} of .*: wrote 300 OnChainTrade,/m);
      const words = ["--database-url", path, "--event-store-url", url.href, "rollback"];
      const { code, screen } = await onTerminal(words, [
        ["Type 'DELETE' to confirm:", "DELETE\n"],
        ["Type 'DELETE' to confirm:", "DELETE\n"],
        ["and no backup of it is made here: make one before proceeding! Continue? [y/N]", "y\n"],
      ]);
      expect(screen).toContain("events deleted");
      expect(code).toBe(0);
      const left =
        "select (select count(*) from events) + (select count(*) from position_view) as n";
      expect(await query(url.href, left)).toEqual([{ n: "0" }]);
      expect(bytes(path) === bytes(legacy)).toBe(true);
    },
  );

  it("are not made by a dry run, nor anything else", async () => {
    const url = await database();
    const path = copy(legacy);
    const { code, stdout } = await into(path, url, "dry-run");
    expect(stdout).toContain(`${sample.trades} trades`);
    expect(code).toBe(0);
    expect(await query(url, tables)).toEqual([]);
    const { code: verified, stdout: found } = await into(path, url, "verify-only");
    expect(found).toContain(`${sample.trades} missing`);
    expect(verified).toBe(3);
    expect(await query(url, tables)).toEqual([]);
  });

  it("are kept in no table that cannot be one of the log's, whatever is to be done", async () => {
    const url = await database();
    const path = copy(legacy);
    await into(path, url, "--force");
    await query(url, "alter table events alter payload type jsonb");
    for (const words of [["dry-run"], ["--force"], ["--force", "--clean"], ["verify-only"]]) {
      const { code, stderr } = await into(path, url, ...words);
      expect(lines(stderr).at(-1)).toMatch(
        /: the table events cannot be one of the log's: it has a column payload of type jsonb, not json\. Nothing was written\. Rename it/,
      );
      expect(code).toBe(2);
    }
    const status = await into(path, url, "status");
    expect(status.stdout).toContain("the table events cannot be one of the log's");
    expect(status.code).toBe(0);
    expect(await query(url, "select count(*)::int as n from events")).not.toEqual([{ n: 0 }]);
  });

  it("are all deleted and made again by --clean", async () => {
    const url = await database();
    const path = copy(legacy);
    await into(path, url, "--force");
    const { code, stderr, stdout } = await into(path, url, "--force", "--clean");
    expect(`${stdout}${stderr}`).toContain("Deleted ");
    expect(code).toBe(0);
    expect((await into(path, url, "verify-only")).code).toBe(0);
  });

  it("are none when the command is killed on its way", async () => {
    const url = await database();
    const big = join(folder(), "big.db");
    SampleDatabase.write(big, { trades: 20_000 });
    const running = start(["--database-url", big, "--force"], { env: { EVENT_STORE_URL: url } });
    await running.says("OnChainTrade: 250/20000");
    running.child.kill("SIGKILL");
    await running.outcome;
    expect(await query(url, tables)).toEqual([]);
    expect((await into(big, url, "--force")).code).toBe(0);
  });

  describe("while the network is silent", () => {
    /** The command in the middle of its run, by way of a proxy. */
    const running = async () => {
      const url = await database();
      const proxy = await TcpProxy.start(url);
      onTestFinished(() => proxy.stop());
      const path = join(folder(), "big.db");
      SampleDatabase.write(path, { trades: 6_000 });
      const run = start(["--database-url", path, "--force"], {
        env: { EVENT_STORE_URL: proxy.through(url) },
      });
      await run.says("OnChainTrade: 250/6000");
      return { ...run, proxy, url, path };
    };

    it("end with a signal, and nothing is kept", async () => {
      const { child, outcome, proxy, url } = await running();
      proxy.silence("up", "down");
      child.kill("SIGTERM");
      const { code, stderr } = await outcome;
      expect(lines(stderr).at(-1)).toBe("migrate_to_events: Interrupted; nothing was changed.");
      expect(code).toBe(130);
      expect(await query(url, tables)).toEqual([]);
    });

    it("are there in the end, by another connection that is not", async () => {
      const { outcome, proxy, url, path } = await running();
      proxy.strand();
      const { code, stderr } = await outcome;
      expect(stderr).toMatch(
        /^Trying again in 0\.\d s: \S+: .* failed: nothing came from the server for 10 seconds, /m,
      );
      expect(code).toBe(0);
      expect((await into(path, url, "verify-only")).code).toBe(0);
    });
  });

  describe("whose commit takes long", () => {
    /** A database in which it does, and the command on its way into it. */
    const committing = async () => {
      const url = await database();
      const empty = join(folder(), "empty.db");
      LegacyDatabase.make(empty, { age: "2026-01-26" }).close();
      expect(await into(empty, url, "--force")).toMatchObject({ code: 0 });
      await query(url, SlowCommit.sql(1, 2));
      const running = start(["--database-url", copy(legacy), "--force"], {
        env: { EVENT_STORE_URL: url },
      });
      const inCommit = `select pid from pg_stat_activity
        where datname = current_database() and query = 'commit' and wait_event = 'PgSleep'`;
      for (;;) {
        const [found] = await query(url, inCommit);
        if (found !== undefined) return { url, running, pid: found["pid"] };
        expect(running.child.exitCode).toBeNull();
      }
    };

    it("are kept though a signal came, and it says so", async () => {
      const { url, running } = await committing();
      running.child.kill("SIGINT");
      const { code, stderr } = await running.outcome;
      expect(lines(stderr).at(-1)).toBe(
        "migrate_to_events: Interrupted; all was done and kept already.",
      );
      expect(code).toBe(0);
      expect((await into(legacy, url, "verify-only")).code).toBe(0);
    });

    it("may be kept or not when the connection is lost, and it says so", async () => {
      const { url, running, pid } = await committing();
      await query(url, `select pg_terminate_backend(${pid})`);
      const { code, stderr } = await running.outcome;
      expect(lines(stderr).at(-1)).toMatch(
        /: commit, whose outcome is unknown, failed: .* It is unknown whether all was kept or nothing: verify-only tells, and it is safe to run again\.$/,
      );
      expect(stderr).not.toContain("Trying again");
      expect(code).toBe(14);
      expect(await into(legacy, url, "--force")).toMatchObject({ code: 0 });
      expect((await into(legacy, url, "verify-only")).code).toBe(0);
    });

    it("may be kept or not when a signal came too", async () => {
      const { url, running, pid } = await committing();
      running.child.kill("SIGINT");
      await query(url, `select pg_terminate_backend(${pid})`);
      const { code, stderr } = await running.outcome;
      expect(lines(stderr).at(-1)).toMatch(/: Interrupted; .* it is unknown whether all was kept/);
      expect(code).toBe(14);
      const again = await into(legacy, url, "--force");
      expect(again).toMatchObject({ code: 0 });
      expect((await into(legacy, url, "verify-only")).code).toBe(0);
    });
  });

  it("that the file itself has are not looked at, and it says so", async () => {
    const url = await database();
    const path = copy(legacy);
    await run(["--database-url", path, "--force", "--no-backup"]);
    const { stderr, code } = await into(path, url, "dry-run");
    expect(stderr).toMatch(/Warning: the file itself has \d+ events/);
    expect(code).toBe(0);
    expect((await into(path, url, "verify-only")).code).toBe(3);
  });

  it("are reached by a socket, and its user's password is not told", async () => {
    const url = new URL(await database());
    const [found] = await query(url.href, "show unix_socket_directories");
    const folder = String(found?.unix_socket_directories).replace(/,.*/, "");
    const { username, password, port, pathname } = url;
    const bySocket = `postgresql://${username}:${password}@${pathname}?host=${folder}&port=${port}`;
    const path = copy(legacy);
    for (const words of [["--force"], ["verify-only"]]) {
      const { code, stdout, stderr } = await into(path, bySocket, ...words);
      expect(`${stdout}${stderr}`).not.toMatch(/of tests|of%20tests/);
      expect(code).toBe(0);
    }
  });

  it("need a URL and a server, and no password is told", async () => {
    const path = copy(legacy);
    const refused = async (url: string, ...words: ReadonlyArray<string>) => {
      const { code, stdout, stderr } = await run(
        ["--database-url", path, "--event-store-url", url, ...words],
        {},
      );
      expect(`${stdout}${stderr}`).not.toContain("topsecret");
      return { code, stderr };
    };
    expect(await refused("mysql://ada:topsecret@localhost/x", "dry-run")).toEqual({
      code: 2,
      stderr: expect.stringContaining("must begin with postgresql://"),
    });
    expect(await refused("postgresql://x/y", "--force", "--no-backup")).toEqual({
      code: 2,
      stderr: expect.stringContaining("the rows are only read"),
    });
  });
});
