import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import { execute, legacyFile, migrate, right } from "./Files.ts";

/** A file with a trade, a position, an order and tokens, migrated and then changed by `sql`. */
export const migratedThen = (sql: string) =>
  Effect.gen(function* () {
    const path = legacyFile((db) => {
      LegacyDatabase.insertTrade(db);
      LegacyDatabase.insertPosition(db);
      LegacyDatabase.insertOrder(db);
      LegacyDatabase.insertAuth(db);
    });
    right(yield* migrate(path));
    execute(path, sql);
    return path;
  });
