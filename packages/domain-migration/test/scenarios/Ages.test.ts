import { describe, expect, it } from "@effect/vitest";
import * as EventLogSchema from "@ledgerfold/fixtures/EventLogSchema";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { type Age, ages, has, ordersTable } from "@ledgerfold/fixtures/LegacySchema";
import { Effect } from "effect";
import { execute, legacyFile, migrate, right, select, viewTables } from "../support/Files.ts";
import * as Expected from "../support/Expected.ts";

const knownRows = (age: Age) =>
  legacyFile(
    (db) => {
      LegacyDatabase.insertTrade(db, {
        tx_hash: `0x${"AbC".repeat(20)}1234`,
        log_index: 7,
        amount: 0.1 + 0.2,
        created_at: "2025-08-01T12:00:05.123456789+00:00",
        block_timestamp: "2025-08-01 12:00:00.5",
        effective_gas_price: 2n ** 63n - 1n,
      });
      LegacyDatabase.insertQueueEvent(db, {
        tx_hash: `0x${"aBc".repeat(20)}1234`,
        log_index: 7,
        block_number: 31_000_000n,
      });
      LegacyDatabase.insertOrder(db, { id: 5, status: "PENDING", symbol: "TSLA", shares: 3n });
      LegacyDatabase.insertOrder(db, { id: 2, order_id: "A-2" });
      LegacyDatabase.insertOrder(db, { id: 3, status: "FAILED", direction: "BUY" });
      LegacyDatabase.insertPosition(db, {
        accumulated_long: 0.3,
        accumulated_short: 0.1,
      });
      LegacyDatabase.insertPosition(db, { symbol: "TSLA", pending_execution_id: 5 });
      if (has(age, "encryption_version")) LegacyDatabase.insertAuth(db);
    },
    { age },
  );

const written = (path: string) => ({
  events: select(path, "select * from events order by rowid").map((row) => [
    row.aggregate_type,
    row.aggregate_id,
    row.sequence,
    row.event_type,
    row.event_version,
    row.event_id,
    row.metadata,
    row.payload,
  ]),
  views: viewTables.flatMap((table) =>
    select(path, `select view_id, version, payload from ${table} order by rowid`).map((row) => [
      table,
      ...Object.values(row),
    ]),
  ),
});

describe.each(ages)("a file of %s", (age) => {
  const expected = (runId: string) => ({
    events: [
      Expected.trade(age, runId),
      ...Expected.positions(age, runId),
      ...Expected.orders(ordersTable(age), runId),
      ...(has(age, "encryption_version") ? [Expected.tokens(runId)] : []),
    ],
    views: [
      Expected.tradeView(age),
      ...Expected.positionViews(age),
      ...Expected.orderViews,
      ...(has(age, "encryption_version") ? [Expected.tokensView] : []),
    ],
  });

  it.effect("becomes exactly these events and views", () =>
    Effect.gen(function* () {
      const path = knownRows(age);
      const { run } = right(yield* migrate(path));
      expect(written(path)).toEqual(expected(run.id));
    }),
  );

  it.effect("does so in the tables of another service, generated columns and all", () =>
    Effect.gen(function* () {
      const path = knownRows(age);
      execute(path, EventLogSchema.ddl);
      const { run } = right(yield* migrate(path));
      expect(written(path)).toEqual(expected(run.id));
      expect(select(path, "select symbol, block_number from onchain_trade_view")).toEqual([
        { symbol: "tAAPL", block_number: 31_000_000n },
      ]);
      expect(select(path, "select symbol, status from offchain_order_view")).toEqual([
        { symbol: "AAPL", status: "Filled" },
        { symbol: "AAPL", status: "Failed" },
        { symbol: "TSLA", status: "Pending" },
      ]);
    }),
  );

  it.effect("says an order's broker to the columns of either age of that service", () =>
    Effect.gen(function* () {
      const path = knownRows(age);
      const names = ["broker", "executor"];
      const column = (name: string) =>
        `alter table offchain_order_view add column ${name} text not null
           generated always as (json_extract(payload, '$.Execution.${name}')) virtual`;
      execute(path, [EventLogSchema.ddl, ...names.map(column)].join(";\n"));
      right(yield* migrate(path));
      const said = names.map((name) => `json_extract(payload, '$.Migrated.${name}') as ${name}`);
      expect(
        select(path, "select view_id as id, broker, executor from offchain_order_view order by 1"),
      ).toEqual(
        select(
          path,
          `select aggregate_id as id, ${said.join(", ")} from events
             where aggregate_type = 'OffchainOrder' order by 1`,
        ),
      );
    }),
  );
});
