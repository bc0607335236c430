import { describe, expect, it } from "@effect/vitest";
import * as EventLogSchema from "@ledgerfold/fixtures/EventLogSchema";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import {
  execute,
  hash,
  left,
  legacyFile,
  messages,
  migrate,
  right,
  select,
} from "../support/Files.ts";
import { streams, viewTables, written } from "../support/Files.ts";

/**
 * A file that was migrated once, in tables that another service made and uses for an aggregate of
 * its own, with snapshots, later events and an event that no migration can bring back.
 */
const migratedFile = Effect.gen(function* () {
  const path = legacyFile((db) => {
    LegacyDatabase.insertTrade(db);
    LegacyDatabase.insertPosition(db);
    LegacyDatabase.insertOrder(db);
    LegacyDatabase.insertAuth(db);
  });
  execute(path, EventLogSchema.ddl);
  right(yield* migrate(path));
  execute(
    path,
    `insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
         metadata)
       values ('Inventory', 'AAPL', 1, 'InventoryEvent::Counted', '1.0', '{}', '{}'),
         ('Position', 'AAPL', 2, 'PositionEvent::X', '1.0', '{}', '{}'),
         ('Position', 'GONE', 1, 'PositionEvent::Migrated', '1.0', '{}', '{}');
     insert into snapshots (aggregate_type, aggregate_id, last_sequence, payload, timestamp)
       values ('Inventory', 'AAPL', 1, '{}', ''), ('Position', 'AAPL', 2, '{}', ''),
         ('OffchainOrder', '1', 1, '{}', '');
     insert into position_view (view_id, version, payload) values ('GONE', 1, '{}');
     create table inventory_view (view_id, version, payload);
     insert into inventory_view values ('AAPL', 1, '{}')`,
  );
  return path;
});

/** Events of the four aggregates, whatever wrote them. */
const confirmed = 6;

const changed = "update onchain_trades set amount = 2, symbol = 'tF'";

describe("starting over", () => {
  it.effect("erases the four aggregates' events, snapshots and views, and nothing else", () =>
    Effect.gen(function* () {
      const path = yield* migratedFile;
      execute(path, `${changed}; delete from schwab_auth`);
      const done = yield* migrate(path, { clean: { confirmed } });
      expect(right(done)).toMatchObject({
        erased: 6,
        OnChainTrade: { written: 1, alreadyThere: 0 },
        Position: { written: 1, alreadyThere: 0 },
        OffchainOrder: { written: 1, alreadyThere: 0 },
        SchwabAuth: { written: 0, alreadyThere: 0 },
      });
      expect(messages("Result", done)).toEqual([
        "Deleted 6 events from event store",
        "Migrated 1 trades",
        "Migrated 1 positions, 0 with pending executions",
        "Migrated 1 offchain orders",
        "Status breakdown: 0 PENDING, 0 SUBMITTED, 1 FILLED, 0 FAILED",
        "No SchwabAuth to migrate (table empty)",
      ]);
      expect(streams(path)).toEqual([
        "Inventory AAPL",
        `OnChainTrade ${hash(1)}:0`,
        "Position AAPL",
        "OffchainOrder 1",
      ]);
      expect(select(path, "select aggregate_type, aggregate_id from snapshots")).toEqual([
        { aggregate_type: "Inventory", aggregate_id: "AAPL" },
      ]);
      expect(
        viewTables.map((table) =>
          select(path, `select view_id, version from ${table}`).map((row) => Object.values(row)),
        ),
      ).toEqual([[[`${hash(1)}:0`, 1n]], [["AAPL", 1n]], [["1", 1n]], []]);
      expect(select(path, "select symbol from onchain_trade_view")).toEqual([{ symbol: "tF" }]);
      expect(select(path, "select * from inventory_view")).toHaveLength(1);
      expect(select(path, "select * from onchain_trades")).toHaveLength(1);
    }),
  );

  it.effect("loses nothing when the run fails", () =>
    Effect.gen(function* () {
      const path = yield* migratedFile;
      execute(path, changed);
      const failures = {
        "update onchain_trades set price_usdc = 'free'": "BadLegacyData",
        "update onchain_trades set price_usdc = 1; create trigger refuse before insert on schwab_auth_view begin select raise(abort, 'no'); end":
          "DatabaseError",
      };
      for (const [sql, tag] of Object.entries(failures)) {
        execute(path, `pragma ignore_check_constraints = on; ${sql}`);
        const before = written(path);
        const failed = yield* migrate(path, { clean: { confirmed } });
        expect(left(failed)._tag).toBe(tag);
        expect(messages("Result", failed)).toEqual([]);
        expect(written(path)).toEqual(before);
        expect(before.events).toHaveLength(7);
        expect(before.snapshots).toHaveLength(3);
      }
    }),
  );

  it.effect("only counts in a dry run, which then sees the rows as new", () =>
    Effect.gen(function* () {
      const path = yield* migratedFile;
      execute(path, changed);
      const before = written(path);
      const done = yield* migrate(
        path,
        { execution: "dry-run", clean: { confirmed } },
        { mode: "read" },
      );
      expect(right(done)).toMatchObject({
        erased: 6,
        OnChainTrade: { written: 1, alreadyThere: 0 },
        SchwabAuth: { written: 1, alreadyThere: 0 },
      });
      expect(messages("Result", done)[0]).toBe("Would delete 6 events from event store");
      expect(written(path)).toEqual(before);
    }),
  );

  it.effect("is refused when there are other events than were confirmed", () =>
    Effect.gen(function* () {
      const path = yield* migratedFile;
      const before = written(path);
      for (const execution of ["commit", "dry-run"] as const) {
        for (const other of [0, 5, 7]) {
          const failure = left(yield* migrate(path, { execution, clean: { confirmed: other } }));
          expect(failure).toMatchObject({ _tag: "LogChanged", confirmed: other, actual: 6 });
          expect(failure.message).toBe(
            `There were ${other} events when deleting them was confirmed, and there are 6 now: somebody writes to this database. Nothing was deleted; stop the writer and run again.`,
          );
        }
      }
      expect(written(path)).toEqual(before);
    }),
  );

  it.effect("has nothing to erase in a file that was never migrated", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => LegacyDatabase.insertTrade(db));
      const done = yield* migrate(path, { clean: { confirmed: 0 } });
      expect(right(done).erased).toBe(0);
      expect(messages("Result", done)[0]).toBe("Deleted 0 events from event store");
      expect(streams(path)).toEqual([`OnChainTrade ${hash(1)}:0`]);
    }),
  );

  it.effect("forgets what an operator decided about stale positions in the runs before", () =>
    Effect.gen(function* () {
      const path = legacyFile(
        (db) => LegacyDatabase.insertPosition(db, { net_position: 9, accumulated_long: 1 }),
        { age: "2025-12-22" },
      );
      right(yield* migrate(path, { netPosition: "computed" }));
      const failed = yield* migrate(path, { clean: { confirmed: 1 } });
      expect(left(failed)._tag).toBe("BadLegacyData");
      expect(streams(path)).toEqual(["Position AAPL"]);
    }),
  );
});
