import { expect, it } from "@effect/vitest";
import * as EventLogSchema from "@ledgerfold/fixtures/EventLogSchema";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import * as Migration from "../../src/Migration.ts";
import { execute, legacyFile, migrate, onFile, right } from "../support/Files.ts";

const survey = (path: string, recoverable = true) =>
  Effect.map(onFile(path, Migration.survey({ recoverable }), { mode: "read" }), right);

it.effect("a file that was never migrated has no events", () =>
  Effect.gen(function* () {
    const path = legacyFile((db) => LegacyDatabase.insertTrade(db));
    const none = { events: [], total: 0, recoverable: 0 };
    expect(yield* survey(path)).toEqual(none);
    execute(path, EventLogSchema.ddl);
    expect(yield* survey(path)).toEqual(none);
  }),
);

it.effect("events are counted by aggregate, and those that rows bring back", () =>
  Effect.gen(function* () {
    const path = legacyFile((db) => {
      for (const symbol of ["AAPL", "TSLA"]) {
        LegacyDatabase.insertTrade(db);
        LegacyDatabase.insertPosition(db, { symbol });
        LegacyDatabase.insertOrder(db, { symbol });
      }
      LegacyDatabase.insertAuth(db);
    });
    right(yield* migrate(path));
    execute(
      path,
      `insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
           payload, metadata)
         values ('Position', 'AAPL', 2, 'PositionEvent::X', '1.0', '{}', '{}'),
           ('Inventory', 'AAPL', 1, 'InventoryEvent::Counted', '1.0', '{}', '{}'),
           ('Position', 'GONE', 1, 'PositionEvent::Migrated', '1.0', '{}', '{}');
       update onchain_trades set amount = 2 where id = 1;
       delete from schwab_auth;
       pragma ignore_check_constraints = on;
       update offchain_trades set direction = 'HOLD' where id = 2`,
    );
    const events = [
      ["OnChainTrade", 2],
      ["Position", 4],
      ["OffchainOrder", 2],
      ["SchwabAuth", 1],
    ];
    expect(yield* survey(path)).toEqual({ events, total: 9, recoverable: 5 });
    expect(yield* survey(path, false)).toEqual({ events, total: 9, recoverable: 0 });
  }),
);
