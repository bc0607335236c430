import { expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import { execute, legacyFile, migrate, right } from "../support/Files.ts";
import type { Said } from "../support/Files.ts";

const progress = ({ entries }: Said) =>
  entries.flatMap((entry) =>
    entry._tag === "Progress" ? [`${entry.aggregate}: ${entry.done}/${entry.total}`] : [],
  );

it.effect("a run tells how far it is, in chunks, and begins with its own name", () =>
  Effect.gen(function* () {
    const path = legacyFile((db) => {
      LegacyDatabase.insertPosition(db);
      LegacyDatabase.insertAuth(db);
    });
    execute(
      path,
      `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 1200)
       insert into onchain_trades (tx_hash, log_index, symbol, amount, direction, price_usdc)
       select printf('0x%064x', n), 0, 'tAAPL', 1, 'BUY', 1 from numbers`,
    );
    const done = yield* migrate(path);
    expect(progress(done)).toEqual([
      "OnChainTrade: 250/1200",
      "OnChainTrade: 500/1200",
      "OnChainTrade: 750/1200",
      "OnChainTrade: 1000/1200",
      "OnChainTrade: 1200/1200",
      "Position: 1/1",
      "SchwabAuth: 1/1",
    ]);
    const { run } = right(done);
    expect(done.entries[0]).toEqual({ _tag: "Started", runId: run.id, execution: "commit" });
    expect(run.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(right(yield* migrate(path)).run.id).not.toBe(run.id);
  }),
);
