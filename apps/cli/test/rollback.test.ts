import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { beforeAll, describe, expect, it } from "vitest";
import { bytes, copy, count, folder, lines, run, sql, start } from "./support.ts";
import { hasScript, onTerminal } from "./terminal.ts";

const migrated = join(folder(), "legacy.db");
let id = "";

const on = (path: string, ...words: ReadonlyArray<string>) =>
  run(["--database-url", path, ...words]);

beforeAll(async () => {
  SampleDatabase.write(migrated, { trades: 12, journalMode: "delete" });
  expect(await on(migrated, "--force", "--no-backup")).toMatchObject({ code: 0 });
  id = String(sql(migrated, "select run_id from ledgerfold_runs")[0]?.run_id);
});

const views = ["onchain_trade_view", "position_view", "offchain_order_view", "schwab_auth_view"];
const other = `insert into events (aggregate_type, aggregate_id, sequence, event_type,
  event_version, payload, metadata)
  select aggregate_type, aggregate_id, 2, 'Filled', '1.0', '{}', '{}'
  from events where aggregate_type = 'OffchainOrder' order by aggregate_id limit 1`;

const another = `insert into onchain_trades (tx_hash, log_index, symbol, amount, direction,
  price_usdc, created_at) select tx_hash, log_index + 500, symbol, amount, direction,
  price_usdc, created_at from onchain_trades`;
const runsIn = (path: string) =>
  sql(
    path,
    `select metadata ->> 'run_id' as run, count(*) as events from events
     group by metadata ->> 'run_id'`,
  );

describe("rollback", { concurrent: true }, () => {
  it("takes back the last run after a backup, and a new one comes after it", async () => {
    const path = copy(migrated);
    const { code, stdout, stderr } = await on(path, "rollback", "--force");
    expect(lines(stdout)).toEqual([`Rolled back the run ${id}: 25 events deleted`]);
    expect(code).toBe(0);
    const backup = /Backed up to "([^"]+)"/.exec(stderr)?.[1] ?? "";
    expect(count(backup, "events")).toBe(25);
    for (const table of ["events", "snapshots", ...views]) expect(count(path, table)).toBe(0);
    const status = await on(path, "status");
    expect(status.stdout).toMatch(/^Nothing is migrated: /m);
    expect(status.stdout).toMatch(new RegExp(`^Run ${id} .*; rolled back 20\\S+Z\\.$`, "m"));
    const again = await on(path, "rollback", "--force");
    expect(again.stderr).toContain("No run has events in this log");
    expect(again.code).toBe(2);
    expect((await on(path, "--force", "--no-backup")).code).toBe(0);
    expect(sql(path, "select min(position) as first from events")).toEqual([{ first: 26 }]);
    expect((await on(path, "verify-only")).code).toBe(0);
  });

  it("takes back the last of several runs, or the one that is named", async () => {
    const path = copy(migrated);
    sql(path, `${another} where id = 1`);
    expect((await on(path, "--force", "--no-backup")).code).toBe(0);
    const both = copy(path);
    const last = await on(path, "rollback", "--force", "--no-backup");
    expect(last.stdout).toMatch(/: 1 event deleted$/m);
    expect(runsIn(path)).toEqual([{ run: id, events: 25 }]);
    const first = await on(both, "rollback", id, "--force", "--no-backup");
    expect(first.stdout).toContain(`Rolled back the run ${id}: 25 events deleted`);
    expect(runsIn(both)).toEqual([{ run: expect.not.stringMatching(id), events: 1 }]);
  });

  it("refuses a run that wrote what this command knows nothing of", async () => {
    const path = copy(migrated);
    sql(path, "update events set aggregate_type = 'Other' where aggregate_type = 'Position'");
    const before = bytes(path);
    const { code, stderr } = await on(path, "rollback", "--force");
    expect(stderr).toContain(`The run ${id} wrote Other, of which this command knows nothing`);
    expect(code).toBe(2);
    expect(bytes(path)).toBe(before);
  });

  it("is refused by name, before the backup, where a stream has moved on", async () => {
    const path = copy(migrated);
    sql(path, other);
    const before = bytes(path);
    const { code, stderr } = await on(path, "rollback", id, "--force");
    expect(stderr).toMatch(/^Moved on: OffchainOrder "1"$/m);
    expect(stderr).toContain(`1 stream of the run ${id} moved on`);
    expect(code).toBe(6);
    expect(bytes(path)).toBe(before);
    expect(readdirSync(dirname(path))).toEqual(["legacy.db"]);
  });

  it("takes a run's id, and says which there are not", async () => {
    const path = copy(migrated);
    for (const [words, said] of [
      [["rollback", "none", "--force"], 'No run "none" has events in this log'],
      [["rollback", "one", "two"], 'There is no subcommand "two".'],
      [["dry-run", "--backup", "rollback", "one"], 'There is no subcommand "one".'],
      [["rollback"], "there is no terminal to ask on"],
      [["rollback", "--clean"], "rollback only takes back what a run wrote"],
    ] as const) {
      const { code, stderr } = await on(path, ...words);
      expect(stderr).toContain(said);
      expect(code).toBe(2);
    }
    expect(bytes(path)).toBe(bytes(migrated));
  });

  it("killed in the middle keeps all or nothing", async () => {
    const path = copy(migrated);
    const { child, outcome, says } = start(["rollback", "--force", "--database-url", path]);
    await says("Backed up to");
    child.kill("SIGKILL");
    await outcome;
    const left = count(path, "events");
    expect([0, 25]).toContain(left);
    expect(count(path, "onchain_trade_view")).toBe(left === 0 ? 0 : 12);
    expect((await on(path, "rollback", "--force")).code).toBe(left === 0 ? 2 : 0);
    expect(count(path, "events")).toBe(0);
  });

  it.skipIf(!hasScript)("asks twice for DELETE, and then about the backup", async () => {
    const path = copy(migrated);
    const question = `This will DELETE the 25 events of the run ${id}! Type 'DELETE' to confirm:`;
    const words = ["--database-url", path, "rollback"];
    const backup = `A backup goes to "${path}.<UTC>.backup" before anything is written. Continue? [y/N]`;
    expect(
      await onTerminal(words, [
        [question, "DELETE\n"],
        [question, "no\n"],
      ]),
    ).toMatchObject({ code: 8 });
    expect(bytes(path)).toBe(bytes(migrated));
    const asked = [
      [question, "DELETE\n"],
      [question, "DELETE\n"],
      [backup, "y\n"],
    ] as const;
    expect(await onTerminal(words, asked)).toMatchObject({ code: 0 });
    expect(count(path, "events")).toBe(0);
  });

  it.skipIf(!hasScript)("takes nothing back where the log has changed since it asked", async () => {
    const path = copy(migrated);
    const question = "Type 'DELETE' to confirm:";
    const { code, screen } = await onTerminal(
      ["--database-url", path, "rollback", "--no-backup"],
      [
        [question, "DELETE\n"],
        [question, "DELETE\n"],
        [
          "Continue? [y/N]",
          () => {
            sql(path, "delete from events where rowid = 1");
            return "y\n";
          },
        ],
      ],
    );
    expect(screen).toContain(
      "There were 25 events when deleting them was confirmed, and there are 24 now",
    );
    expect(code).toBe(8);
    expect(count(path, "events")).toBe(24);
  });
});
