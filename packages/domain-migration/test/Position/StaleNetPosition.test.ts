import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { nets, type Row, stale, withNet } from "./NetPositions.ts";
import { badLines, execute, left, migrate, right } from "../support/Files.ts";
import { verify } from "../verification/Harness.ts";

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
    'trade_accumulators symbol "S3" net_position is REAL 1e+300: must be INTEGER or REAL whose whole part fits in 96 bits, or NULL',
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
          'trade_accumulators symbol "S0" net_position is REAL Infinity: must be INTEGER or REAL whose whole part fits in 96 bits, or NULL',
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

    it.effect(`(${netPosition}) is what a verification, which is not told, goes by`, () =>
      Effect.gen(function* () {
        const path = withNet([5, 7, 3], [1, 1, 0]);
        right(yield* migrate(path, { netPosition }));
        const { lines } = yield* Effect.promise(() => verify(path));
        expect(lines).toEqual([]);
        const other = netPosition === "computed" ? "5" : "4";
        execute(
          path,
          `update events set payload = json_set(payload, '$.Migrated.net_position', '${other}')
           where aggregate_id = 'S0'`,
        );
        const changed = yield* Effect.promise(() => verify(path));
        expect(changed.lines.join()).toContain("event net_position: is not what the row says");
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
