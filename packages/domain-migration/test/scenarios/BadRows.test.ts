import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import { badLines, damagedFile, left, legacyFile, migrate, select } from "../support/Files.ts";
import type { Said } from "../support/Files.ts";

type Fill = Parameters<typeof damagedFile>[0];

/** Something bad in each of the four tables, and several bad cells in one row. */
const damage: Fill = (db) => {
  LegacyDatabase.insertTrade(db);
  LegacyDatabase.insertTrade(db, {
    symbol: "",
    amount: -1,
    block_timestamp: null,
    created_at: null,
    pyth_price: null,
  });
  LegacyDatabase.insertTrade(db, { tx_hash: "0x12", gas_used: -1 });
  LegacyDatabase.insertPosition(db, { symbol: "AAPL", accumulated_long: -2, last_updated: "" });
  LegacyDatabase.insertPosition(db, { symbol: "TSLA", last_updated: "2025-02-29 12:00:00" });
  LegacyDatabase.insertOrder(db, { direction: "HOLD", order_id: null, price_cents: null });
  LegacyDatabase.insertOrder(db, { status: "PENDING", executed_at: "soon" });
  LegacyDatabase.insertOrder(db, { status: "filled" });
  LegacyDatabase.insertAuth(db, { encryption_version: 2, access_token_fetched_at: null });
};

const lines = [
  'onchain_trades id 3 tx_hash is TEXT "0x12": must be 0x and 64 hex digits',
  "onchain_trades id 3 gas_used is INTEGER -1: must be INTEGER from 0 to 9223372036854775807, or NULL",
  'onchain_trades id 2 symbol is TEXT "": must be TEXT that is not empty',
  "onchain_trades id 2 amount is REAL -1: must be INTEGER or REAL above 0 whose whole part fits in 96 bits",
  "onchain_trades id 2 block_timestamp is NULL: must be set where created_at is NULL: nothing else says when the trade was",
  "onchain_trades id 2 pyth_price is NULL: must be set where other oracle columns of the row are, or all four NULL",
  'trade_accumulators symbol "AAPL" accumulated_long is REAL -2: must be INTEGER or REAL, at least 0, whose whole part fits in 96 bits',
  'trade_accumulators symbol "AAPL" last_updated is TEXT "": must be a date and time that exists, such as 2025-10-01 12:00:00.5',
  'trade_accumulators symbol "TSLA" last_updated is TEXT "2025-02-29 12:00:00": must be a date and time that exists, such as 2025-10-01 12:00:00.5',
  'offchain_trades id 1 direction is TEXT "HOLD": must be BUY or SELL',
  "offchain_trades id 1 order_id is NULL: must be set on a FILLED order",
  "offchain_trades id 1 price_cents is NULL: must be set on a FILLED order",
  'offchain_trades id 2 executed_at is TEXT "soon": must be a date and time that exists, such as 2025-10-01 12:00:00.5, or NULL; must be NULL on a PENDING order',
  'offchain_trades id 3 status is TEXT "filled": must be PENDING or SUBMITTED or FILLED or FAILED or COMPLETED',
  "schwab_auth id 1 access_token_fetched_at is NULL: must be a date and time that exists, such as 2025-10-01 12:00:00.5",
  "schwab_auth id 1 encryption_version is INTEGER 2: must be 1 (AES-256-GCM): other tokens cannot be migrated; sign in again with the current bot, or delete the row",
];

const manyOrders = (direction: string, count: number) =>
  `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${count})
   insert into offchain_trades (symbol, shares, direction, broker, status, executed_at)
   select 'AAPL', 1, ${direction}, 'schwab', 'FAILED', '2025-08-01 12:00:00' from numbers`;

const digest = (path: string) =>
  existsSync(path) ? createHash("sha256").update(readFileSync(path)).digest("hex") : "none";

const content = (path: string) =>
  select(path, "select name, sql from sqlite_schema order by name").map(({ name, sql }) => ({
    name,
    sql,
    rows: String(sql).startsWith("CREATE TABLE") ? select(path, `select * from ${name}`) : [],
  }));

const refused = (failed: Effect.Effect.Success<ReturnType<typeof migrate>>) => {
  expect(badLines(failed)).toEqual(lines);
  expect(left(failed)).toMatchObject({
    _tag: "BadLegacyData",
    count: 16,
    first: { table: "onchain_trades", key: "id 3", column: "tx_hash" },
  });
  expect(left(failed).message).toBe(
    `The legacy database holds 16 bad values, so nothing was written. The first: ${lines[0]}. Correct the rows, or the definition where that is wrong of them, and run again.`,
  );
};

describe("bad rows in all four tables", () => {
  it.effect("are named in one pass, cell by cell, and the file stays byte for byte the same", () =>
    Effect.gen(function* () {
      const path = damagedFile(damage);
      const before = digest(path);
      refused(yield* migrate(path));
      expect(digest(path)).toBe(before);
      expect(existsSync(`${path}-journal`)).toBe(false);
    }),
  );

  it.effect("are so in WAL mode, where what the file holds stays the same", () =>
    Effect.gen(function* () {
      const path = legacyFile(damage, { checks: false, journalMode: "wal" });
      const before = content(path);
      refused(yield* migrate(path));
      expect(content(path)).toEqual(before);
    }),
  );

  it.effect("are so in a dry run, on a file that is only read", () =>
    Effect.gen(function* () {
      const path = damagedFile(damage);
      const before = digest(path);
      refused(yield* migrate(path, { execution: "dry-run" }, { mode: "read" }));
      expect(digest(path)).toBe(before);
    }),
  );
});

describe("one bad row after thousands of good ones", () => {
  const late: Fill = (db) => {
    db.exec(manyOrders("'BUY'", 2_000));
    LegacyDatabase.insertOrder(db, { shares: -1 });
  };

  it.effect("leaves nothing of the good ones behind", () =>
    Effect.gen(function* () {
      for (const journalMode of ["delete", "wal"] as const) {
        const path = legacyFile(late, { checks: false, journalMode });
        const before = { digest: digest(path), content: content(path) };
        expect(badLines(yield* migrate(path))).toEqual([
          "offchain_trades id 2001 shares is REAL -1: must be INTEGER or REAL above 0 whose whole part fits in 96 bits",
        ]);
        if (journalMode === "delete") expect(digest(path)).toBe(before.digest);
        expect(content(path)).toEqual(before.content);
      }
    }),
  );
});

describe("thousands of bad rows", () => {
  it.effect("are each named once, in the order in which they would be migrated", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) =>
        db.exec(manyOrders("case n % 2 when 0 then ' BUY' else 'BUY' end", 5_000)),
      );
      const failed: Said = yield* migrate(path);
      expect(badLines(failed)).toEqual([
        ...Array.from(
          { length: 2_500 },
          (_, index) =>
            `offchain_trades id ${2 * index + 2} direction is TEXT " BUY": must be BUY or SELL`,
        ),
      ]);
    }),
  );
});
