import { existsSync, statfsSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { rows, tables } from "./billing.ts";
import * as Program from "./program.ts";
import { as, database, query, start, versions } from "./server.ts";

/** What a role may not read, a server cannot say, or a disk cannot hold ends with a sentence, and no log. */

const { run, file, copies, temporary } = Program.make("billingProgram");

let files = 0;
/** A log that is not there yet. */
const fresh = () => {
  files += 1;
  return file(`log-${files}.db`);
};

describe.each(versions)("PostgreSQL %i", (version) => {
  let server = "";
  beforeAll(async () => {
    server = await start(version);
    await query(server, "create role reader login password 'reads'");
  });

  /** The command says that, ends so, and has made no log in a file. */
  const refuses = async (
    url: string,
    code: number,
    ...sentences: ReadonlyArray<string | RegExp>
  ) => {
    const path = fresh();
    const outcome = await run({ LEGACY_URL: url, EVENT_STORE_URL: `sqlite:${path}` }, "--force");
    for (const sentence of sentences) {
      expect(outcome.said).toEqual(
        typeof sentence === "string"
          ? expect.stringContaining(sentence)
          : expect.stringMatching(sentence),
      );
    }
    expect(outcome.code).toBe(code);
    expect(existsSync(path)).toBe(false);
    expect(copies()).toEqual([]);
  };
  const migrates = async (url: string, said: string) => {
    const outcome = await run({ LEGACY_URL: url, EVENT_STORE_URL: `sqlite:${fresh()}` }, "dry-run");
    expect(outcome.said).toContain(said);
    expect(outcome.code).toBe(0);
  };

  it("a role reads what is declared, and only that, or is told what it lacks", async () => {
    const url = await database(
      server,
      ...tables,
      ...rows,
      "grant usage on schema billing to reader",
      `grant select (id, customer, total, paid, status, "issuedOn", created_at, updated_at, notes, plan_id)
         on billing.invoices to reader`,
      'grant select on billing."Lines" to reader',
      "grant select (id) on plans to reader",
    );
    const reader = as(url, "reader", "reads");
    await refuses(
      reader,
      1,
      "permission denied for table plans. The role of --legacy-url has to read every row of what is declared. Nothing was written; grant it SELECT",
    );
    await query(url, "grant select (name) on plans to reader");
    await migrates(reader, "Migration complete: 200 Invoice migrated");
    // As the role of the log it would have to lock the tables.
    await query(url, "grant create on schema public to reader");
    const env = { LEGACY_URL: url, EVENT_STORE_URL: reader };
    const refused = await run(env, "--force");
    expect(refused.said).toMatch(
      /permission denied for (table|view) \S+\. The log is in the database of the source, so the run keeps writers out of .*"billing\.invoices".* until it is committed, and the role of the log's URL may not lock them\. Nothing was written; grant it UPDATE on them/,
    );
    expect(refused.code).toBe(1);
    expect(await query(url, "select to_regclass('events')::text as log")).toEqual([{ log: null }]);
    await query(url, 'grant update on plans, billing.invoices, billing."Lines" to reader');
    expect(await run(env, "--force")).toMatchObject({ code: 0 });
  });

  it("rows that a policy hides from the role are not left out without a word", async () => {
    const url = await database(
      server,
      ...tables,
      ...rows,
      "grant usage on schema billing to reader",
      'grant select on plans, billing.invoices, billing."Lines" to reader',
      "alter table billing.invoices enable row level security",
      "create policy paid on billing.invoices to reader using (paid)",
    );
    const reader = as(url, "reader", "reads");
    await refuses(
      reader,
      1,
      'query would be affected by row-level security policy for table "invoices"',
      "where a policy hides rows from it, BYPASSRLS",
    );
    await query(url, "alter role reader bypassrls");
    await migrates(reader, "Migration complete: 200 Invoice migrated");
    await query(url, "alter role reader nobypassrls");
  });

  it("a database of bytes without an encoding", async () => {
    const url = await database(server, "select 1");
    await query(
      url,
      "create database ascii template template0 encoding 'SQL_ASCII' locale_provider libc locale 'C'",
    );
    const ascii = new URL(url);
    ascii.pathname = "/ascii";
    await query(ascii.href, [...tables, ...rows].join(";"));
    await refuses(ascii.href, 1, "is of the encoding SQL_ASCII, so that nobody knows");
  });

  it("more than the disk has room for, with both numbers, before a row is read", async () => {
    const url = await database(
      server,
      ...tables,
      ...rows,
      "alter table billing.invoices rename to few",
      `create view billing.invoices as select few.* from billing.few, generate_series(1, 9000000000000000)`,
    );
    const { bavail, bsize } = statfsSync(temporary);
    const path = fresh();
    const { code, said } = await run(
      { LEGACY_URL: url, EVENT_STORE_URL: `sqlite:${path}` },
      ...["--force", "--leave-out", "billing.few"],
    );
    const [, free, needed] =
      /: \S+temporary has ([\d.]+) MB free, and the copy of the tables may need ([\d.]+) MB\. Nothing was changed; free some space, or name another folder in SQLITE_TMPDIR\.\n$/.exec(
        said,
      ) ?? [];
    // 200 times as many rows of at least 24 bytes.
    expect(Number(needed)).toBeGreaterThan(4e13);
    expect(Math.abs(Number(free) * 1e6 - bavail * bsize)).toBeLessThan(1e9);
    expect(code).toBe(1);
    expect(existsSync(path)).toBe(false);
    expect(copies()).toEqual([]);
  });

  it("a table or a column that is not there is told as one of a database", async () => {
    const url = await database(
      server,
      ...tables,
      ...rows,
      "drop table plans",
      "alter table billing.invoices drop column notes",
    );
    await refuses(
      url,
      4,
      "Bad data: billing.invoices notes is missing: every version of this table has it",
      "Bad data: plans id is missing: rows are looked up there",
    );
    const verified = await run({ LEGACY_URL: url, EVENT_STORE_URL: url }, "verify-only");
    expect(verified.said).toContain(
      "Invoice legacy: unreadable: there is no such table, and rows are looked up there (plans)",
    );
    expect(verified.code).toBe(3);
  });

  it("a table of parts that is not there is said, and so is one of no declared column", async () => {
    const url = await database(server, ...tables, ...rows, 'drop table billing."Lines"');
    await migrates(
      url,
      "Warning: This database has no table billing.Lines: no row of billing.invoices has any there.",
    );
    await query(
      url,
      `create table billing."Lines" (number int);
       insert into billing."Lines" values (1)`,
    );
    await refuses(url, 4, "billing.Lines.number");
  });

  it("what a declared name does not find is undeclared in the schema that it says", async () => {
    const url = await database(server, "create schema billing");
    await migrates(url, "Warning: This database has no table billing.invoices: nothing to migrate");
    await query(url, "create table billing.bills (id int)");
    await refuses(
      url,
      4,
      "This database has what no known version of the billing service made: billing.bills.",
    );
  });
});
