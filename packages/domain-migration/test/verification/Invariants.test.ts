import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { ages } from "@ledgerfold/fixtures/LegacySchema";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { FastCheck as fc } from "effect";
import { damagedFile, execute, tempPath } from "../support/Files.ts";
import { plan } from "../../src/plan.ts";
import { describe as sentence } from "@ledgerfold/verifier/Finding";
import { verify } from "./Harness.ts";

type Db = Parameters<Parameters<typeof damagedFile>[0]>[0];
const { insertOrder, insertPosition, insertTrade } = LegacyDatabase;

const findings = async (fill: (db: Db) => unknown) => (await verify(damagedFile(fill))).findings;
const lines = async (fill: (db: Db) => unknown) => (await findings(fill)).map(sentence);

describe.each(ages)("a healthy file of %s", (age) => {
  it("has no findings", async () => {
    const path = tempPath();
    SampleDatabase.write(path, { trades: 400, age });
    const { findings, report } = await verify(path);
    expect(findings).toEqual([]);
    expect(report.findings).toBe(0);
  });
});

describe("long and short", () => {
  it("are trades less orders of every status, exactly, whatever the token is called", async () => {
    const found = await findings((db) => {
      insertTrade(db, { symbol: "tAAPL", amount: 0.1 });
      insertTrade(db, { symbol: "AAPL0x", amount: 0.2, direction: "BUY" });
      insertTrade(db, { symbol: "AAPLs1", amount: 7, direction: "BUY" });
      insertTrade(db, { symbol: "AAPLs1", amount: 5.5, direction: "SELL" });
      for (const [place, status] of ["FILLED", "FAILED", "SUBMITTED"].entries()) {
        insertOrder(db, { status, shares: 2, direction: "SELL", id: 7 + place });
      }
      insertOrder(db, { shares: 1.25, direction: "BUY" });
      insertPosition(db, {
        accumulated_long: 1.3,
        accumulated_short: 4.25,
        pending_execution_id: 9,
      });
    });
    expect(found).toEqual([]);
  });

  it("say by how much they are off, and from what", async () => {
    const found = await lines((db) => {
      insertTrade(db, { amount: 0.1 });
      insertTrade(db, { amount: 0.2 });
      insertTrade(db, { amount: 3, direction: "SELL" });
      insertOrder(db, { shares: 1n, direction: "BUY" });
      insertPosition(db, { accumulated_long: 0.5, accumulated_short: 3 });
    });
    expect(found).toEqual([
      'finding long-differs: position "AAPL" has accumulated_long 0.5, but BUY trades of 0.3 less SELL orders of 0 make 0.3',
      'finding short-differs: position "AAPL" has accumulated_short 3, but SELL trades of 3 less BUY orders of 1 make 2',
    ]);
  });

  it.each([
    [1, 1 + 1e-9, 0],
    [1, 1 + 1.1e-9, 1],
    [1_000, 1_000 + 9e-7, 0],
    [1_000, 1_000 + 2e-6, 1],
    [0.001, 0.001 + 9e-10, 0],
    [0.001, 0.001 + 1.1e-9, 1],
  ])("of %d may be %d up to float noise: %d findings", async (amount, long, count) => {
    const found = await findings((db) => {
      insertTrade(db, { amount });
      insertPosition(db, { accumulated_long: long });
    });
    expect(found.map(({ kind }) => kind)).toEqual(count === 0 ? [] : ["long-differs"]);
  });

  it("are exact where doubles would not be", async () => {
    const found = await lines((db) => {
      insertTrade(db, { amount: 2 ** 60 });
      insertTrade(db, { amount: 1e-7 });
      insertOrder(db, { shares: 2 ** 60, direction: "SELL" });
      insertPosition(db, { accumulated_long: 0 });
    });
    expect(found).toEqual([
      'finding long-differs: position "AAPL" has accumulated_long 0, but BUY trades of 1152921504606847000.0000001 less SELL orders of 1152921504606847000 make 0.0000001',
    ]);
  });

  it("of a symbol without a position are told", async () => {
    const found = await lines((db) => {
      insertTrade(db, { symbol: "tGME", amount: 2 });
      insertOrder(db, { symbol: "TSLA", shares: 3n, direction: "BUY" });
    });
    expect(found).toEqual([
      'finding no-position: position "GME" does not exist, but its trades and orders make long 2 and short 0',
      'finding no-position: position "TSLA" does not exist, but its trades and orders make long 0 and short -3',
    ]);
  });

  it("are not judged where a row cannot be read, which is a difference", async () => {
    const { findings, report } = await verify(
      damagedFile((db) => {
        insertTrade(db, { amount: "much" });
        insertTrade(db, { symbol: "tTSLA", direction: "HOLD" });
        insertPosition(db, { accumulated_long: 5 });
        insertPosition(db, { symbol: "TSLA", accumulated_long: 5 });
        insertPosition(db, { symbol: "V", accumulated_long: Buffer.from("x") });
      }),
    );
    expect(findings).toEqual([]);
    expect(report.differences).toBeGreaterThan(0);
  });

  it("are those of any rows, by another reckoning", async () => {
    const cents = fc.integer({ min: 1, max: 10_000_000 });
    const row = fc.record({ cents, buys: fc.boolean(), base: fc.constantFrom("A", "B", "t") });
    const rows = fc.array(row, { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(rows, rows, async (trades, orders) => {
        const bases = ["A", "B", "t"] as const;
        const sum = (from: typeof trades, base: string, buys: boolean) =>
          from
            .filter((one) => one.base === base && one.buys === buys)
            .reduce((total, one) => total + one.cents, 0);
        const found = await findings((db) => {
          for (const { cents, buys, base } of trades) {
            const direction = buys ? "BUY" : "SELL";
            insertTrade(db, { symbol: `t${base}`, amount: cents / 100, direction });
          }
          for (const { cents, buys, base } of orders) {
            const direction = buys ? "BUY" : "SELL";
            insertOrder(db, { symbol: base, shares: cents / 100, direction });
          }
          for (const base of bases) {
            insertPosition(db, {
              symbol: base,
              accumulated_long: (sum(trades, base, true) - sum(orders, base, false)) / 100,
              accumulated_short: (sum(trades, base, false) - sum(orders, base, true)) / 100 + 0.01,
            });
          }
        });
        expect(found.map(({ kind }) => kind)).toEqual(bases.map(() => "short-differs"));
      }),
      { numRuns: 20 },
    );
  });
});

describe("an order", () => {
  it("that a position waits for exists, is of its symbol and is live", async () => {
    const found = await lines((db) => {
      insertOrder(db, { id: 1, symbol: "A", status: "FILLED", direction: "BUY" });
      insertOrder(db, { id: 2, symbol: "X", status: "PENDING", direction: "BUY" });
      insertOrder(db, { id: 4, symbol: "D", status: "ODD\u001b", direction: "BUY" });
      insertPosition(db, { symbol: "X", accumulated_short: 0, pending_execution_id: 2 });
      for (const [symbol, pending_execution_id] of [
        ["A", 1],
        ["B", 2],
        ["C", 3],
        ["D", 4],
      ] as const) {
        insertPosition(db, { symbol, pending_execution_id });
      }
    });
    expect(found.filter((line) => !line.includes("short-differs"))).toEqual([
      'finding pending-order-not-live: position "A" waits for order 1, which is FILLED',
      'finding pending-order-of-another-symbol: position "B" waits for order 2, which is of "X"',
      'finding pending-order-missing: position "C" waits for order 3, which does not exist',
      'finding pending-order-not-live: position "D" waits for order 4, which is "ODD\\u001b"',
    ]);
  });

  it("that is live is the only one, and its position waits for it", async () => {
    const found = await findings((db) => {
      insertOrder(db, { id: 1, symbol: "A", status: "PENDING" });
      insertOrder(db, { id: 2, symbol: "A", status: "SUBMITTED" });
      insertOrder(db, { id: 3, symbol: "B", status: "SUBMITTED" });
      insertPosition(db, { symbol: "A", pending_execution_id: 2 });
      insertPosition(db, { symbol: "B", pending_execution_id: null });
    });
    expect(found.filter(({ kind }) => kind !== "long-differs").map(sentence)).toEqual([
      'finding live-order-not-awaited: position "A" does not wait for order 1 of its symbol, which is PENDING',
      'finding live-order-not-awaited: position "B" does not wait for order 3 of its symbol, which is SUBMITTED: the bot\'s own schema migration of 2026-01-26 makes positions forget their orders; settle it with the broker, or set pending_execution_id to 3 again, before you migrate',
      'finding several-live-orders: position "A" has 2 live orders: 1, 2',
    ]);
  });

  it("is one of very many, of which the first are named", async () => {
    const found = await findings((db) => {
      for (let id = 1; id <= 2_500; id++) insertOrder(db, { id, status: "PENDING" });
    });
    const [several] = found.filter(({ kind }) => kind === "several-live-orders");
    expect(several && sentence(several)).toMatch(/18, 19, 20 and 2480 more$/);
    expect(found.filter(({ kind }) => kind === "live-order-not-awaited")).toHaveLength(2_500);
  });
});

describe("a schema nobody has seen", () => {
  const odd = () => {
    const path = damagedFile((db) => insertTrade(db));
    execute(path, "drop table trade_accumulators; delete from onchain_trades");
    execute(path, 'create table "My Notes" (a); alter table onchain_trades add column mood text');
    return path;
  };

  it("is a finding, and none that the operator has named", async () => {
    const { findings, report } = await verify(odd());
    expect(findings.map(sentence)).toEqual([
      "finding undeclared: My Notes is in this database and in no known version of it",
      "finding undeclared: onchain_trades.mood is in this database and in no known version of it",
    ]);
    expect(report).toMatchObject({ differences: 0, findings: 2, leftOut: [] });
    const named = await verify(odd(), { leaveOut: ["my notes", "ONCHAIN_TRADES.Mood"] });
    expect(named.report).toMatchObject({
      findings: 0,
      leftOut: ["My Notes", "onchain_trades.mood"],
    });
  });

  it("cannot be named wrongly", async () => {
    await expect(verify(odd(), { leaveOut: ["onchain_trades.id"] })).rejects.toThrow(
      "--leave-out names onchain_trades.id, which this database does not have or which the column ledger has declared.",
    );
  });
});

it("every kind of finding is told of in the docs", async () => {
  const { readFile } = await import("node:fs/promises");
  const docs = await readFile(new URL("../../../../docs/verification.md", import.meta.url), "utf8");
  expect(
    plan.findings
      .flatMap(({ kinds }) => Object.keys(kinds))
      .filter((kind) => !docs.includes(`| \`${kind}\` `)),
  ).toEqual([]);
});
