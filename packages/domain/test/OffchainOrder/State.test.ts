import { describe, expect, it } from "@effect/vitest";
import * as Examples from "./Examples.ts";

const { failed, filled, migrated, partiallyFilled, placed, state, submitted } = Examples;

const order = { symbol: "AAPL", shares: "10", direction: "Sell", executor: "Schwab" };
const fresh = { ...order, placed_at: "2026-01-05T12:01:00Z" };
const id = "1004055538153";
const confirmed = { broker_order_id: id, submitted_at: "2026-01-05T12:02:00Z" };
const unconfirmed = { broker_order_id: null, submitted_at: null };
const legacy = { ...order, placed_at: null };
const legacyPlaced = { ...legacy, ...unconfirmed };
const legacySubmitted = { ...legacy, broker_order_id: id, submitted_at: null };
const part = {
  shares_filled: "2.5",
  avg_price_cents: 15020,
  partially_filled_at: "2026-01-05T12:03:00Z",
};
const whole = { price_cents: 15025, filled_at: "2026-01-05T12:04:00Z" };
const failure = { error: "market closed", failed_at: "2026-01-05T12:05:00Z" };
const then = "2025-12-31T20:59:59.999999999Z";

describe("an order that was", () => {
  it.each([
    ["not placed", [], "NotPlaced"],
    ["placed", [placed], { Pending: fresh }],
    ["submitted", [placed, submitted], { Submitted: { ...fresh, ...confirmed } }],
    [
      "partially filled",
      [placed, submitted, partiallyFilled],
      { PartiallyFilled: { ...fresh, ...confirmed, ...part } },
    ],
    ["filled", [placed, submitted, filled], { Filled: { ...fresh, ...confirmed, ...whole } }],
    [
      "filled after a part",
      [placed, submitted, partiallyFilled, filled],
      { Filled: { ...fresh, ...confirmed, ...whole } },
    ],
    [
      "failed before the broker had it",
      [placed, failed],
      { Failed: { ...fresh, ...unconfirmed, ...failure } },
    ],
    [
      "failed after a part",
      [placed, submitted, partiallyFilled, failed],
      { Failed: { ...fresh, ...confirmed, ...failure } },
    ],
  ] as const)("%s", (_, events, expected) => {
    expect(state(events)).toEqual(expected);
  });
});

describe("a migrated order has no moment that its row had not:", () => {
  it.each([
    ["pending", [migrated("Pending")], { Pending: legacy }],
    ["submitted", [migrated("Submitted")], { Submitted: legacySubmitted }],
    [
      "filled",
      [migrated("Filled")],
      { Filled: { ...legacySubmitted, price_cents: 15025, filled_at: then } },
    ],
    [
      "failed",
      [migrated("Failed")],
      { Failed: { ...legacyPlaced, error: "Migrated from legacy system", failed_at: then } },
    ],
    [
      "pending, then confirmed and filled",
      [migrated("Pending"), submitted, filled],
      { Filled: { ...legacy, ...confirmed, ...whole } },
    ],
    [
      "submitted, then filled",
      [migrated("Submitted"), filled],
      { Filled: { ...legacySubmitted, ...whole } },
    ],
    [
      "filled, as other services may write it, without anything",
      [{ ...migrated("Pending"), status: { _tag: "Filled" } }],
      { Filled: { ...legacyPlaced, price_cents: null, filled_at: null } },
    ],
    [
      "failed, without a moment",
      [{ ...migrated("Failed"), executed_at: null }],
      { Failed: { ...legacyPlaced, error: "Migrated from legacy system", failed_at: null } },
    ],
  ] as const)("%s", (_, events, expected) => {
    expect(state(events)).toEqual(expected);
  });
});

describe("events out of place are folded all the same", () => {
  it.each([
    ["all of them before it was placed", [submitted, partiallyFilled, filled, failed], "NotPlaced"],
    [
      "a part before the broker confirmed",
      [placed, partiallyFilled],
      { PartiallyFilled: { ...fresh, ...unconfirmed, ...part } },
    ],
    [
      "a fill before the broker confirmed",
      [placed, filled],
      { Filled: { ...fresh, ...unconfirmed, ...whole } },
    ],
    [
      "a confirmation after the fill",
      [placed, filled, submitted],
      { Submitted: { ...fresh, ...confirmed } },
    ],
    [
      "a failure after the fill",
      [placed, submitted, filled, failed],
      { Failed: { ...fresh, ...confirmed, ...failure } },
    ],
    [
      "a fill after the failure, as of a row that was put right by hand",
      [placed, submitted, failed, filled],
      { Filled: { ...fresh, ...confirmed, ...whole } },
    ],
    ["a second placing", [placed, submitted, placed], { Pending: fresh }],
  ] as const)("%s", (_, events, expected) => {
    expect(state(events)).toEqual(expected);
  });
});
