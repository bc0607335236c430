import { readFileSync } from "node:fs";
import * as PgBouncer from "@ledgerfold/fixtures/PgBouncer";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as support from "./support.ts";
import { query, run } from "./support.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const rowsOf = (path: string, sql: string): ReadonlyArray<unknown> => {
  const db = new Sqlite(path, { readonly: true });
  const found = db.prepare(sql).raw().all();
  db.close();
  return found;
};

describe.each([15, 18] as const)("subscriptions in PostgreSQL %i", (version) => {
  let server: Awaited<ReturnType<typeof support.start>>;
  let legacy: string;
  beforeAll(async () => {
    server = await support.start(version);
    legacy = await server.database(20);
  });
  afterAll(() => server.stop());

  const all = "3 Plan, 20 Customer, 39 Invoice";

  it("are looked at, migrated into a file and verified", async () => {
    const path = server.file("events.db");
    const log = `sqlite:${path}`;
    const dry = await run(legacy, log, "dry-run");
    expect(dry.out).toContain("Dry run: Migrated 39 invoices");
    expect(dry.code).toBe(0);

    const first = await run(legacy, log, "--force");
    expect(first.out).toContain(`Migration complete: ${all} migrated`);
    expect(first.code).toBe(0);
    const again = await run(legacy, log, "--force");
    expect(again.out).toContain(`Already there: ${all}`);
    expect(again.code).toBe(0);

    const verified = await run(legacy, log, "verify-only");
    expect(verified.out).toContain("Verification complete: no differences");
    expect(verified.code).toBe(0);
  });

  it("say in their events what their rows say", () => {
    const payload = (type: string, id: string) =>
      rowsOf(
        server.file("events.db"),
        `select payload from events where aggregate_type = '${type}' and aggregate_id = '${id}'`,
      ).join();
    expect(payload("Plan", "0b6f5f0a-8d9e-4d0e-9a53-5a7a1f0e0003")).toMatch(
      /^\{"_tag":"Migrated","code":"company","name":"Company","interval":"Year","price":"1200\.123456789012345","currency":"USD","trial_days":30,"is_archived":true,"features":\{"seats":null,"support":"phone"\},"created_at":"2025-03-30T01:30:00\.500Z","migrated_at":"[^"]+"\}$/,
    );
    // Half past midnight of a summer's night in Berlin.
    expect(payload("Invoice", "1")).toContain('"issued_at":"2025-06-30T22:31:00Z"');
    expect(payload("Invoice", "7")).toContain('"units":"7","amount":"0.7"');
    expect(payload("Customer", "3")).toContain('"cancelled_at":"2025-11-01T10:00:03.123456Z"');
    const events = rowsOf(server.file("events.db"), "select payload from events").join("\n");
    expect(events).not.toContain("card");
  });

  it("go into the server itself, and each change of a row is found", async () => {
    const both = await server.database(20);
    expect((await run(both, both, "--force")).code).toBe(0);
    const changes: ReadonlyArray<readonly [sql: string, named: string]> = [
      [
        "update billing.fees set amount = amount + 0.000000000000001 where invoice_id = 7 and units = 7",
        'Invoice "7", event fees[1].amount',
      ],
      [
        "update billing.invoices set issued_at = issued_at + interval '1 microsecond' where id = 1",
        'Invoice "1", event issued_at',
      ],
      [
        `update billing.plans set features = '{"seats": 2, "support": "mail"}' where code = 'starter'`,
        'Plan "0b6f5f0a-8d9e-4d0e-9a53-5a7a1f0e0001", event features',
      ],
      [
        "update billing.plans set archived = not archived where code = 'team'",
        'Plan "0b6f5f0a-8d9e-4d0e-9a53-5a7a1f0e0002", event is_archived',
      ],
      [
        "delete from billing.fees where invoice_id = 9 and description = 'Seats'",
        'Invoice "9", event fees',
      ],
      [
        `insert into billing.customers
          select 21, 'x', null, plan_id, status, subscribed_on, null, 0, null, '{}', created_at, updated_at
          from billing.customers where id = 1`,
        'missing: Customer "21"',
      ],
    ];
    for (const [sql] of changes) await query(both, sql);
    const { code, out } = await run(both, both, "verify-only");
    const found = out.split("\n").filter((line) => /^(different|missing|extra)/.test(line));
    for (const [, named] of changes) {
      expect(found.filter((line) => line.includes(named))).toHaveLength(1);
    }
    expect(found).toHaveLength(changes.length);
    expect(code).toBe(3);
  });

  it("are read and go into the server by way of a pooler, too", async () => {
    const direct = await server.database(20);
    const pooler = await PgBouncer.start(direct, { connections: 6 });
    try {
      for (const [search, isFile] of [
        ["", true],
        ["", false],
        ["?prepare=false", false],
      ] as const) {
        const pooled = new URL(pooler.url);
        pooled.search = search;
        const log = isFile ? `sqlite:${server.file("pooled.db")}` : pooled.href;
        const done = async (...words: ReadonlyArray<string>) => {
          const { code, out, err } = await run(pooled.href, log, ...words);
          expect({ words, code, err }).toMatchObject({ words, code: 0 });
          return out;
        };
        expect(await done("--force")).toContain(`Migration complete: ${all} migrated`);
        expect(await done("verify-only")).toContain("Verification complete: no differences");
        if (isFile) continue;
        expect(await done("status")).toMatch(/^Run [0-9a-f-]{36} of /m);
        expect(await done("rollback", "--force")).toContain("events deleted");
      }
    } finally {
      await pooler.stop();
    }
  });

  it("are proven in a report that later rows are held against", async () => {
    const path = server.file("proof.json");
    const log = `sqlite:${server.file("events.db")}`;
    expect((await run(legacy, log, "verify-only", "--report", path)).code).toBe(0);
    const { summary } = JSON.parse(readFileSync(path, "utf8"));
    expect(summary.tables.map(({ table }: { table: string }) => table)).toEqual(
      expect.arrayContaining(["billing.plans", "billing.invoices", "billing.fees", "events"]),
    );
    expect((await run(legacy, log, "verify-only", "--against", path)).code).toBe(0);
    await query(legacy, "update billing.customers set name = 'x' where id = 2");
    const { code, out } = await run(legacy, log, "verify-only", "--against", path);
    await query(legacy, "update billing.customers set name = 'Customer 2' where id = 2");
    expect(out).toMatch(/changed since: legacy billing\.customers/);
    expect(code).toBe(3);
  });

  it("that no event can say are refused in one report, and nothing is written", async () => {
    const bad = await server.database(5);
    await query(
      bad,
      `update billing.plans set currency = 'eur' where code = 'team';
       update billing.invoices set total = 'NaN' where id = 3;
       update billing.invoices set issued_at = '2025-10-26 02:30:00' where id = 2;`,
    );
    const path = server.file("refused.db");
    const { code, out, err } = await run(bad, `sqlite:${path}`, "--force");
    const said = `${out}\n${err}`;
    expect(said).toMatch(/billing\.invoices.* 3 .*total/);
    expect(said).toMatch(/billing\.invoices.* 2 .*issued_at.*Europe\/Berlin/);
    expect(code).toBe(4);
  });

  it("are not migrated past a table that nobody declared", async () => {
    const grown = await server.database(5);
    await query(grown, "create table billing.coupons (id bigint primary key)");
    const { code, err, out } = await run(grown, `sqlite:${server.file("grown.db")}`, "--force");
    expect(`${out}${err}`).toContain("billing.coupons");
    expect(code).toBe(4);
  });

  it("have findings of their own", async () => {
    const found = await server.database(5);
    await query(found, "update billing.invoices set total = total + 1 where id = 4");
    const log = `sqlite:${server.file("found.db")}`;
    expect((await run(found, log, "--force")).code).toBe(0);
    const { code, out } = await run(found, log, "verify-only", "--strict");
    expect(out).toContain("INV-2025-000004");
    expect(code).toBe(9);
  });
});
