import { join } from "node:path";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { describe, expect, it } from "vitest";
import { bytes, copy, folder, lines, run, sql } from "./support.ts";
import { hasScript, onTerminal } from "./terminal.ts";

/** A copy made by hand, into which damaged rows fit. */
const damaged = (fill: (db: ReturnType<typeof LegacyDatabase.make>) => void): string => {
  const path = join(folder(), "legacy.db");
  const options = { age: "2025-10-09", checks: false, journalMode: "delete" } as const;
  const db = LegacyDatabase.make(path, options);
  db.transaction(() => fill(db))();
  db.close();
  return path;
};

const nasty = "\u001b[2J\u001b]0;owned\u0007AA\nBad data: nothing\r\u202e\u0085";

const everywhere = damaged((db) => {
  LegacyDatabase.insertTrade(db);
  LegacyDatabase.insertTrade(db, { amount: -1, direction: "HOLD" });
  LegacyDatabase.insertTrade(db, { symbol: nasty, direction: nasty });
  LegacyDatabase.insertTrade(db, { amount: Number.POSITIVE_INFINITY });
  LegacyDatabase.insertTrade(db, { block_timestamp: "2025-02-30 12:00:00" });
  LegacyDatabase.insertOrder(db);
  LegacyDatabase.insertOrder(db, { status: "LOST" });
  LegacyDatabase.insertOrder(db, { order_id: null });
  LegacyDatabase.insertPosition(db, { symbol: "" });
  LegacyDatabase.insertPosition(db, { symbol: nasty, accumulated_long: -5 });
  LegacyDatabase.insertPosition(db, { symbol: "TSLA", net_position: 7 });
  LegacyDatabase.insertAuth(db, { access_token_fetched_at: 5n });
});

/** Each in this order: table, key, column, the value with its storage class, and the rule. */
const expected: ReadonlyArray<RegExp> = [
  /^Bad data: onchain_trades id 2 amount is REAL -1: must /,
  /^Bad data: onchain_trades id 2 direction is TEXT "HOLD": must be BUY or SELL$/,
  /^Bad data: onchain_trades id 3 direction is TEXT "\\u001b\[2J.*\\u000aBad data.*\\u202e.*": must /,
  /^Bad data: onchain_trades id 4 amount is REAL Infinity: must /,
  /^Bad data: onchain_trades id 5 block_timestamp is TEXT "2025-02-30 12:00:00": must /,
  /^Bad data: trade_accumulators symbol "" symbol is TEXT "": must /,
  /^Bad data: trade_accumulators symbol "\\u001b\[2J.*" accumulated_long is REAL -5: must /,
  /^Bad data: trade_accumulators symbol "TSLA" net_position is REAL 7: .*, which is 0; .*--net-position/,
  /^Bad data: offchain_trades id 2 status is TEXT "LOST": must /,
  /^Bad data: offchain_trades id 3 order_id is NULL: must be set on a FILLED order$/,
  /^Bad data: schwab_auth id 1 access_token_fetched_at is INTEGER 5: must /,
];

const many = damaged((db) => {
  for (let number = 0; number < 2_000; number += 1) {
    LegacyDatabase.insertTrade(db, { tx_hash: `0x${number}` });
  }
});

describe("bad rows", { concurrent: true }, () => {
  for (const mode of ["dry-run", "--force"]) {
    it(`of all four tables are listed at once, a line each: ${mode}`, async () => {
      const path = copy(everywhere);
      const { code, stdout, stderr } = await run([mode, "--database-url", path]);
      const listed = lines(stderr).filter((line) => line.startsWith("Bad data: "));
      expect(listed).toEqual(expected.map((line) => expect.stringMatching(line)));
      expect(lines(stderr).at(-1)).toMatch(
        /^migrate_to_events: The legacy database holds 11 bad values, so nothing was written\. The first: /,
      );
      expect(stdout).toBe("");
      expect(code).toBe(4);
      expect(bytes(path)).toBe(bytes(everywhere));
    });
  }

  it("are all listed in a file, however many there are", async () => {
    const { code, stderr } = await run(["dry-run", "--database-url", many]);
    const ids = [...stderr.matchAll(/^Bad data: onchain_trades id (\d+) tx_hash is /gm)];
    expect(new Set(ids.map(([, id]) => id)).size).toBe(2_000);
    expect(stderr).toContain("holds 2000 bad values");
    expect(stderr).not.toContain("only the first");
    expect(code).toBe(4);
  });

  it.skipIf(!hasScript)("are cut on a terminal, which says so", async () => {
    const { code, screen } = await onTerminal(["dry-run", "--database-url", many]);
    expect(screen.match(/Bad data: /g)).toHaveLength(50);
    expect(screen).toContain("(only the first 50 are shown here; a file gets all of them)\r\n");
    expect(screen).toContain("holds 2000 bad values");
    expect(code).toBe(4);
  });

  it("that are stale positions can be decided", async () => {
    const path = damaged((db) => {
      LegacyDatabase.insertPosition(db, { symbol: "TSLA", accumulated_long: 3, net_position: 7 });
    });
    for (const [rule, net] of [
      ["column", "7"],
      ["computed", "3"],
    ] as const) {
      const words = ["--force", "--clean", "--net-position", rule, "--database-url", path];
      expect(await run(words)).toMatchObject({ code: 0 });
      const [event] = sql(path, "select payload from events");
      expect(event?.payload).toContain(`"net_position":"${net}"`);
    }
  });
});
