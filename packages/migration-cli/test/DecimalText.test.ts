import { decimal, decimalText, nullable } from "@ledgerfold/declaration/Kind";
import * as Decimal from "@ledgerfold/scalars/Decimal";
import { Schema } from "effect";
import { describe, expect, it } from "vitest";
import { judged } from "./Sides.ts";

/** Decimals that are TEXT, as PostgreSQL prints its numeric. */

const long = `${"9".repeat(60)}.${"0".repeat(20)}123`;

it.each([
  ["12.50", "12.5"],
  ["-0.000000000001", "-0.000000000001"],
  ["100", "100"],
  ["0", "0"],
  ["-0.00", "0"],
  ["12345678901234567890.123456789012", "12345678901234567890.123456789012"],
  [`-${"7".repeat(900)}.5`, `-${"7".repeat(900)}.5`],
  [long, long],
])("carries %s exactly", async (cell, at) => {
  expect(await judged(decimalText(), cell)).toEqual({ bad: [], seen: [], at: `"${at}"` });
  expect(await judged(decimalText(Decimal.Decimal), cell)).toMatchObject({ bad: [], seen: [] });
});

it.each([
  "1e5",
  "NaN",
  "Infinity",
  "-Infinity",
  " 1",
  "1 ",
  "1\n",
  "+1",
  "",
  ".5",
  "5.",
  "-",
  "1.2.3",
  "007",
  "00",
  "0x1",
  "1_000",
  "1,5",
  "٣",
])("refuses %j on both sides", async (cell) => {
  const { bad, seen } = await judged(decimalText(), cell);
  expect(bad).toHaveLength(1);
  expect(bad[0]).toMatch(/must be TEXT of plain digits such as -12.50 with at most 1000 digits$/);
  expect(seen).toEqual(['missing: Visit "1", event: the row has no event']);
  const later = await judged(decimalText(), cell, "1");
  expect(later.seen).toHaveLength(1);
  expect(later.seen[0]).toMatch(/legacy at: is not a number in plain digits/);
});

it("compares numbers, not digits", async () => {
  expect((await judged(decimalText(), "1.500", "1.5")).seen).toEqual([]);
  expect((await judged(decimalText(), "1.5000000000000000000000001", "1.5")).seen).toHaveLength(1);
  expect((await judged(decimalText(), "-1.5", "1.5")).seen).toHaveLength(1);
});

describe("numbers among the texts", () => {
  it("are refused", async () => {
    for (const cell of [1n, 0.5, null, new Uint8Array([49])]) {
      expect((await judged(decimalText(), cell)).bad).toHaveLength(1);
      expect((await judged(decimalText(), cell, "1")).seen.join()).toMatch(/must be TEXT, not /);
    }
  });

  it("count as they are shown where they are declared", async () => {
    const both = nullable(decimalText(Decimal.Decimal, { numbers: true }));
    const small = `0.${"0".repeat(323)}5`;
    for (const [cell, at] of [
      [7n, '"7"'],
      [0.1, '"0.1"'],
      ["0.10", '"0.1"'],
      [null, "null"],
      [5e-324, `"${small}"`],
    ] as const) {
      expect(await judged(both, cell)).toEqual({ bad: [], seen: [], at });
    }
    expect((await judged(both, 0.1, "0.10")).seen).toEqual([]);
    expect((await judged(both, 0.1, "0.11")).seen).toHaveLength(1);
    expect((await judged(both, Number.POSITIVE_INFINITY)).bad).toHaveLength(1);
  });
});

it("is the kind that a decimal names where a cell is such a text, and no other", async () => {
  const rule = "must be INTEGER or REAL whose whole part fits in 96 bits";
  const kinds = [
    [decimal(), rule],
    [nullable(decimal(Decimal.Decimal)), `${rule}, or NULL`],
  ] as const;
  for (const [kind, said] of kinds) {
    expect((await judged(kind, "12.50")).bad).toEqual([
      `visits id 1 at is TEXT "12.50": ${said}; decimalText is the kind for TEXT`,
    ]);
    expect((await judged(kind, "12,50")).bad).toEqual([`visits id 1 at is TEXT "12,50": ${said}`]);
  }
});

it("holds to what is declared of it", async () => {
  const cents = decimalText(undefined, { places: 2, least: "at least 0", digits: 6 });
  expect((await judged(cents, "1234.50")).at).toBe('"12.345"');
  expect((await judged(cents, "1234.500")).bad).toEqual([
    'visits id 1 at is TEXT "1234.500": must be TEXT of plain digits such as -12.50, at least 0, with at most 6 digits',
  ]);
  expect((await judged(cents, "-1")).bad).toHaveLength(1);
  expect((await judged(decimalText(undefined, { least: "above 0" }), "0.0")).bad).toHaveLength(1);
});

it("is exact through a schema, or refused", async () => {
  expect((await judged(decimalText(Schema.BigDecimal), "12.50")).bad).toEqual([]);
  const lossy = decimalText(Schema.NumberFromString);
  expect((await judged(lossy, "0.1")).bad).toEqual([]);
  expect((await judged(lossy, long)).bad).toHaveLength(1);
});
