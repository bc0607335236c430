import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rows, tables } from "./billing.ts";
import * as Program from "./program.ts";
import { database, query, start, versions } from "./server.ts";

/** Signals in the midst of a copy, and in the wait for its lock. */

const { begin, run, file, copies, temporary } = Program.make("billingProgram");

// No mask takes anything from the mode of a file.
const umask = process.umask(0);
afterAll(() => void process.umask(umask));

/** Invoices as a view whose 150th row takes the server ten minutes. */
const slowly = [
  "create schema hidden",
  "alter table billing.invoices set schema hidden",
  `create view billing.invoices as select * from hidden.invoices
     where pg_sleep(case when customer = 'Customer 150' then 600 else 0 end) is not null`,
];

const until = async (isSo: () => Promise<boolean>) => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
};

/** What the server does for the command. */
const sessions = (url: string) =>
  query(
    url,
    `select state, query, wait_event_type as waits from pg_stat_activity
     where datname = current_database() and application_name = 'billing_to_events'`,
  );
const isCopying = async (url: string) =>
  (await sessions(url)).some(
    ({ state, query }) => state === "active" && String(query).startsWith("fetch"),
  );
const hasNoSession = (url: string) => async () => (await sessions(url)).length === 0;
const hasLog = async (url: string) =>
  (await query(url, "select to_regclass('events')::text as log"))[0]?.log !== null;

describe.each(versions)("PostgreSQL %i", (version) => {
  let server = "";
  beforeAll(async () => {
    server = await start(version);
  });

  for (const [signal, place, ...words] of [
    ["SIGINT", "server", "--force"],
    ["SIGTERM", "file", "--force"],
    ["SIGHUP", "server", "verify-only"],
  ] as const) {
    it(`${signal} ends ${words} with its log in a ${place} at once, and nothing is left`, async () => {
      const url = await database(server, ...tables, ...rows, ...slowly);
      const path = file(`${signal}-${version}.db`);
      const log = place === "server" ? url : `sqlite:${path}`;
      const { child, ended } = begin({ LEGACY_URL: url, EVENT_STORE_URL: log }, ...words);
      await until(() => isCopying(url));
      expect(copies()).toHaveLength(2);
      child.kill(signal);
      const { code, said } = await ended;
      expect(said).toContain("billing_to_events: Interrupted; nothing was changed.\n");
      expect(code).toBe(130);
      expect(copies()).toEqual([]);
      await until(hasNoSession(url));
      expect(await hasLog(url)).toBe(false);
      expect(existsSync(path)).toBe(false);
    });
  }

  it("SIGKILL leaves a copy for its owner alone, which goes with the next run", async () => {
    const url = await database(server, ...tables, ...rows, ...slowly);
    const other = await database(server, ...tables, ...rows);
    const { child, ended } = begin({ LEGACY_URL: url, EVENT_STORE_URL: url }, "--force");
    const living = begin({ LEGACY_URL: url, EVENT_STORE_URL: url }, "dry-run");
    await until(
      async () =>
        (await sessions(url)).filter(({ query }) => /^fetch/.test(String(query))).length === 2,
    );
    const ofDead = copies().filter((name) => name.includes(`-${child.pid}-`));
    const ofLiving = copies().filter((name) => name.includes(`-${living.child.pid}-`));
    child.kill("SIGKILL");
    expect((await ended).code).toBe(null);
    for (const name of ofDead) expect(statSync(join(temporary, name)).mode & 0o777).toBe(0o600);
    expect(ofDead.map((name) => name.replace(/.*\./, "")).sort()).toEqual(["db", "lock"]);
    // What it had asked of the server is given up, and writers are let in.
    await until(async () => (await sessions(url)).length === 1);
    await query(url, "update plans set name = 'Small' where id = 1");
    expect(await hasLog(url)).toBe(false);
    expect(await run({ LEGACY_URL: other, EVENT_STORE_URL: other }, "dry-run")).toMatchObject({
      code: 0,
    });
    expect(copies().sort()).toEqual(ofLiving.sort());
    living.child.kill("SIGINT");
    expect((await living.ended).code).toBe(130);
    expect(copies()).toEqual([]);
  });

  it("a signal does not wait for the lock of the tables", async () => {
    const url = await database(server, ...tables, ...rows);
    const writer = new pg.Client({ connectionString: url });
    await writer.connect();
    await writer.query("begin; update plans set price = 6 where id = 1");
    const { child, ended } = begin({ LEGACY_URL: url, EVENT_STORE_URL: url }, "--force");
    await until(async () => (await sessions(url)).some(({ waits }) => waits === "Lock"));
    child.kill("SIGINT");
    const { code, said } = await ended;
    expect(said).toContain("Interrupted; nothing was changed.");
    expect(said).not.toContain("ten seconds");
    expect(code).toBe(130);
    await until(hasNoSession(url));
    await writer.query("commit");
    await writer.end();
    expect(await hasLog(url)).toBe(false);
    expect(copies()).toEqual([]);
  });
});
