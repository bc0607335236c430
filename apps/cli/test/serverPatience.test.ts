import { createServer } from "node:net";
import { join } from "node:path";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import * as PostgresServer from "@ledgerfold/fixtures/PostgresServer";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import * as TcpProxy from "@ledgerfold/fixtures/TcpProxy";
import * as SlowCommit from "@ledgerfold/fixtures/SlowCommit";
import pg from "pg";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { database, into, query } from "./server.ts";
import { folder, lines, run, start } from "./support.ts";

/** A server that holds the log, and is away for a while, or for longer than the patience. */

const legacy = join(folder(), "legacy.db");
SampleDatabase.write(legacy, { trades: 300, journalMode: "delete" });

const trying = "Trying again in ";
const tables = "select tablename from pg_tables where schemaname = 'public'";
const runs = "select count(*)::int as n from ledgerfold_runs";

const begin = (url: string, ...words: ReadonlyArray<string>) =>
  start(["--database-url", legacy, "--force", ...words], { env: { EVENT_STORE_URL: url } });

const isMigrated = async (url: string) =>
  expect(lines((await into(legacy, url, "verify-only")).stdout).at(-1)).toBe(
    "Verification complete: no differences",
  );

/** Makes the log's tables, and gives a connection to hold them up with. */
const made = async (url: string) => {
  const empty = join(folder(), "empty.db");
  LegacyDatabase.make(empty, { age: "2026-01-26" }).close();
  expect(await into(empty, url, "--force")).toMatchObject({ code: 0 });
  // Of the tables alone.
  await query(url, "delete from ledgerfold_runs");
  const holder = new pg.Client({ connectionString: url });
  holder.on("error", () => {});
  onTestFinished(() => holder.end().catch(() => {}));
  await holder.connect();
  return { holder };
};

/** The same, and keeps a run of all rows from ending until it lets go. */
const held = async (url: string) => {
  const { holder } = await made(url);
  await holder.query("begin; lock table offchain_order_view in access exclusive mode");
  return { letGo: () => holder.query("rollback") };
};

const waits = `select count(*)::int as n from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock'`;

/** Until a run that is held is in the midst of its transaction. */
const isWaiting = async (url: string) => {
  while ((await query(url, waits))[0]?.["n"] === 0);
};

describe("a lock that somebody else holds in the midst of a run", () => {
  /** As docs/scaling.md has it. */
  const ofLog = "select pg_advisory_xact_lock(1281713255, 'events'::regclass::oid::integer)";

  for (const [of, taking] of [
    ["the log", ofLog],
    ["a table of it", "lock table offchain_order_view in access exclusive mode"],
  ] as const) {
    it(`of ${of} is told, with who holds it, while it is waited for`, async () => {
      const url = await database();
      const { holder } = await made(url);
      await holder.query("set application_name to 'the holder'");
      await holder.query(`begin; ${taking}`);
      const running = begin(url, "--patience", "30");
      await running.says("Waiting");
      await holder.query("rollback");
      const { code, stderr } = await running.outcome;
      expect(stderr.match(/^Waiting.*$/gm)).toEqual([
        expect.stringMatching(
          /^Waiting, for up to 30 s: \S+ is held by another process \(the holder, process \d+\)\.$/,
        ),
      ]);
      expect(stderr).not.toContain(trying);
      expect(code).toBe(0);
      await isMigrated(url);
    });
  }
});

describe("a server that is lost in the midst of a run", () => {
  it("and restarts is waited for, and the run is done again from its start", async () => {
    const server = await PostgresServer.start({
      initdbFlags: ["--no-locale", "--no-sync"],
      settings: ["fsync=off"],
    });
    onTestFinished(server.stop);
    await held(server.url);
    const running = begin(server.url, "--patience", "60");
    await isWaiting(server.url);
    await server.toggle();
    await running.says(trying, 2);
    await server.toggle();
    const { code, stderr } = await running.outcome;
    expect(stderr).toMatch(/^Trying again in \d\.\d s: .*(terminating connection|terminated)/m);
    expect(code).toBe(0);
    expect(await query(server.url, runs)).toEqual([{ n: 1 }]);
    await isMigrated(server.url);
  });

  /** A run by way of a proxy, in the midst of its transaction. */
  const midway = async (...words: ReadonlyArray<string>) => {
    const url = await database();
    const proxy = await TcpProxy.start(url);
    onTestFinished(() => proxy.stop());
    const { letGo } = await held(url);
    const running = begin(proxy.through(url), ...words);
    await isWaiting(url);
    return { url, proxy, letGo, ...running };
  };

  it("and is there at once is asked again", async () => {
    const { url, proxy, letGo, outcome, says } = await midway();
    proxy.cut();
    await says(trying);
    await letGo();
    expect(await outcome).toMatchObject({ code: 0 });
    expect(await query(url, runs)).toEqual([{ n: 1 }]);
    await isMigrated(url);
  });

  it("and stays away ends it with 15, with nothing written", async () => {
    const { url, proxy, letGo, outcome } = await midway("--patience", "1");
    proxy.cut(true);
    const { code, stdout, stderr } = await outcome;
    expect(stderr).toContain(trying);
    expect(lines(stderr).at(-1)).toMatch(
      /^migrate_to_events: .* failed: .*\. Nothing was written\.$/,
    );
    expect(stdout).toBe("");
    expect(code).toBe(15);
    await letGo();
    expect(await query(url, "select count(*)::int as n from events")).toEqual([{ n: 0 }]);
    proxy.heal();
    expect(await into(legacy, proxy.through(url), "--force")).toMatchObject({ code: 0 });
    await isMigrated(url);
  });

  it("and is not to be waited for ends it with 15 at once", async () => {
    const { proxy, outcome } = await midway("--patience", "0");
    proxy.cut();
    const { code, stderr } = await outcome;
    expect(stderr).not.toContain(trying);
    expect(lines(stderr).at(-1)).toMatch(/ECONNRESET.* Nothing was written\.$/);
    expect(code).toBe(15);
  });

  for (const signal of ["SIGINT", "SIGHUP"] as const) {
    it(`is waited for no longer after ${signal}`, async () => {
      const { url, proxy, letGo, child, says, outcome } = await midway("--patience", "86400");
      proxy.cut(true);
      await says(trying, 2);
      child.kill(signal);
      const { code, stderr } = await outcome;
      expect(lines(stderr).at(-1)).toBe("migrate_to_events: Interrupted; nothing was changed.");
      expect(code).toBe(130);
      await letGo();
      expect(await query(url, "select count(*)::int as n from events")).toEqual([{ n: 0 }]);
    });
  }
});

it("a server that asks for a password, and is given none, is not asked again", async () => {
  const server = await PostgresServer.start({
    initdbFlags: ["--no-locale", "--no-sync"],
    // For so long it waits for who is being let in, and does not answer.
    settings: ["fsync=off", "authentication_timeout=600"],
  });
  onTestFinished(server.stop);
  const [found] = await query(server.url, "show hba_file");
  await query(
    server.url,
    `copy (values ('host all all all scram-sha-256')) to '${found?.hba_file}'`,
  );
  await query(server.url, "select pg_reload_conf()");
  const url = new URL(server.url);
  url.password = "";
  const late = new Promise<"it hangs">((resolve) =>
    setTimeout(resolve, 40_000, "it hangs").unref(),
  );
  expect(await Promise.race([begin(url.href).outcome, late])).toEqual({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(
      /^migrate_to_events: \S+: connecting failed: the server asks for a password, and none is given \(28P01\)\. See that .* Nothing was written\.\n$/,
    ),
  });
});

it("what another transaction makes impossible is done again", async () => {
  const url = await database();
  const { letGo } = await held(url);
  await letGo();
  await query(
    url,
    `create sequence tries;
     create function overtaken() returns trigger language plpgsql as $$ begin
       if nextval('tries') < 3 then raise 'not yet' using errcode = 'serialization_failure'; end if;
       return new;
     end $$;
     create trigger overtaken before insert on events for each row
       when (new.position = 1) execute function overtaken()`,
  );
  const { code, stderr } = await into(legacy, url, "--force");
  expect(
    stderr.match(/^Trying again in \d\.\d s: \S+: another transaction came between\.$/gm),
  ).toHaveLength(2);
  expect(code).toBe(0);
  expect(await query(url, runs)).toEqual([{ n: 1 }]);
  await isMigrated(url);
});

it("a server that has no room for a connection is asked again until it has", async () => {
  const url = new URL(await database());
  const [password, role] = ["of tests", `r${url.pathname.slice(1)}`];
  await query(url.href, `create role ${role} login password '${password}' connection limit 0`);
  await query(url.href, `alter database ${url.pathname.slice(1)} owner to ${role}`);
  const admin = url.href;
  onTestFinished(async () => {
    await query(
      admin,
      `reassign owned by ${role} to current_user; drop owned by ${role}; drop role ${role}`,
    );
  });
  url.username = role;
  url.password = password;
  const running = begin(url.href);
  await running.says(trying, 2);
  await query(admin, `alter role ${role} connection limit 5`);
  const { code, stderr } = await running.outcome;
  expect(stderr).toMatch(/^Trying again in \d\.\d s: .* too many connections .* \(53300\)\.$/m);
  expect(code).toBe(0);
});

describe("a server that cannot be reached", { concurrent: true }, () => {
  /** A port that nobody listens on, as one was free a moment ago. */
  const refused = async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { readonly port: number };
    await new Promise((resolve) => server.close(resolve));
    return `postgresql://ada:topsecret@127.0.0.1:${port}/x`;
  };
  const each = [
    ["--force"],
    ["dry-run"],
    ["verify-only"],
    ["status"],
    ["rollback", "--force"],
    ["rebuild-views"],
  ];

  it.each(each)(
    "ends %s with 15, once it was tried for as long as the patience",
    async (...words) => {
      const { code, stdout, stderr } = await into(
        legacy,
        await refused(),
        "--patience",
        "1",
        ...words,
      );
      const writes = !["verify-only", "status"].includes(words[0] ?? "");
      expect(stderr).toMatch(
        /^Trying again in \d\.\d s: .*: connecting failed: connect ECONNREFUSED/m,
      );
      expect(lines(stderr).at(-1)).toMatch(
        /: connecting failed: connect ECONNREFUSED .* \(ECONNREFUSED\)\./,
      );
      expect(lines(stderr).at(-1)?.endsWith(" Nothing was written.")).toBe(writes);
      expect(`${stdout}${stderr}`).not.toContain("topsecret");
      expect(code).toBe(15);
    },
  );

  it("because nobody knows its name ends it with 15", async () => {
    const url = "postgresql://ada:topsecret@nobody.invalid/x";
    const { code, stderr } = await into(legacy, url, "--patience", "0", "--force");
    expect(lines(stderr).at(-1)).toMatch(/nobody\.invalid.* Nothing was written\.$/);
    expect(stderr).not.toContain(trying);
    expect(code).toBe(15);
  });

  it("or does not know what it is asked for is not asked again, and it says what to do", async () => {
    const wrong = (change: (url: URL) => void) => {
      const url = new URL(inject("postgres"));
      change(url);
      return url.href;
    };
    const cases = [
      [
        wrong((url) => {
          url.password = "topsecret";
        }),
        /password authentication failed .* See that the URL has the right user and password/,
      ],
      [
        wrong((url) => {
          url.password = "";
        }),
        /password \S+ by client \(28P01\)\. See that/,
      ],
      [
        wrong((url) => {
          url.pathname = "/nowhere";
        }),
        /"nowhere" does not exist \(3D000\)\. Make that database, or name one that is there\./,
      ],
    ] as const;
    for (const [url, sentence] of cases) {
      for (const words of [["--force"], ["verify-only"], ["status"]]) {
        const { code, stdout, stderr } = await into(legacy, url, ...words);
        expect(stderr).toMatch(sentence);
        expect(`${stdout}${stderr}`).not.toMatch(/Trying again|topsecret/);
        expect(code).toBe(2);
      }
    }
  });
});

describe("the answer to the commit", () => {
  /** A database in which the commit of a run takes long, and the command on its way into it. */
  const committing = async () => {
    const url = await database();
    const { letGo } = await held(url);
    await letGo();
    await query(url, SlowCommit.sql(1, 4));
    return inCommitOf(url);
  };
  const inCommitOf = async (url: string, ...words: ReadonlyArray<string>) => {
    const proxy = await TcpProxy.start(url);
    onTestFinished(() => proxy.stop());
    const running = begin(proxy.through(url), ...words);
    const inCommit = `select pid from pg_stat_activity
      where datname = current_database() and query = 'commit' and wait_event = 'PgSleep'`;
    while ((await query(url, inCommit)).length === 0) expect(running.child.exitCode).toBeNull();
    return { url, proxy, ...running };
  };
  const unknown =
    "It is unknown whether all was kept or nothing: verify-only tells, and it is safe to run again.";

  it("that is lost ends it with 14, and nothing is done again", async () => {
    const { url, proxy, outcome } = await committing();
    proxy.cut();
    const { code, stdout, stderr } = await outcome;
    expect(lines(stderr).at(-1)).toContain(unknown);
    expect(stderr).not.toContain(trying);
    expect(stdout).not.toContain("Migration complete");
    expect(code).toBe(14);
    expect(await into(legacy, url, "--force")).toMatchObject({ code: 0 });
    expect(await query(url, runs)).toEqual([{ n: 1 }]);
    await isMigrated(url);
  });

  it("of a rollback that is lost ends it with 14, and status tells", async () => {
    const url = await database();
    expect(await into(legacy, url, "--force")).toMatchObject({ code: 0 });
    await query(url, SlowCommit.sql(1, 4, "delete"));
    const { proxy, outcome } = await inCommitOf(url, "rollback");
    proxy.cut();
    const { code, stdout, stderr } = await outcome;
    expect(lines(stderr).at(-1)).toContain(
      "It is unknown whether all was kept or nothing: status tells, and is to be asked before this is run again.",
    );
    expect(stderr).not.toContain(trying);
    expect(stdout).toBe("");
    expect(code).toBe(14);
    // The server has gone on with it.
    const events = "select count(*)::int as n from events";
    while ((await query(url, events))[0]?.["n"] !== 0);
    expect((await into(legacy, url, "status")).stdout).toMatch(/; rolled back 20/);
  });

  it("is not waited for after Ctrl-C twice, and the first one says what is true then", async () => {
    const { url, child, says, outcome } = await committing();
    child.kill("SIGINT");
    await says(
      "Still ending in order. Once more ends it at once: the commit is under way, and then nobody knows whether all was kept or nothing: verify-only tells",
    );
    child.kill("SIGINT");
    expect(await outcome).toMatchObject({ code: null });
    expect(child.signalCode).toBe("SIGINT");
    expect(await into(legacy, url, "--force")).toMatchObject({ code: 0 });
    expect(await query(url, runs)).toEqual([{ n: 1 }]);
    await isMigrated(url);
  });
});

it("a commit whose wait for its standby is cancelled ends with 14, and is there", async () => {
  const server = await PostgresServer.start({
    initdbFlags: ["--no-locale", "--no-sync"],
    settings: ["fsync=off", "synchronous_standby_names=nobody"],
  });
  onTestFinished(server.stop);
  const url = new URL(server.url);
  url.searchParams.set("options", "-c synchronous_commit=local");
  const local = url.href;
  const running = begin(server.url, "--patience", "60");
  const waiting = "from pg_stat_activity where query = 'commit' and wait_event = 'SyncRep'";
  while ((await query(local, `select 1 ${waiting}`)).length === 0) {
    expect(running.child.exitCode).toBeNull();
  }
  await query(local, `select pg_cancel_backend(pid) ${waiting}`);
  const { code, stderr } = await running.outcome;
  expect(lines(stderr).at(-1)).toContain("waits for its standby");
  expect(lines(stderr).at(-1)).toContain("verify-only tells, and it is safe to run again.");
  expect(stderr).not.toContain(trying);
  expect(code).toBe(14);
  await isMigrated(local);
  expect(await run(["--event-store-url", local, "status"])).toMatchObject({ code: 0 });
  expect(await query(local, tables)).not.toEqual([]);
});
