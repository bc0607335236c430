import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { beforeAll, describe, expect, it } from "vitest";
import { checkout, copy, folder, lines, run, sql } from "./support.ts";

const fresh = join(folder(), "fresh.db");
const migrated = join(folder(), "migrated.db");
const sample = SampleDatabase.write(fresh, { trades: 40, journalMode: "delete" });
const total = sample.trades + sample.positions + sample.orders + sample.auth;

beforeAll(async () => {
  copy(fresh, migrated);
  expect(await run(["--database-url", migrated, "--force"])).toMatchObject({ code: 0 });
});

const verify = (path: string) => run(["verify-only", "--database-url", path]);

const tally = (name: string, rows: number, missing: number) =>
  `${name}: ${rows} ${rows === 1 ? "row" : "rows"}, ${rows - missing} same, ${missing} missing, 0 extra, 0 different, ` +
  "0 unreadable, 0 moved on since";
const tallies = (missing: boolean) =>
  (
    [
      ["OnChainTrade", sample.trades],
      ["Position", sample.positions],
      ["OffchainOrder", sample.orders],
      ["SchwabAuth", sample.auth],
    ] as const
  ).map(([name, rows]) => tally(name, rows, missing ? rows : 0));

/** Statements that damage one thing each, and the line that tells. */
const damages: ReadonlyArray<readonly [string, RegExp]> = [
  [
    "update onchain_trades set amount = 123.5 where id = 7",
    /^different: OnChainTrade "0x\w+:\d+", event amount: .*expected REAL 123\.5, stored /,
  ],
  [
    `update events set payload = replace(payload, '"direction":"Buy"', '"direction":"Sell"')
     where rowid = (select min(rowid) from events where payload like '%"direction":"Buy"%')`,
    /^different: OnChainTrade "0x\w+:\d+", event direction: /,
  ],
  [
    `update position_view set payload = replace(payload, '"symbol":"AAPL"', '"symbol":"AAPX"')
     where view_id = 'AAPL'`,
    /^different: Position "AAPL", view .*AAPX/,
  ],
  [
    "update events set payload = '{' where aggregate_type = 'OffchainOrder' and aggregate_id = '1'",
    /^unreadable: OffchainOrder "1", event/,
  ],
  [
    "delete from events where aggregate_type = 'OffchainOrder' and aggregate_id = '2'",
    /^missing: OffchainOrder "2", event: /,
  ],
  ["delete from schwab_auth_view", /^missing: SchwabAuth "schwab", view: /],
  ["delete from trade_accumulators where symbol = 'TSLA'", /^extra: Position "TSLA", event: /],
];

describe("verify-only", { concurrent: true }, () => {
  it("finds nothing in a migrated file, and ends with 0", async () => {
    const { code, stdout } = await verify(migrated);
    const [limit, end] = lines(stdout).slice(-2);
    expect(lines(stdout).slice(0, -2)).toEqual(tallies(false));
    expect(end).toBe("Verification complete: no differences");
    const docs = readFileSync(join(checkout, "docs/verification.md"), "utf8");
    expect(docs).toContain(`\n## What independence covers\n\n${limit}\n`);
    expect(code).toBe(0);
  });

  it("finds all missing in a file never migrated, and ends with 3", async () => {
    const { code, stdout, stderr } = await verify(fresh);
    const listed = lines(stdout);
    expect(listed.slice(0, total).filter((line) => /^missing: /.test(line))).toHaveLength(total);
    expect(listed.slice(total)).toEqual(tallies(true));
    expect(stderr).toContain(`Verification found ${total} differences; each is listed above.\n`);
    expect(code).toBe(3);
  });

  it("ends with 3 for a single difference, and counts it", async () => {
    const path = copy(migrated);
    sql(path, "update events set payload = '{' where aggregate_id = '1'");
    const { code, stdout, stderr } = await verify(path);
    expect(lines(stdout).filter((line) => line.startsWith("unreadable: "))).toHaveLength(1);
    expect(stdout).toMatch(/^OffchainOrder: .* 1 unreadable, 0 moved on since$/m);
    expect(stderr).toMatch(/^migrate_to_events: Verification found \d+ differences?; /m);
    expect(code).toBe(3);
  });

  it("lists everything that it finds", async () => {
    const path = copy(migrated);
    sql(path, ...damages.map(([statement]) => statement));
    const { code, stdout } = await verify(path);
    for (const [, line] of damages) {
      expect(lines(stdout)).toContainEqual(expect.stringMatching(line));
    }
    expect(stdout).not.toContain("Verification complete");
    expect(code).toBe(3);
  });
});
