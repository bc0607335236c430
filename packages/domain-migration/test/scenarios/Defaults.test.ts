import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import { badLines, column, damagedFile, legacyFile, messages, migrate } from "../support/Files.ts";
import { right } from "../support/Files.ts";

describe("the three defaults", () => {
  it.effect("are counted and said, and nothing else is", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        LegacyDatabase.insertTrade(db);
        LegacyDatabase.insertTrade(db, { block_timestamp: null });
        LegacyDatabase.insertTrade(db, { block_timestamp: null });
        LegacyDatabase.insertQueueEvent(db);
        LegacyDatabase.insertQueueEvent(db);
        LegacyDatabase.insertPosition(db);
        LegacyDatabase.insertPosition(db, { symbol: "TSLA" });
      });
      const done = yield* migrate(path);
      right(done);
      expect(messages("Warning", done)).toEqual([
        "1 trades have no block number in event_queue: 0 is written for them",
        "2 trades have no block_timestamp: created_at is taken for it",
        "2 positions get the default threshold of one whole share",
      ]);
      expect(
        column(
          path,
          "select payload ->> '$.Migrated.threshold' from events where aggregate_type = 'Position'",
        ),
      ).toEqual(['{"Shares":"1"}', '{"Shares":"1"}']);
    }),
  );

  it.effect("are not needed by a file that has everything", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        LegacyDatabase.insertTrade(db, { gas_used: null, created_at: null });
        LegacyDatabase.insertQueueEvent(db);
        LegacyDatabase.insertOrder(db);
      });
      const done = yield* migrate(path);
      right(done);
      expect(messages("Warning", done)).toEqual([]);
    }),
  );
});

describe("the moment of a trade", () => {
  const moments = (path: string) =>
    column(
      path,
      "select json_extract(payload, '$.Migrated.block_timestamp') from events order by rowid",
    );

  it.effect("is block_timestamp, else created_at; created_at is carried beside it", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        LegacyDatabase.insertTrade(db, { created_at: null });
        LegacyDatabase.insertTrade(db, {
          block_timestamp: null,
          created_at: "2025-08-02T00:00:00.000000001",
        });
      });
      right(yield* migrate(path));
      expect(moments(path)).toEqual(["2025-08-01T12:00:00Z", "2025-08-02T00:00:00.000000001Z"]);
      expect(
        column(path, "select json_extract(payload, '$.Migrated.created_at') from events"),
      ).toEqual([null, "2025-08-02T00:00:00.000000001Z"]);
    }),
  );

  it.effect("is missing where both are NULL, which is bad data at every age", () =>
    Effect.gen(function* () {
      for (const age of ["2025-07", "2026-01-26"] as const) {
        const path = damagedFile(
          (db) => LegacyDatabase.insertTrade(db, { block_timestamp: null, created_at: null }),
          age,
        );
        expect(badLines(yield* migrate(path))).toEqual([
          "onchain_trades id 1 block_timestamp is NULL: must be set where created_at is NULL: nothing else says when the trade was",
        ]);
      }
    }),
  );

  it.effect("is refused in every form that no version of the bot wrote", () =>
    Effect.gen(function* () {
      const wrong = [
        "2025-02-29 12:00:00",
        "2025-13-01 12:00:00",
        "2025-04-31 12:00:00",
        "2025-00-10 12:00:00",
        "2025-08-01 24:00:00",
        "2025-08-01 12:60:00",
        "2025-08-01 12:00:60",
        "2025-08-01 12:00",
        "2025-08-01",
        "12:00:00",
        "2025-08-01  12:00:00",
        " 2025-08-01 12:00:00",
        "2025-08-01 12:00:00 ",
        "2025-08-01 12:00:00.",
        "2025-08-01 12:00:00.1234567890",
        "2025-08-01 12:00:00,5",
        "2025-08-01 12:00:00 UTC",
        "2025-08-01 12:00:00z",
        "2025-08-01t12:00:00",
        "2025-08-01 12:00:00+0000",
        "2025-08-01 12:00:00+00",
        "2025-08-01 12:00:00ZZ",
        "25-08-01 12:00:00",
        "+02025-08-01 12:00:00",
        "1754049600",
        "now",
        "٢٠٢٥-08-01 12:00:00",
      ];
      const path = damagedFile((db) => {
        for (const block_timestamp of wrong) LegacyDatabase.insertTrade(db, { block_timestamp });
      });
      expect(badLines(yield* migrate(path))).toEqual(
        wrong.map((text, index) => {
          // The column's affinity turns a text of digits into the number it spells.
          const cell = text === "1754049600" ? "INTEGER 1754049600" : `TEXT "${text}"`;
          return `onchain_trades id ${index + 1} block_timestamp is ${cell}: must be a date and time that exists, such as 2025-10-01 12:00:00.5, or NULL`;
        }),
      );
    }),
  );
});
