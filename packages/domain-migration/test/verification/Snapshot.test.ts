import { execFileSync } from "node:child_process";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import { Effect } from "effect";
import { expect, it } from "vitest";
import * as Verification from "../../src/Verification.ts";
import { paths, verify } from "./Harness.ts";
import * as Sample from "./Sample.ts";

const path = paths();

/** In a process of its own: two libraries in one process do not see each other's locks. */
const commit = (file: string, sql: string): void => {
  const script = `
    const db = new (require("node:sqlite").DatabaseSync)(process.argv[1]);
    db.exec(process.argv[2]);
    db.close();`;
  execFileSync(process.execPath, ["--no-warnings", "-e", script, file, sql]);
};

/** In every table that is read after the trades, and in that of the trades too. */
const changes = `
  BEGIN;
  UPDATE onchain_trades SET amount = amount + 1;
  DELETE FROM trade_accumulators WHERE symbol = 'AAPL';
  UPDATE offchain_trades SET direction = 'SELL';
  UPDATE schwab_auth SET access_token_fetched_at = '2026-02-01 00:00:00';
  DELETE FROM events WHERE aggregate_type <> 'OnChainTrade';
  DELETE FROM offchain_order_view;
  CREATE TABLE undeclared (id);
  COMMIT`;

it("is one snapshot, whatever another process commits meanwhile", async () => {
  const file = path();
  Sample.write(file, "2026-01-26");
  commit(file, "PRAGMA journal_mode = wal");
  const before = await verify(file);
  const lines: Array<string> = [];
  const findings: Array<Verification.Finding> = [];
  let commits = 0;
  const observer: Verification.Observer = {
    onDifferences: (found) => Effect.sync(() => lines.push(...found.map(Verification.describe))),
    onFinding: (finding) => Effect.sync(() => findings.push(finding)),
    onProgress: () =>
      Effect.sync(() => {
        if (commits === 0) commit(file, changes);
        commits += 1;
      }),
  };
  const report = await Verification.verify(observer).pipe(
    Effect.provide(SqliteDatabase.layer({ path: file, mode: "read" })),
    Effect.runPromise,
  );
  expect(commits).toBe(4);
  expect(lines).toEqual([]);
  expect(findings).toEqual(before.findings);
  expect(report).toEqual(before.report);

  const after = await verify(file);
  expect(after.report.differences).toBeGreaterThan(10);
  expect(after.findings).not.toEqual(before.findings);
});
