import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import * as LegacyDatabase from "../../fixtures/src/LegacyDatabase.ts";
import { ages, has } from "../../fixtures/src/LegacySchema.ts";
import { badLines, damagedFile, execute, left, legacyFile, migrate } from "./support.ts";
import { right, select } from "./support.ts";

type Row = readonly [net: number | null, long: number, short: number];

/** Positions S0, S1, ... of an age that has the column. */
const withNet = (...rows: ReadonlyArray<Row>) =>
  damagedFile(
    (db) =>
      rows.forEach(([net_position, accumulated_long, accumulated_short], index) => {
        LegacyDatabase.insertPosition(db, {
          symbol: `S${index}`,
          net_position,
          accumulated_long,
          accumulated_short,
        });
      }),
    "2025-12-22",
  );

const nets = (path: string) =>
  select(
    path,
    `select payload ->> '$.Migrated.net_position' as net,
       metadata ->> 'net_position_rule' as rule from events order by rowid`,
  ).map(({ net, rule }) => [net, rule]);

const stale = (symbol: string, value: string, computed: string) =>
  `trade_accumulators symbol "${symbol}" net_position is ${value}: must be accumulated_long - accumulated_short, which is ${computed}; decide with --net-position computed or column`;

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

describe("a stale net_position", () => {
  const rows: ReadonlyArray<Row> = [
    [5, 7, 3],
    [1.000_001e-9, 0.5, 0.5],
    [1.01e-3, 1e6, 1e6],
    [1e300, 1, 0],
    [-4, 7, 3],
    [null, 0.3, 0.1],
  ];
  const lines = [
    stale("S0", "REAL 5", "4"),
    stale("S1", "REAL 1.000001e-9", "0"),
    stale("S2", "REAL 0.00101", "0"),
    'trade_accumulators symbol "S3" net_position is REAL 1e+300: must be a number whose whole part fits in 96 bits, or NULL',
    stale("S4", "REAL -4", "4"),
    stale("S5", "NULL", "0.2"),
  ];

  it.effect("is bad data, each with both values and what to decide", () =>
    Effect.gen(function* () {
      const failed = yield* migrate(withNet(...rows));
      expect(badLines(failed)).toEqual(lines);
      expect(left(failed)).toMatchObject({ _tag: "BadLegacyData", count: 6 });
    }),
  );

  it.effect("is replaced by long - short in decimals if the operator says computed", () =>
    Effect.gen(function* () {
      const path = withNet([5, 7, 3], [null, 0.3, 0.1], [0.5, 1e16, 0.1], [0.3 - 0.1, 0.3, 0.1]);
      right(yield* migrate(path, { netPosition: "computed" }));
      expect(nets(path)).toEqual([
        ["4", "computed"],
        ["0.2", "computed"],
        ["9999999999999999.9", "computed"],
        ["0.19999999999999998", "column"],
      ]);
    }),
  );

  it.effect("is carried as it is if the operator says column, but NULL is no number", () =>
    Effect.gen(function* () {
      const path = withNet([5, 7, 3], [-1e-30, 7, 3]);
      right(yield* migrate(path, { netPosition: "column" }));
      expect(nets(path)).toEqual([
        ["5", "column"],
        ["-0.000000000000000000000000000001", "column"],
      ]);
      const unset = yield* migrate(withNet([null, 0.3, 0.1]), { netPosition: "column" });
      expect(badLines(unset)).toEqual([stale("S0", "NULL", "0.2")]);
    }),
  );

  it.effect("is not decided about by a value that is no number at all", () =>
    Effect.gen(function* () {
      for (const netPosition of ["computed", "column"] as const) {
        const path = withNet([Number.POSITIVE_INFINITY, 7, 3]);
        execute(path, "update trade_accumulators set last_updated = '2025-08-01 12:00:00'");
        expect(badLines(yield* migrate(path, { netPosition }))).toEqual([
          'trade_accumulators symbol "S0" net_position is REAL Infinity: must be a number whose whole part fits in 96 bits, or NULL',
        ]);
      }
    }),
  );
});

describe("what the operator decided", () => {
  for (const netPosition of ["computed", "column"] as const) {
    it.effect(`(${netPosition}) holds for later runs that do not say it again`, () =>
      Effect.gen(function* () {
        const path = withNet([5, 7, 3], [1, 1, 0]);
        right(yield* migrate(path, { netPosition }));
        const before = nets(path);
        const { Position } = right(yield* migrate(path));
        expect(Position).toMatchObject({ written: 0, alreadyThere: 2 });
        expect(nets(path)).toEqual(before);
      }),
    );
  }

  it.effect("is not decided for a position that was not there then", () =>
    Effect.gen(function* () {
      const path = withNet([5, 7, 3]);
      right(yield* migrate(path, { netPosition: "computed" }));
      execute(
        path,
        `insert into trade_accumulators values ('S1', 9, 1, 0, null, '2025-08-01 12:00:00')`,
      );
      expect(badLines(yield* migrate(path))).toEqual([stale("S1", "REAL 9", "1")]);
    }),
  );

  it.effect("cannot be turned round once the events are there", () =>
    Effect.gen(function* () {
      const path = withNet([5, 7, 3]);
      right(yield* migrate(path, { netPosition: "computed" }));
      expect(left(yield* migrate(path, { netPosition: "column" }))).toMatchObject({
        _tag: "ExistingEventsDiffer",
        count: 1,
        first: { aggregate: "Position", id: "S0" },
      });
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
