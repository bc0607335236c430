import { dayOrTime, nullable } from "@ledgerfold/declaration/Kind";
import { expect, it } from "vitest";
import { judged } from "./Sides.ts";

/** A day with or without a time in one column. */

it.each([
  ["2024-02-29", "2024-02-29"],
  ["2025-10-01T12:34:56", "2025-10-01T12:34:56"],
  ["2025-10-01 12:34:56.50", "2025-10-01T12:34:56.50"],
  ["2025-10-01 12:34:56Z", "2025-10-01T12:34:56Z"],
  ["2025-10-01T00:00:00.123456789-03:30", "2025-10-01T00:00:00.123456789-03:30"],
])("carries %s as it is written", async (cell, at) => {
  expect(await judged(dayOrTime(), cell)).toEqual({ bad: [], seen: [], at: `"${at}"` });
});

it.each([
  ...["2025-02-29", "2025-10-01T24:00:00", "2025-10-01 12:34", "2025-10-01T", "2025-10-01Z", ""],
  ...["2025-1-1", "2025-10-01T12:34:56+25:00", "2025-10-01x12:34:56", "2025-10-01\n", "20251001"],
  20251001n,
])("refuses %s on both sides", async (cell) => {
  const { bad } = await judged(dayOrTime(), cell);
  expect(bad).toHaveLength(1);
  expect(bad[0]).toMatch(/must be a day that exists, with or without a time/);
  const { seen } = await judged(dayOrTime(), cell, "2025-10-01");
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatch(/^unreadable: Visit "1", legacy at: /);
});

it("tells a day from its midnight, and a zone from none", async () => {
  const kind = nullable(dayOrTime());
  const changes: ReadonlyArray<readonly [string | null, string | null, number]> = [
    ["2025-10-01", "2025-10-01T00:00:00", 1],
    ["2025-10-01T12:00:00", "2025-10-01T12:00:00Z", 1],
    ["2025-10-01T12:00:00", "2025-10-01 12:00:00", 0],
    ["2025-10-01T12:00:00Z", "2025-10-01T13:00:00+01:00", 1],
    ["2025-10-01", null, 1],
  ];
  for (const [before, cell, count] of changes) {
    expect((await judged(kind, cell, before)).seen).toHaveLength(count);
  }
});
