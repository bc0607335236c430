import { expect, it } from "@effect/vitest";
import { run } from "../support/Process.ts";
import { damagedFile } from "../support/Files.ts";

const trades = 60_000;

/** Half of the trades have a block number; all rows are good, or each has two bad cells. */
const file = (cells: string) =>
  damagedFile((db) => {
    db.exec(`create index queued on event_queue (tx_hash, log_index);
      with recursive numbers (n) as
        (select 1 union all select n + 1 from numbers where n < ${trades})
      insert into onchain_trades (tx_hash, log_index, symbol, amount, direction, price_usdc,
          block_timestamp)
      select printf('0x%064x', n), 0, ${cells}, 'BUY', 150.25,
        datetime(1754049600 + (n * 7919) % ${trades}, 'unixepoch') from numbers;
      insert into event_queue (tx_hash, log_index, block_number)
      select tx_hash, log_index, id from onchain_trades where id % 2`);
  });

/** Enough for a chunk of the rows, not for all of them. */
const small = ["--max-old-space-size=64"];

it("a run needs no more memory for many trades, good or bad, than for few", async () => {
  const [good, bad] = await Promise.all([
    run(file("'tAAPL', 0.1 * n"), { execution: "dry-run", node: small }),
    run(file("'', -1"), { execution: "dry-run", node: small }),
  ]);
  expect(good.outcome).toMatchObject({ written: trades, bad: 0 });
  expect(bad.outcome).toMatchObject({ failed: "BadLegacyData", bad: 2 * trades });
  for (const { outcome } of [good, bad]) {
    expect(outcome.maxResidentMegabytes).toBeLessThan(400);
  }
}, 120_000);
