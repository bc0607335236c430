import { describe, expect, it } from "@effect/vitest";
import * as Examples from "./Examples.ts";

const { bought, failed, filled, initialized, migrated, placed, sold, state } = Examples;

const nothing = {
  net: "0",
  accumulated_long: "0",
  accumulated_short: "0",
  pending_execution_id: null,
  threshold: null,
  last_updated: null,
  taken_out: null,
};
const open = {
  ...nothing,
  threshold: { Shares: "1" },
  last_updated: "2026-01-05T12:01:00.000000001Z",
};
const legacy = {
  ...open,
  net: "1.5",
  accumulated_long: "7.75",
  accumulated_short: "6.25",
  last_updated: "2025-12-31T23:59:59.999999999Z",
};
const at = (minute: string) => ({ last_updated: `2026-01-05T12:${minute}:00.000000001Z` });

describe("each event", () => {
  it.each([
    ["none", [], nothing],
    ["Initialized", [initialized], open],
    ["Migrated", [migrated], legacy],
    [
      "Migrated without a moment",
      [{ ...migrated, last_updated: null }],
      { ...legacy, last_updated: null },
    ],
    [
      "a Buy on the chain adds to net and long",
      [migrated, bought("0.5")],
      { ...legacy, net: "2", accumulated_long: "8.25", ...at("02") },
    ],
    [
      "a Sell subtracts from net and adds to short",
      [migrated, sold("2.25")],
      { ...legacy, net: "-0.75", accumulated_short: "8.5", ...at("02") },
    ],
    [
      "a placed order is pending",
      [migrated, placed(7)],
      { ...legacy, pending_execution_id: 7, ...at("03") },
    ],
    [
      "a filled Sell at the broker moves net only",
      [migrated, placed(7), filled(7, "Sell", "1")],
      { ...legacy, net: "0.5", ...at("04") },
    ],
    [
      "a filled Buy at the broker moves net only",
      [migrated, placed(7, "Buy"), filled(7, "Buy", "2")],
      { ...legacy, net: "3.5", ...at("04") },
    ],
    [
      "a failed order leaves net alone",
      [migrated, placed(7), failed(7)],
      { ...legacy, ...at("05") },
    ],
    [
      "ThresholdUpdated",
      [migrated, Examples.thresholdUpdated],
      { ...legacy, threshold: { DollarValue: "1000" }, ...at("06") },
    ],
  ] as const)("%s", (_, events, expected) => {
    expect(state(events)).toEqual(expected);
  });
});

describe("sums are exact", () => {
  it.each([
    ["0.1 + 0.2", [bought("0.1"), bought("0.2")], "0.3"],
    ["1 - 0.9 - 0.1", [bought("1"), sold("0.9"), sold("0.1")], "0"],
    [
      "1e20 + 1e-20",
      [bought("100000000000000000000"), bought("0.00000000000000000001")],
      "100000000000000000000.00000000000000000001",
    ],
    ["long, then short", [bought("1"), sold("3.000000000000000001")], "-2.000000000000000001"],
  ] as const)("%s", (_, events, net) => {
    expect(state([initialized, ...events]).net).toBe(net);
  });

  it("to zero and through it, without a sign on the zero", () => {
    expect(state([initialized, sold("5"), filled(7, "Buy", "5")]).net).toBe("0");
    expect(state([initialized, bought("5"), filled(7, "Sell", "5")]).net).toBe("0");
  });
});

describe("events out of place are folded all the same", () => {
  it.each([
    [
      "a trade before the position begins",
      [bought("2")],
      { ...nothing, net: "2", accumulated_long: "2", ...at("02") },
    ],
    ["a fill of an order never placed", [filled(7)], { ...nothing, net: "-1", ...at("04") }],
    ["a failure of an order never placed", [failed(7)], { ...nothing, ...at("05") }],
    [
      "a second order over a pending one",
      [initialized, placed(7), placed(8)],
      { ...open, pending_execution_id: 8, ...at("03") },
    ],
    [
      "a fill of another order than the pending one",
      [initialized, placed(8), filled(7, "Buy", "2")],
      { ...open, net: "2", pending_execution_id: 8, ...at("04") },
    ],
    ["a second beginning keeps the sums", [migrated, initialized], { ...legacy, ...at("01") }],
    ["a late migration has the last word", [initialized, bought("9"), migrated], legacy],
  ] as const)("%s", (_, events, expected) => {
    expect(state(events)).toEqual(expected);
  });
});
