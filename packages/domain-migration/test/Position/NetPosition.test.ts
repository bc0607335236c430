import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { ages, has } from "@ledgerfold/fixtures/LegacySchema";
import { Effect } from "effect";
import { nets, withNet } from "./NetPositions.ts";
import { legacyFile, migrate, right } from "../support/Files.ts";

describe("a net_position that agrees with long and short", () => {
  it.effect("is carried bit for bit, noise of doubles included", () =>
    Effect.gen(function* () {
      const path = withNet(
        [0.3 - 0.1, 0.3, 0.1],
        [0.2, 0.3, 0.1],
        [1e-9, 0.5, 0.5],
        [-1e-9, 0.5, 0.5],
        [1e-3, 1e6, 1e6],
        [999_999.999, 1e6, 0],
        [-5.000_000_005, 0, 5],
        [-0, 2, 2],
      );
      right(yield* migrate(path));
      expect(nets(path)).toEqual([
        ["0.19999999999999998", "column"],
        ["0.2", "column"],
        ["0.000000001", "column"],
        ["-0.000000001", "column"],
        ["0.001", "column"],
        ["999999.999", "column"],
        ["-5.000000005", "column"],
        ["0", "column"],
      ]);
    }),
  );

  it.effect("is carried from the column whatever the operator decides about others", () =>
    Effect.gen(function* () {
      for (const netPosition of ["computed", "column"] as const) {
        const path = withNet([0.3 - 0.1, 0.3, 0.1]);
        right(yield* migrate(path, { netPosition }));
        expect(nets(path)).toEqual([["0.19999999999999998", "column"]]);
      }
    }),
  );
});

describe.each(ages.filter((age) => !has(age, "net_position")))("a file of %s", (age) => {
  it.effect("has no net_position, so it is long - short, exact in decimals", () =>
    Effect.gen(function* () {
      const pairs = [
        [0.3, 0.1],
        [0.1 + 0.2, 0.3],
        [1e-7, 3.53],
        [1e16, 1e-12],
        [5e-324, 1],
        [0, 0],
        [1e21, 1e-7],
      ] as const;
      const path = legacyFile(
        (db) => {
          pairs.forEach(([accumulated_long, accumulated_short], index) => {
            LegacyDatabase.insertPosition(db, {
              symbol: `S${index}`,
              accumulated_long,
              accumulated_short,
            });
          });
        },
        { age },
      );
      right(yield* migrate(path));
      expect(nets(path)).toEqual([
        ["0.2", "computed"],
        ["0.00000000000000004", "computed"],
        ["-3.5299999", "computed"],
        ["9999999999999999.999999999999", "computed"],
        [`-0.${"9".repeat(323)}5`, "computed"],
        ["0", "computed"],
        ["999999999999999999999.9999999", "computed"],
      ]);
    }),
  );
});
