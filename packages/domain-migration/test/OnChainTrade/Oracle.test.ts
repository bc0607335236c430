import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import { badLines, column, damagedFile, legacyFile, migrate, right } from "../support/Files.ts";

const prices = (path: string) =>
  column(path, "select payload -> '$.Migrated.pyth_price' from events order by rowid");

const none = {
  pyth_price: null,
  pyth_confidence: null,
  pyth_exponent: null,
  pyth_publish_time: null,
};

/** Price, confidence and exponent of a row, and the value and conf they become. */
const scaled = [
  [150.2, 0.05, -8, "15020000000", "5000000"],
  [0.1 + 0.2, 1e-7, -2, "30.000000000000004", "0.00001"],
  [150.2, 0.05, 0, "150.2", "0.05"],
  [150.2, 0.05, 3, "0.1502", "0.00005"],
  [-1.5, 0, -8, "-150000000", "0"],
  [0, 0, -2_147_483_648, "0", "0"],
  [0, 0, 2_147_483_647, "0", "0"],
  [1, 2, 400, `0.${"0".repeat(399)}1`, `0.${"0".repeat(399)}2`],
  [1, 2, -28, "10000000000000000000000000000", "20000000000000000000000000000"],
  [5e-324, 0, -324, "5", "0"],
] as const;

describe("the four oracle columns", () => {
  it.effect("become a price in whole units of 10^exponent, exactly", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        for (const [pyth_price, pyth_confidence, pyth_exponent] of scaled) {
          LegacyDatabase.insertTrade(db, { pyth_price, pyth_confidence, pyth_exponent });
        }
      });
      right(yield* migrate(path));
      expect(prices(path)).toEqual(
        scaled.map(
          ([, , expo, value, conf]) =>
            `{"value":"${value}","expo":${expo},"conf":"${conf}","publish_time":"2025-08-01T11:59:59Z"}`,
        ),
      );
    }),
  );

  it.effect("may all be NULL", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => LegacyDatabase.insertTrade(db, none));
      right(yield* migrate(path));
      expect(prices(path)).toEqual(["null"]);
    }),
  );

  it.effect("are bad data in every other combination, each that is missing named", () =>
    Effect.gen(function* () {
      const all = {
        pyth_price: 150.2,
        pyth_confidence: 0.05,
        pyth_exponent: -8,
        pyth_publish_time: "2025-08-01 11:59:59",
      };
      const columns = Object.keys(all) as Array<keyof typeof all>;
      const partial = Array.from({ length: 14 }, (_, index) =>
        columns.filter((_, bit) => ((index + 1) >> bit) % 2 === 1),
      );
      const path = damagedFile((db) => {
        for (const unset of partial) {
          LegacyDatabase.insertTrade(db, {
            ...all,
            ...Object.fromEntries(unset.map((name) => [name, null])),
          });
        }
      });
      const expected = partial.flatMap((unset, index) =>
        unset.map(
          (name) =>
            `onchain_trades id ${index + 1} ${name} is NULL: must be set where other oracle columns of the row are, or all four NULL`,
        ),
      );
      expect(expected).toHaveLength(28);
      expect([...badLines(yield* migrate(path))].sort()).toEqual(expected.sort());
    }),
  );

  it.effect("are bad data where the exponent moves the price out of reach of any decimal", () =>
    Effect.gen(function* () {
      const extreme = [-2_147_483_648, -27, 403, 2_147_483_647];
      const path = damagedFile((db) => {
        for (const pyth_exponent of extreme) LegacyDatabase.insertTrade(db, { pyth_exponent });
        LegacyDatabase.insertTrade(db, { pyth_exponent: -26, pyth_price: 793 });
        LegacyDatabase.insertTrade(db, { pyth_exponent: -26, pyth_price: 792 });
        LegacyDatabase.insertTrade(db, { pyth_exponent: 2n ** 31n });
      });
      const rule = "must not move the price beyond what a decimal of 96 bits, or 400 places, holds";
      expect(badLines(yield* migrate(path))).toEqual([
        `onchain_trades id 1 pyth_exponent is INTEGER -2147483648: ${rule}`,
        `onchain_trades id 2 pyth_exponent is INTEGER -27: ${rule}`,
        `onchain_trades id 3 pyth_exponent is INTEGER 403: ${rule}`,
        `onchain_trades id 4 pyth_exponent is INTEGER 2147483647: ${rule}`,
        `onchain_trades id 5 pyth_exponent is INTEGER -26: ${rule}`,
        "onchain_trades id 7 pyth_exponent is INTEGER 2147483648: must be INTEGER from -2147483648 to 2147483647, or NULL",
      ]);
    }),
  );
});
