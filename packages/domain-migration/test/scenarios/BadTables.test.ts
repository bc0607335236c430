import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import { badLines, execute, left, legacyFile, migrate, right, streams } from "../support/Files.ts";

describe("tables of another shape", () => {
  const everyVersion = {
    onchain_trades: "id, tx_hash, log_index, symbol, amount, direction, price_usdc, created_at",
    trade_accumulators:
      "symbol, accumulated_long, accumulated_short, pending_execution_id, last_updated",
    offchain_trades:
      "id, symbol, shares, direction, broker, broker_order_id, order_id, price_cents, status, executed_at",
    schwab_auth:
      "id, access_token, access_token_fetched_at, refresh_token, refresh_token_fetched_at",
  };

  for (const [table, names] of Object.entries(everyVersion)) {
    it.effect(`${table} without a column that every version has is bad data`, () =>
      Effect.gen(function* () {
        const columns = names.split(", ");
        for (const missing of columns) {
          const kept = columns.filter((name) => name !== missing);
          const path = legacyFile(
            (db) => {
              LegacyDatabase.insertTrade(db);
              LegacyDatabase.insertPosition(db);
              LegacyDatabase.insertOrder(db);
              LegacyDatabase.insertAuth(db);
              db.exec(`create table copy as select ${kept.join(", ")} from ${table}`);
              db.exec(`drop table ${table}; alter table copy rename to ${table}`);
            },
            { age: "2025-10-09" },
          );
          expect(badLines(yield* migrate(path))).toEqual([
            `${table} ${missing} is missing: every version of this table has it`,
          ]);
        }
      }),
    );
  }

  it.effect("a view is no legacy table, and a table without rowids is one", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        LegacyDatabase.insertTrade(db);
        LegacyDatabase.insertPosition(db);
        LegacyDatabase.insertOrder(db);
        LegacyDatabase.insertAuth(db);
        db.exec("alter table onchain_trades rename to trades");
        db.exec("create view onchain_trades as select * from trades");
        db.exec("drop table trade_accumulators");
        db.exec(`create table trade_accumulators (symbol text primary key, accumulated_long real,
          accumulated_short real, pending_execution_id integer, last_updated text) without rowid`);
        db.exec("create table orders as select * from offchain_trades");
        db.exec("drop table offchain_trades; create view offchain_trades as select * from orders");
      });
      expect(badLines(yield* migrate(path, { leaveOut: ["trades", "orders"] }))).toEqual([
        "onchain_trades is a view, unlike any table that the bot made",
        "offchain_trades is a view, unlike any table that the bot made",
      ]);
    }),
  );

  it.effect("a column named rowid hides which row is which, so such a table is not read", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        LegacyDatabase.insertOrder(db);
        LegacyDatabase.insertOrder(db, { symbol: "TSLA" });
        db.exec("create table copy as select 1 as ROWID, * from offchain_trades");
        db.exec("drop table offchain_trades; alter table copy rename to offchain_trades");
      });
      const leaveOut = ["offchain_trades.rowid"];
      expect(badLines(yield* migrate(path, { leaveOut }))).toEqual([
        "offchain_trades rowid hides which row is which: drop it",
      ]);
    }),
  );

  it.effect("orders under both names are bad data, even when both tables are empty", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        db.exec("create table schwab_executions as select id, symbol from offchain_trades");
      });
      const failed = yield* migrate(path);
      expect(badLines(failed)).toEqual([
        "offchain_trades is there as schwab_executions too: the same table under two names",
      ]);
      expect(left(failed).message).toBe(
        "The legacy database holds 1 bad value, so nothing was written. The first: offchain_trades is there as schwab_executions too: the same table under two names. Correct the database, or the definition where that is wrong, and run again.",
      );
    }),
  );

  it.effect(
    "names are taken in any case, columns in any order, and what is left out does no harm",
    () =>
      Effect.gen(function* () {
        const path = legacyFile((db) => LegacyDatabase.insertPosition(db));
        execute(
          path,
          `drop view trade_accumulators_with_net; drop trigger trade_accumulators_touch;
         create table copy as select 7 as rowid_of_old, LAST_UPDATED as "Last_Updated",
           pending_execution_id as PENDING_EXECUTION_ID, accumulated_short, accumulated_long,
           symbol as SYMBOL from trade_accumulators;
         drop table trade_accumulators; alter table copy rename to "Trade_Accumulators"`,
        );
        right(yield* migrate(path, { leaveOut: ["trade_accumulators.rowid_of_old"] }));
        expect(streams(path)).toEqual(["Position AAPL"]);
      }),
  );
});

describe("a file without the tables", () => {
  it.effect("has nothing to migrate, and says so of each", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        for (const table of ["trade_execution_links", "onchain_trades", "trade_accumulators"]) {
          db.exec(`drop table ${table}`);
        }
        db.exec("drop table offchain_trades; drop table schwab_auth");
      });
      const done = yield* migrate(path);
      expect(right(done)).toMatchObject({
        OnChainTrade: { written: 0 },
        Position: { written: 0 },
        OffchainOrder: { written: 0 },
        SchwabAuth: { written: 0 },
      });
      expect(done.entries.filter(({ _tag }) => _tag !== "Started")).toEqual([
        warning("This database has no table onchain_trades: nothing to migrate from it"),
        warning("This database has no table trade_accumulators: nothing to migrate from it"),
        warning(
          "This database has no table offchain_trades or schwab_executions: nothing to migrate from it",
        ),
        warning("This database has no table schwab_auth: nothing to migrate from it"),
        result("Migrated 0 trades"),
        result("Migrated 0 positions, 0 with pending executions"),
        result("Migrated 0 offchain orders"),
        result("Status breakdown: 0 PENDING, 0 SUBMITTED, 0 FILLED, 0 FAILED"),
        result("No SchwabAuth to migrate (table empty)"),
      ]);
    }),
  );

  const warning = (message: string) => ({ _tag: "Warning", message });
  const result = (message: string) => ({ _tag: "Result", message });

  it.effect("is the same as one whose tables are empty, but for the warnings", () =>
    Effect.gen(function* () {
      const done = yield* migrate(legacyFile(() => undefined));
      right(done);
      expect(done.entries.filter(({ _tag }) => _tag !== "Started")).toEqual([
        result("Migrated 0 trades"),
        result("Migrated 0 positions, 0 with pending executions"),
        result("Migrated 0 offchain orders"),
        result("Status breakdown: 0 PENDING, 0 SUBMITTED, 0 FILLED, 0 FAILED"),
        result("No SchwabAuth to migrate (table empty)"),
      ]);
    }),
  );
});
