import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { Effect } from "effect";
import { expect, it } from "vitest";
import { migrate, right } from "../support/Files.ts";
import { edit, paths, verify } from "./Harness.ts";

/** Where most of what was read differs, the rest is read in another way. */

const path = paths();

it("counts as the same, among many that differ, just those that are", async () => {
  const file = path();
  const trades = 1_500;
  SampleDatabase.write(file, { trades, journalMode: "delete" });
  right(await Effect.runPromise(migrate(file)));
  const most = "aggregate_type = 'OnChainTrade' and rowid % 10 > 0";
  const more = `payload = replace(payload, '"amount":"', '"amount":"1')`;
  const [changed] = await edit(file, (run) => {
    run(`update onchain_trade_view set ${more}
      where view_id in (select aggregate_id from events where ${most})`);
    run(`update events set ${more} where ${most}`);
    return run(`select count(*) as n from events where ${most}`);
  });
  const count = Number(changed?.n);
  expect(count).toBeGreaterThan(1_300);
  const { report, differences } = await verify(file);
  expect(differences.map(({ side, field }) => `${side} ${field}`)).toEqual(
    new Array(count).fill("event amount"),
  );
  expect(report.tallies.OnChainTrade).toMatchObject({ same: trades - count, different: count });
});
