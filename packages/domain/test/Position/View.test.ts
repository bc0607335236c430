import { describe, expect, it } from "@effect/vitest";
import * as Position from "../../src/Position.ts";
import * as Examples from "./Examples.ts";

const { bought, failed, filled, initialized, migrated, placed, row, sold } = Examples;

const flat = {
  symbol: "AAPL",
  net: "0",
  accumulated_long: "0",
  accumulated_short: "0",
  pending_execution_id: null,
  last_updated: "2026-01-05T12:01:00.000000001Z",
};
const legacy = {
  ...flat,
  net: "1.5",
  accumulated_long: "7.75",
  accumulated_short: "6.25",
  last_updated: "2025-12-31T23:59:59.999999999Z",
};
const at = (minute: string) => ({ last_updated: `2026-01-05T12:${minute}:00.000000001Z` });

describe("the view after", () => {
  it.each([
    ["Initialized", [initialized], flat],
    ["Migrated, whose moment is the legacy one", [migrated], legacy],
    [
      "Migrated without a moment",
      [{ ...migrated, last_updated: null }],
      { ...legacy, last_updated: null },
    ],
    [
      "Migrated with a pending order",
      [Examples.migratedPending(7, "Sell", "3")],
      { ...legacy, pending_execution_id: 7 },
    ],
    [
      "OnChainOrderFilled",
      [migrated, bought("0.5"), sold("0.25")],
      { ...legacy, net: "1.75", accumulated_long: "8.25", accumulated_short: "6.5", ...at("02") },
    ],
    [
      "OffChainOrderPlaced",
      [migrated, placed(7)],
      { ...legacy, pending_execution_id: 7, ...at("03") },
    ],
    [
      "OffChainOrderFilled",
      [migrated, placed(7), filled(7, "Sell", "1")],
      { ...legacy, net: "0.5", ...at("04") },
    ],
    ["OffChainOrderFailed", [migrated, placed(7), failed(7)], { ...legacy, ...at("05") }],
    ["ThresholdUpdated", [initialized, Examples.thresholdUpdated], { ...flat, ...at("06") }],
    [
      "a trade before the position begins",
      [bought("2")],
      { ...flat, net: "2", accumulated_long: "2", ...at("02") },
    ],
  ] as const)("%s", (_, events, position) => {
    expect(row(events)).toEqual({ Position: position });
  });
});

it("is unavailable before anything is known", () => {
  expect(row([])).toBe("Unavailable");
});

it("stays as it is under an id that is no ticker", () => {
  const { view } = Position.aggregate;
  expect(view.evolve(view.initial, migrated, { id: "", first: migrated })).toBe(view.initial);
});
