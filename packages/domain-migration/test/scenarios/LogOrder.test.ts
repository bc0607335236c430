import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import {
  damagedFile,
  execute,
  hash,
  legacyFile,
  migrate,
  right,
  streams,
} from "../support/Files.ts";

describe("positions in the log", () => {
  it.effect("are in the binary order of their symbols", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        for (const symbol of ["é", "a", "B", "A1", "A", "Ä", "b", "A 1", "𝔸", "～"]) {
          LegacyDatabase.insertPosition(db, { symbol });
        }
      });
      right(yield* migrate(path));
      expect(streams(path)).toEqual(
        ["A", "A 1", "A1", "B", "a", "b", "Ä", "é", "～", "𝔸"].map((id) => `Position ${id}`),
      );
    }),
  );

  it.effect("are so even where the column compares otherwise", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) => {
        db.exec("drop table trade_accumulators");
        db.exec(`create table trade_accumulators (symbol text collate nocase,
          accumulated_long real, accumulated_short real, pending_execution_id integer,
          last_updated text)`);
        for (const symbol of ["b", "a", "B", "A"]) LegacyDatabase.insertPosition(db, { symbol });
      });
      right(yield* migrate(path));
      expect(streams(path)).toEqual(["Position A", "Position B", "Position a", "Position b"]);
    }),
  );
});

describe("orders in the log", () => {
  it.effect("are in the order of their ids, not of the digits", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        for (const id of [10n, 9n, 2n ** 63n - 1n, 100n, -3n, 2n ** 53n + 1n]) {
          LegacyDatabase.insertOrder(db, { id });
        }
      });
      right(yield* migrate(path));
      expect(streams(path)).toEqual([
        "OffchainOrder -3",
        "OffchainOrder 9",
        "OffchainOrder 10",
        "OffchainOrder 100",
        "OffchainOrder 9007199254740993",
        "OffchainOrder 9223372036854775807",
      ]);
    }),
  );
});

describe("the log as a whole", () => {
  it.effect("has trades, then positions, orders and tokens", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        LegacyDatabase.insertAuth(db);
        LegacyDatabase.insertOrder(db);
        LegacyDatabase.insertPosition(db);
        LegacyDatabase.insertTrade(db);
      });
      execute(path, "vacuum");
      right(yield* migrate(path));
      expect(streams(path)).toEqual([
        `OnChainTrade ${hash(1)}:0`,
        "Position AAPL",
        "OffchainOrder 1",
        "SchwabAuth schwab",
      ]);
    }),
  );
});
