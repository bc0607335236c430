import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { Duration, Effect, Fiber } from "effect";
import { content, run } from "../support/Process.ts";
import { column, execute, left, legacyFile, migrate, right, tempPath } from "../support/Files.ts";

describe("two runs at once", () => {
  it("end as one would: one does the work, the other waits and finds it done", async () => {
    const path = tempPath();
    const alone = tempPath();
    for (const file of [path, alone]) SampleDatabase.write(file, { trades: 3_000 });
    const both = await Promise.all([run(path), run(path)]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.map(({ outcome }) => outcome.written).sort()).toEqual([0, 3_000]);
    expect(both.map(({ outcome }) => outcome.there).sort()).toEqual([0, 3_000]);
    await run(alone);
    expect(content(path)).toEqual(content(alone));
    expect(column(path, "select count(*) from events")).toEqual([3_321n]);
  });
});

/** Something else that writes to the file for a while. */
const held = (path: string, sql: string) => {
  execute(path, "pragma journal_mode = wal");
  const db = LegacyDatabase.make(`${path}-lock`, { age: "2026-01-26" });
  db.exec(`attach '${path}' as held; begin immediate; ${sql}`);
  return db;
};

const order = `insert into held.offchain_trades (symbol, shares, direction, broker)
  values ('F', 1, 'BUY', 'schwab')`;

describe("a file that another process writes to", () => {
  it.live("is busy after as much patience as there was", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => LegacyDatabase.insertTrade(db));
      const bot = held(path, order);
      const failed = yield* migrate(path, {}, { patience: "200 millis" });
      expect(left(failed)).toMatchObject({ _tag: "DatabaseBusy", database: path });
      expect(left(failed).message).toBe(
        `${path} is held by another process. Wait until that is done, or stop it, and try again.`,
      );
      bot.exec("rollback");
      bot.close();
      expect(right(yield* migrate(path)).OnChainTrade.written).toBe(1);
    }),
  );

  it.live("is migrated with what was written, once that is done", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => LegacyDatabase.insertTrade(db));
      const bot = held(path, order);
      const running = yield* Effect.fork(migrate(path, {}, { patience: "20 seconds" }));
      yield* Effect.sleep(Duration.millis(400));
      bot.exec("commit");
      bot.close();
      expect(right(yield* Fiber.join(running)).OffchainOrder.written).toBe(1);
    }),
  );
});
