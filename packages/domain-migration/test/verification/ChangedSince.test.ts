import { describe, expect, it } from "vitest";
import { changed, paths, type Run, verify } from "./Harness.ts";
import * as Sample from "./Sample.ts";
import { migratedAt } from "./sample/Stream.ts";

const path = paths();
const clean = path();
Sample.write(clean, "2026-01-26");

const after = async (change: (run: Run) => unknown) => verify(await changed(clean, path(), change));

const later = "2026-02-02 08:00:00";
const stillWrites = (column: string) =>
  `the row's ${column} is after the migration: the bot still writes`;
const isNew = "the row's id is above all that were migrated: the bot may still write";

const copyOf = (run: Run, table: string, changes: Readonly<Record<string, string>>) => {
  const columns = run("SELECT name FROM pragma_table_info(?)", table).map(({ name }) => `${name}`);
  const values = columns.map((name) => changes[name] ?? name);
  run(`INSERT INTO ${table} SELECT ${values.join()} FROM ${table} ORDER BY rowid LIMIT 1`);
};
/** Above all in the sample. */
const highest = "9007199254741042";
const anotherHash = `'0x' || '${"ef".repeat(32)}'`;

describe("a bot that went on writing", () => {
  it.each<readonly [string, (run: Run) => unknown, ReadonlyArray<string>]>([
    [
      "a position that moved",
      (run) =>
        run(
          `UPDATE trade_accumulators SET accumulated_long = 9, last_updated = '${later}'
           WHERE symbol = 'NVDA'`,
        ),
      ["accumulated_long", "last_updated", "net_position"].map(() => stillWrites("last_updated")),
    ],
    [
      "a new trade",
      (run) =>
        copyOf(run, "onchain_trades", {
          ...{ id: "99", tx_hash: anotherHash, created_at: `'${later}'` },
        }),
      [stillWrites("created_at")],
    ],
    [
      "a new trade that does not say when it was written",
      (run) =>
        copyOf(run, "onchain_trades", { id: highest, tx_hash: anotherHash, created_at: "null" }),
      [isNew],
    ],
    [
      "a new order, which is pending and has no time",
      (run) =>
        run(
          `INSERT INTO offchain_trades (id, symbol, shares, direction, broker, status)
           VALUES (${highest}, 'GME', 1, 'BUY', 'schwab', 'PENDING')`,
        ),
      [isNew],
    ],
    [
      "tokens that were refreshed",
      (run) => run(`UPDATE schwab_auth SET access_token_fetched_at = '${later}Z'`),
      [stillWrites("access_token_fetched_at")],
    ],
  ])("shows in %s", async (_, change, expected) => {
    const { differences, lines, report } = await after(change);
    expect(differences.map(({ since }) => since)).toEqual(expected);
    for (const [place, line] of lines.entries()) expect(line).toMatch(`; ${expected[place]}`);
    expect(report).toMatchObject({ since: expected.length, differences: expected.length });
  });

  it.each(["FILLED", "FAILED", "COMPLETED"])("shows in an order that is %s now", async (status) => {
    const { differences } = await after((run) => {
      run("PRAGMA ignore_check_constraints = on");
      run(`UPDATE offchain_trades SET status = '${status}'
        WHERE status IN ('PENDING', 'SUBMITTED')`);
    });
    expect(differences.length).toBeGreaterThan(0);
    for (const { since } of differences) {
      expect(since).toBe("the order has gone on since: the bot may still write");
    }
  });
});

describe("what shows nothing", () => {
  it.each<readonly [string, (run: Run) => unknown]>([
    ["a row edited by hand", (run) => run("UPDATE onchain_trades SET amount = 77 WHERE id = 11")],
    [
      "a time that is that of the migration",
      (run) =>
        run("UPDATE trade_accumulators SET last_updated = ? WHERE symbol = 'NVDA'", migratedAt),
    ],
    [
      "an event that is gone",
      (run) => {
        run("DELETE FROM events WHERE aggregate_type = 'OffchainOrder' AND aggregate_id = '1'");
        run("DELETE FROM offchain_order_view WHERE view_id = '1'");
      },
    ],
    [
      "an event of a stream that is damaged otherwise",
      (run) => run("UPDATE events SET payload = '{' WHERE aggregate_id = 'NVDA'"),
    ],
    [
      "an order that is less far than its event",
      (run) =>
        run(
          "UPDATE offchain_trades SET status = 'PENDING', executed_at = NULL WHERE status = 'FILLED'",
        ),
    ],
    ["a file that was never migrated", (run) => run("DELETE FROM events")],
  ])("%s", async (_, change) => {
    const { differences, report } = await after(change);
    expect(differences.length).toBeGreaterThan(0);
    expect(differences.filter(({ since }) => since !== null)).toEqual([]);
    expect(report.since).toBe(0);
  });
});

it("takes the last of several migrations for the one that a row without an event is later than", async () => {
  const { differences } = await after((run) => {
    run(
      `UPDATE events SET payload = json_set(payload, '$.Migrated.migrated_at', '2026-03-01T00:00:00Z')
       WHERE rowid = (SELECT max(rowid) FROM events WHERE aggregate_type = 'OnChainTrade')`,
    );
    copyOf(run, "onchain_trades", {
      ...{ id: "99", tx_hash: anotherHash, created_at: `'${later}'` },
    });
  });
  const missing = differences.filter(({ kind }) => kind === "missing");
  expect(missing.map(({ since }) => since)).toEqual([null]);
});
