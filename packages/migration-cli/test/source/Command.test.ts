import { existsSync, readFileSync } from "node:fs";
import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { rows, tables } from "./billing.ts";
import * as Program from "./program.ts";
import { database, query, start, versions } from "./server.ts";
import * as SlowCommit from "@ledgerfold/fixtures/SlowCommit";

/** The real command on real servers: rows in PostgreSQL, the log there, elsewhere and in a file. */

const { begin, run, file, copies } = Program.make("billingProgram");

describe.each(versions)("PostgreSQL %i", (version) => {
  let server = "";
  beforeAll(async () => {
    server = await start(version);
  });
  const made = () => database(server, ...tables, ...rows);
  const all = { LEGACY_URL: "", EVENT_STORE_URL: "" };

  it("migrates and verifies where rows and log are one database", async () => {
    const url = await made();
    const env = { ...all, LEGACY_URL: url, EVENT_STORE_URL: url };
    const dry = await run(env, "dry-run");
    expect(dry.said).toContain("Migration complete: 200 Invoice migrated");
    expect(dry.code).toBe(0);
    expect(await query(url, "select to_regclass('events')::text as log")).toEqual([{ log: null }]);
    const first = await run(env, "--force");
    expect(first.said).toContain("The log is in the same database: until it is committed");
    expect(first.said).toMatch(
      /Copied the rows of postgresql:\/\/\S+ \(PostgreSQL \d+\.\d+\), snapshot [\d:,]+ of \d{4}-\d\d-\d\dT[\d:.]+Z\./,
    );
    expect(first.said).not.toContain("is not in the log");
    expect(first.code).toBe(0);
    const [event] = await query(
      url,
      "select payload::text from events where aggregate_id like '%000001'",
    );
    expect(JSON.parse(String(event?.payload))).toEqual({
      _tag: "Issued",
      customer: "Customer 1",
      total: "1.000000000000001",
      paid: false,
      status: "Sent",
      issued_on: "2025-01-02",
      created_at: "2024-12-31T22:01:00.123456Z",
      updated_at: "2025-01-15T11:00:01Z",
      notes: null,
      plan: "Team",
      lines: [
        { id: 1, amount: "0.5" },
        { id: 2, amount: "1" },
        { id: 3, amount: "1.5" },
      ],
    });
    const report = file(`report-${version}.json`);
    const verified = await run(env, "verify-only", "--report", report);
    expect(verified.said).toContain("Invoice: 200 rows, 200 same");
    expect(verified.code).toBe(0);
    const { summary } = JSON.parse(readFileSync(report, "utf8"));
    expect(summary.source).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+/) });
    expect(summary.source.database).not.toContain("of%20tests");
    const again = await run(env, "--force");
    expect(again.said).toContain("Migration complete: 0 Invoice migrated");
    await query(
      url,
      `update billing.invoices set total = total + 1e-15 where customer = 'Customer 7';
       update billing."Lines" set amount = 7 where invoice_id::text like '%000009' and id = 2;
       update plans set name = 'Squad' where id = 2`,
    );
    const found = await run(env, "verify-only");
    expect(found.said).toMatch(/different: Invoice "\S+000007", event total/);
    expect(found.said).toMatch(/different: Invoice "\S+000009", event lines\[1\]\.amount/);
    expect(found.said).toMatch(/different: Invoice "\S+000001", event plan/);
    expect(found.code).toBe(3);
    const changed = await run(env, "verify-only", "--against", report);
    expect(changed.said).toContain("legacy billing.invoices: 199 of 200 rows unchanged");
    const rebuilt = await run({ ...all, EVENT_STORE_URL: url }, "rebuild-views");
    expect(rebuilt).toMatchObject({ code: 0 });
    await query(url, "update billing.invoices set paid = not paid");
    for (const form of ["--force", "dry-run"]) {
      const refused = await run(env, form);
      expect(refused.said).toContain("200 Invoice paid: true for false and false for true (");
      expect(refused.code).toBe(6);
    }
    expect(copies()).toEqual([]);
  });

  it("keeps the log in another database or in a file, and says what is not in it", async () => {
    const url = await made();
    const other = await database(server, "select 1");
    const path = file(`log-${version}.db`);
    for (const log of [other, `sqlite:${path}`]) {
      const env = { ...all, LEGACY_URL: url, EVENT_STORE_URL: log };
      const dry = await run(env, "dry-run");
      expect(dry).toMatchObject({ code: 0 });
      expect(existsSync(path)).toBe(false);
      const { code, said } = await run(env, "--force");
      expect(said).toContain(
        "What the billing service writes to it from then on is not in the log.",
      );
      expect(said).toContain("Migration complete: 200 Invoice migrated");
      expect(code).toBe(0);
      expect((await run(env, "status")).said).toMatch(/Next, .* verify-only\n$/);
      const { LEGACY_URL: _, ...logOnly } = env;
      expect((await run(logOnly, "status")).said).toMatch(
        /Next, .* verify-only --legacy-url URL\n$/,
      );
      await query(url, "insert into plans values (3, 'Later', 1)");
      expect(await run(env, "verify-only")).toMatchObject({ code: 0 });
      const clean = await run(env, "--force", "--clean", ...(log === other ? [] : ["--no-backup"]));
      expect(clean.said).toContain("Deleted 200 events");
      expect(clean.said).toContain("0 of them no row brings back");
      expect(clean).toMatchObject({ code: 0 });
      await query(url, "delete from plans where id = 3");
    }
    expect(copies()).toEqual([]);
  });

  it("keeps writers out until the log is committed, and does not wait for them for ever", async () => {
    const url = await made();
    const env = { ...all, LEGACY_URL: url, EVENT_STORE_URL: url };
    expect(await run(env, "--force")).toMatchObject({ code: 0 });
    await query(
      url,
      "insert into billing.invoices select gen_random_uuid(), customer, total, paid, status, null, created_at from billing.invoices",
    );
    await query(url, SlowCommit.sql(201, 3));
    const running = begin(env, "--force");
    await running.says("Copied the rows");
    // Without the lock this would be done while the commit still takes its three seconds.
    const seen = query(url, "update plans set name = 'Basic!' where id = 1").then(() =>
      query(url, "select count(*)::int as events from events"),
    );
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(await seen).toEqual([{ events: 400 }]);
    await query(url, "update plans set name = 'Basic' where id = 1");
    const writer = new pg.Client({ connectionString: url });
    await writer.connect();
    await writer.query("begin; update plans set price = 6 where id = 1");
    const held = await run(env, "--force", "--patience", "3");
    expect(held.said).toMatch(
      /^Trying again in \d\.\d s: \S+: a transaction that has written to "billing\.\S+ .* goes on\.$/m,
    );
    expect(held.said).toMatch(/ goes on, and the log is to hold .* Nothing was written; wait/);
    expect(held.code).toBe(5);
    const patient = begin(env, "--force");
    await patient.says(" goes on.\n");
    // Between two tries others get to write.
    await query(url, "update plans set price = 7 where id = 2");
    await writer.query("commit");
    await writer.end();
    const { code, said } = await patient.ended;
    expect(code).toBe(0);
    expect(said.match(/^Run /gm)).toHaveLength(1);
    expect(copies()).toEqual([]);
  });

  it("begins anew where the source is lost in the midst of its copy", async () => {
    const url = await made();
    const path = file(`lost-${version}.db`);
    // The 150th row waits for whoever holds this lock.
    await query(
      url,
      `create schema hidden;
       alter table billing.invoices set schema hidden;
       create function wait(customer text) returns boolean language plpgsql as $$ begin
         if customer = 'Customer 150' then perform pg_advisory_xact_lock(1); end if;
         return true;
       end $$;
       create view billing.invoices as select * from hidden.invoices where wait(customer)`,
    );
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query("select pg_advisory_lock(1)");
    for (const words of [["--force"], ["verify-only"]]) {
      const running = begin({ LEGACY_URL: url, EVENT_STORE_URL: `sqlite:${path}` }, ...words);
      const ended = `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      let isEnded = false;
      void running.ended.then(() => {
        isEnded = true;
      });
      while (!isEnded && (await query(url, ended)).length === 0);
      await running.says("Trying again in ");
      await holder.query("select pg_advisory_unlock(1)");
      const { code, said } = await running.ended;
      expect(said).toMatch(/^Trying again in \d\.\d s: .* terminating connection /m);
      expect(code).toBe(0);
      expect(copies()).toEqual([]);
      await holder.query("select pg_advisory_lock(1)");
    }
    await holder.end();
    expect(await run({ EVENT_STORE_URL: `sqlite:${path}` }, "status")).toMatchObject({
      said: expect.stringMatching(/200 events in the log/),
    });
  });

  it("reads views, and tables that no lock keeps as they are", async () => {
    const url = await made();
    const other = await database(server, "create table plans (id int, name text, price numeric)");
    await query(other, "insert into plans values (1, 'Basic', 5), (2, 'Team', 50)");
    const { hostname, port, username, password, pathname } = new URL(other);
    await query(
      url,
      `create schema hidden;
       alter table billing.invoices set schema hidden;
       create view billing.invoices as select * from hidden.invoices;
       alter table billing."Lines" set schema hidden;
       create materialized view billing."Lines" as select * from hidden."Lines" where id < 3;
       drop table plans;
       create extension postgres_fdw;
       create server other foreign data wrapper postgres_fdw
         options (host '${hostname}', port '${port}', dbname '${pathname.slice(1)}');
       create user mapping for current_user server other
         options (user '${username}', password '${decodeURIComponent(password)}');
       import foreign schema public limit to (plans) from server other into public`,
    );
    const env = { ...all, LEGACY_URL: url, EVENT_STORE_URL: url };
    const { code, said } = await run(env, "--force");
    expect(said).toContain(
      "The rows of plans come from another server: they are as they were there when they were read.",
    );
    // Neither can be locked.
    expect(said).toContain(
      "What the billing service writes to billing.Lines and public.plans from then on is not in the log.",
    );
    expect(said).toContain("Migration complete: 200 Invoice migrated");
    expect(code).toBe(0);
    const [event] = await query(
      url,
      "select payload::text from events where aggregate_id like '%000001'",
    );
    const { plan, lines } = JSON.parse(String(event?.payload));
    expect({ plan, lines }).toEqual({
      plan: "Team",
      lines: [
        { id: 1, amount: "0.5" },
        { id: 2, amount: "1" },
      ],
    });
  });

  it("is refused with a sentence", async () => {
    const url = await made();
    const both = await run(
      { ...all, LEGACY_URL: url, EVENT_STORE_URL: url },
      "--database-url",
      "a.db",
    );
    expect(both.said).toContain("--database-url and --legacy-url each say where the rows are");
    expect(both.code).toBe(2);
    const nowhere = await run({ LEGACY_URL: url }, "--force");
    expect(nowhere.said).toContain("With --legacy-url say where the log is");
    expect(nowhere.code).toBe(2);
    const wrong = await run(
      { LEGACY_URL: "mysql://me:s3cret@host/db", EVENT_STORE_URL: url },
      "--force",
    );
    expect(wrong.said).toContain("--legacy-url must begin with postgresql://");
    const refused = new URL(url);
    refused.password = "not it at all";
    const unknown = await run({ LEGACY_URL: refused.href, EVENT_STORE_URL: url }, "--force");
    expect(unknown.said).toContain("password authentication failed");
    expect(unknown.code).toBe(2);
    const gone = await run(
      { LEGACY_URL: "postgresql://me:s3cret@127.0.0.1:1/db", EVENT_STORE_URL: url },
      ...["dry-run", "--patience", "0"],
    );
    expect(gone.said).toContain("connecting failed: connect ECONNREFUSED 127.0.0.1:1");
    expect(gone.code).toBe(15);
    await query(
      url,
      "create table billing.refunds (id int); alter table billing.invoices add column odd int[]",
    );
    const undeclared = await run({ LEGACY_URL: url, EVENT_STORE_URL: url }, "--force");
    expect(undeclared.said).toContain("billing.invoices.odd, billing.refunds");
    expect(undeclared.code).toBe(4);
    const left = await run(
      { LEGACY_URL: url, EVENT_STORE_URL: url },
      ...["--force", "--leave-out", "billing.refunds", "--leave-out", "billing.invoices.odd"],
    );
    expect(left.code).toBe(0);
    const ledger = await run({ LEGACY_URL: url }, "ledger");
    expect(ledger.said).toMatch(/billing\.refunds +\| \* +\| UNDECLARED/);
    expect(ledger.said).toMatch(/billing\.invoices +\| tags +\| left out/);
    expect(copies()).toEqual([]);
  });
});
