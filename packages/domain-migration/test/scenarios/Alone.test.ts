import { describe, expect, it } from "@effect/vitest";
import { EventStore } from "@ledgerfold/event-store/EventStore";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import * as Migration from "../../src/Migration.ts";
import { migrateOffchainOrders } from "../../src/migrateOffchainOrders.ts";
import { migrateOnChainTrades } from "../../src/migrateOnChainTrades.ts";
import { migratePositions } from "../../src/migratePositions.ts";
import { migrateSchwabAuth } from "../../src/migrateSchwabAuth.ts";
import {
  badLines,
  column,
  damagedFile,
  hash,
  left,
  legacyFile,
  messages,
} from "../support/Files.ts";
import { onFile, right, select, streams } from "../support/Files.ts";

const each = {
  OnChainTrade: {
    migrate: migrateOnChainTrades,
    stream: `OnChainTrade ${hash(1)}:0`,
    says: "Migrated 1 trades",
    bad: 'onchain_trades id 2 tx_hash is TEXT "0x": must be 0x and 64 hex digits',
  },
  Position: {
    migrate: migratePositions,
    stream: "Position AAPL",
    says: "Migrated 1 positions, 0 with pending executions",
    bad: 'trade_accumulators symbol "TSLA" last_updated is TEXT "": must be a date and time that exists, such as 2025-10-01 12:00:00.5',
  },
  OffchainOrder: {
    migrate: migrateOffchainOrders,
    stream: "OffchainOrder 1",
    says: "Migrated 1 offchain orders",
    bad: 'offchain_trades id 2 direction is TEXT "": must be BUY or SELL',
  },
  SchwabAuth: {
    migrate: migrateSchwabAuth,
    stream: "SchwabAuth schwab",
    says: "SchwabAuth migrated",
    bad: "schwab_auth id 2 id is INTEGER 2: must be 1: there is one set of tokens",
  },
};

const good = () =>
  legacyFile((db) => {
    LegacyDatabase.insertTrade(db);
    LegacyDatabase.insertPosition(db);
    LegacyDatabase.insertOrder(db);
    LegacyDatabase.insertAuth(db);
  });

/** A good row and then a bad one in each table. */
const bad = () =>
  damagedFile((db) => {
    LegacyDatabase.insertTrade(db);
    LegacyDatabase.insertTrade(db, { tx_hash: "0x" });
    LegacyDatabase.insertPosition(db);
    LegacyDatabase.insertPosition(db, { symbol: "TSLA", last_updated: "" });
    LegacyDatabase.insertOrder(db);
    LegacyDatabase.insertOrder(db, { direction: "" });
    LegacyDatabase.insertAuth(db);
    LegacyDatabase.insertAuth(db, { id: 2 });
  });

const hasLog = (path: string) =>
  select(path, "select 1 from sqlite_schema where name = 'events'").length > 0;

describe.each(Object.entries(each))("the migration of %s alone", (_, { migrate, ...expected }) => {
  it.effect("writes its own streams and says so; again it writes nothing", () =>
    Effect.gen(function* () {
      const path = good();
      const done = yield* onFile(path, migrate({ execution: "commit" }));
      expect(right(done)).toMatchObject({ written: 1, alreadyThere: 0 });
      expect(streams(path)).toEqual([expected.stream]);
      expect(messages("Result", done)[0]).toBe(expected.says);
      const again = yield* onFile(path, migrate({ execution: "commit" }));
      expect(right(again)).toMatchObject({ written: 0, alreadyThere: 1 });
      expect(streams(path)).toEqual([expected.stream]);
    }),
  );

  it.effect("is all or nothing, and knows only of its own table", () =>
    Effect.gen(function* () {
      const path = bad();
      const failed = yield* onFile(path, migrate({ execution: "commit" }));
      expect(badLines(failed)).toEqual([expected.bad]);
      expect(left(failed)).toMatchObject({ _tag: "BadLegacyData", count: 1 });
      expect(hasLog(path)).toBe(false);
    }),
  );

  it.effect("keeps nothing in a dry run", () =>
    Effect.gen(function* () {
      const path = good();
      const done = yield* onFile(path, migrate({ execution: "dry-run" }), { mode: "read" });
      expect(right(done)).toMatchObject({ written: 1 });
      expect(hasLog(path)).toBe(false);
    }),
  );
});

describe("migrations that a caller puts together", () => {
  it.effect("are one transaction with whatever else happens in it", () =>
    Effect.gen(function* () {
      const path = good();
      const together = Effect.flatMap(EventStore, (store) =>
        store.transaction(
          Effect.all([
            migratePositions({ execution: "commit" }),
            migrateOffchainOrders({ execution: "commit" }),
            Effect.fail("after all, no" as const),
          ]),
        ),
      );
      expect(left(yield* onFile(path, together))).toBe("after all, no");
      expect(hasLog(path)).toBe(false);
    }),
  );

  it.effect("find what the others did, one after another", () =>
    Effect.gen(function* () {
      const path = good();
      for (const { migrate } of Object.values(each)) {
        right(yield* onFile(path, migrate({ execution: "commit" })));
      }
      expect(streams(path)).toEqual(Object.values(each).map(({ stream }) => stream));
      const all = yield* onFile(path, Migration.migrateAll({ execution: "commit" }));
      expect(right(all)).toMatchObject({
        OnChainTrade: { written: 0, alreadyThere: 1 },
        Position: { written: 0, alreadyThere: 1 },
        OffchainOrder: { written: 0, alreadyThere: 1 },
        SchwabAuth: { written: 0, alreadyThere: 1 },
      });
      expect(column(path, "select count(*) from events")).toEqual([4n]);
    }),
  );
});
