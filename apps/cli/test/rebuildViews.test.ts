import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import * as Stored from "@ledgerfold/fixtures/Stored";
import { beforeAll, describe, expect, it } from "vitest";
import { bytes, copy, folder, lines, run, sql, start } from "./support.ts";

const legacy = join(folder(), "legacy.db");
const sample = SampleDatabase.write(legacy, { trades: 40, journalMode: "delete" });
const migrated = join(folder(), "migrated.db");

const views = [
  ["OnChainTrade", "onchain_trade_view", sample.trades],
  ["Position", "position_view", sample.positions],
  ["OffchainOrder", "offchain_order_view", sample.orders],
  ["SchwabAuth", "schwab_auth_view", sample.auth],
] as const;

beforeAll(async () => {
  copy(legacy, migrated);
  expect(await run(["--database-url", migrated, "--force", "--no-backup"])).toMatchObject({
    code: 0,
  });
});

const rebuild = (path: string, ...words: ReadonlyArray<string>) =>
  run(["rebuild-views", "--database-url", path, ...words]);

const verify = (path: string) => run(["verify-only", "--database-url", path]);

/** What is in the views, through another driver. */
const rows = (path: string) =>
  views.map(([, table]) => sql(path, `select * from ${table} order by view_id`));

describe("rebuild-views", { concurrent: true }, () => {
  it("finds nothing to do where all is right, and changes no byte", async () => {
    const path = copy(migrated);
    for (const words of [[], ["--force"]]) {
      const { code, stdout, stderr } = await rebuild(path, ...words);
      expect(lines(stdout)).toEqual([
        ...views.map(
          ([name, table, count]) =>
            `${name}: ${count} ${count === 1 ? "row" : "rows"} in ${table}, 0 written anew, 0 of no stream removed`,
        ),
        "Views rebuilt: 0 rows changed",
      ]);
      expect(stderr).not.toContain("migrate_to_events:");
      expect(code).toBe(0);
    }
    expect(readdirSync(dirname(path))).toEqual(["legacy.db"]);
    expect(bytes(path) === bytes(migrated)).toBe(true);
  });

  it("makes what was damaged, deleted or added right again", async () => {
    const path = copy(migrated);
    const before = rows(path);
    sql(
      path,
      `update onchain_trade_view set payload = '"Unavailable"', version = 0
       where rowid in (select rowid from onchain_trade_view limit 3)`,
      "update position_view set payload = '{' where view_id = 'AAPL'",
      "insert into position_view (view_id, version, payload) values ('NONE', 1, '{}')",
      "drop table offchain_order_view",
      "delete from schwab_auth_view",
    );
    expect(await verify(path)).toMatchObject({ code: 3 });
    const { code, stdout } = await rebuild(path);
    expect(lines(stdout)).toEqual([
      `OnChainTrade: ${sample.trades} rows in onchain_trade_view, 3 written anew, 0 of no stream removed`,
      `Position: ${sample.positions} rows in position_view, 1 written anew, 1 of no stream removed`,
      `OffchainOrder: ${sample.orders} rows in offchain_order_view, ${sample.orders} written anew, 0 of no stream removed`,
      "SchwabAuth: 1 row in schwab_auth_view, 1 written anew, 0 of no stream removed",
      `Views rebuilt: ${3 + 1 + 1 + sample.orders + 1} rows changed`,
    ]);
    expect(code).toBe(0);
    expect(rows(path)).toEqual(before);
    expect(await verify(path)).toMatchObject({ code: 0 });
  });

  it("goes on where streams cannot be read, names each, and ends with 6", async () => {
    const path = copy(migrated);
    const later = Stored.newest("Position", "ThresholdUpdated");
    sql(
      path,
      "update onchain_trade_view set version = 0",
      "update offchain_order_view set payload = '{}', version = 7 where view_id in ('1', '2')",
      "update events set payload = '{' where aggregate_type = 'OffchainOrder' and aggregate_id = '1'",
      `insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
       values ('Position', 'AAPL', 2, '${later.type}', '1.0', '{"ThresholdUpdated":{}}', '{}')`,
      "delete from position_view where view_id = 'AAPL'",
    );
    const { code, stdout, stderr } = await rebuild(path);
    expect(stderr).toMatch(
      /^Unreadable: event 1 of OffchainOrder "1", at position \d+: The stored event OffchainOrderEvent::Migrated \(version [\d.]+\) cannot be read: its payload is not JSON\.$/m,
    );
    expect(stderr).toMatch(/^Unreadable: event 2 of Position "AAPL", at position \d+: /m);
    expect(stderr).toContain("migrate_to_events: 2 streams cannot be read, as is listed above");
    expect(lines(stderr).at(-1)).toContain("Next, to compare every row: ");
    expect(lines(stdout)).toEqual([
      `OnChainTrade: ${sample.trades} rows in onchain_trade_view, ${sample.trades} written anew, 0 of no stream removed`,
      `Position: ${sample.positions - 1} rows in position_view, 0 written anew, 0 of no stream removed, 1 left as they are`,
      `OffchainOrder: ${sample.orders - 1} rows in offchain_order_view, 1 written anew, 0 of no stream removed, 1 left as they are`,
      "SchwabAuth: 1 row in schwab_auth_view, 0 written anew, 0 of no stream removed",
      `Views rebuilt: ${sample.trades + 1} rows changed`,
    ]);
    expect(code).toBe(6);
    expect(sql(path, "select version from offchain_order_view where view_id = '1'")).toEqual([
      { version: 7 },
    ]);
    const verified = await verify(path);
    expect(verified.stdout).toMatch(/^unreadable: OffchainOrder "1", event payload: is not JSON/m);
    expect(verified.stdout).toMatch(
      /^unreadable: Position "AAPL", event #2 payload: no version can read the event: /m,
    );
    expect(verified.code).toBe(3);
  });

  it("leaves a file that was never migrated as it is", async () => {
    const path = copy(legacy);
    const { code, stdout } = await rebuild(path);
    expect(lines(stdout).at(-1)).toBe("Views rebuilt: 0 rows changed");
    expect(code).toBe(0);
    expect(bytes(path) === bytes(legacy)).toBe(true);
  });

  it("follows streams that have gone on, and leaves tables and rows of others", async () => {
    const path = copy(migrated);
    const { type, version, payload } = Stored.newest("Position", "ThresholdUpdated");
    sql(
      path,
      `insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
       select 'Position', view_id, 2, '${type}', '${version}', '${payload}', '{}'
       from position_view where view_id = 'AAPL'`,
      "create table other_view (view_id text primary key, version bigint, payload text)",
      "insert into other_view values ('a', 1, '{}')",
    );
    const { code, stdout } = await rebuild(path);
    expect(lines(stdout)).toContain("Views rebuilt: 1 row changed");
    expect(code).toBe(0);
    expect(sql(path, "select version from position_view where view_id = 'AAPL'")).toMatchObject([
      { version: 2 },
    ]);
    expect(sql(path, "select * from other_view")).toMatchObject([{ view_id: "a" }]);
  });
});

describe("rebuild-views that does not come to its end", () => {
  const big = join(folder(), "big.db");
  SampleDatabase.write(big, { trades: 20_000 });
  const count = "select count(*) as n from onchain_trade_view where version = 0";

  beforeAll(async () => {
    expect(await run(["--database-url", big, "--force", "--no-backup"])).toMatchObject({ code: 0 });
    sql(big, "update onchain_trade_view set version = 0", "pragma wal_checkpoint(truncate)");
  });

  for (const [signal, code] of [
    ["SIGKILL", null],
    ["SIGINT", 130],
  ] as const) {
    it(`leaves the old rows after ${signal}, and the next one does it all`, async () => {
      const path = copy(big);
      const { child, outcome, says } = start(["rebuild-views", "--database-url", path]);
      await says("OnChainTrade: 0/20000 (0%)");
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(child.exitCode).toBeNull();
      // What a reader sees meanwhile.
      expect(sql(path, count)).toMatchObject([{ n: 20_000 }]);
      child.kill(signal);
      expect(await outcome).toMatchObject({ code, stdout: "" });
      expect(sql(path, count)).toMatchObject([{ n: 20_000 }]);
      const { stdout } = await rebuild(path);
      expect(lines(stdout).at(-1)).toBe("Views rebuilt: 20000 rows changed");
      expect(await verify(path)).toMatchObject({ code: 0 });
    });
  }
});
