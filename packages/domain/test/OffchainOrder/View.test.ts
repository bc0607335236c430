import { describe, expect, it } from "@effect/vitest";
import * as Examples from "./Examples.ts";

const { failed, filled, migrated, partiallyFilled, placed, row, submitted } = Examples;

const order = {
  execution_id: 42,
  symbol: "AAPL",
  shares: "10",
  direction: "Sell",
  broker: "Schwab",
  executor: "Schwab",
  broker_order_id: null,
  price_cents: null,
  initiated_at: "2026-01-05T12:01:00Z",
  completed_at: null,
};
const id = "1004055538153";
const then = "2025-12-31T20:59:59.999999999Z";
const now = "2026-01-05T12:00:00Z";

const pending = { ...order, status: "Pending" };
const confirmed = { ...order, status: "Submitted", broker_order_id: id };
const done = { ...order, status: "Filled", broker_order_id: id, price_cents: 15025 };
const failure = { ...order, status: "Failed" };

describe("the view of an order that was", () => {
  it.each([
    ["placed", [placed], pending],
    ["submitted", [placed, submitted], confirmed],
    ["partially filled", [placed, submitted, partiallyFilled], confirmed],
    [
      "filled",
      [placed, submitted, partiallyFilled, filled],
      { ...done, completed_at: "2026-01-05T12:04:00Z" },
    ],
    [
      "failed",
      [placed, submitted, failed],
      { ...failure, broker_order_id: id, completed_at: "2026-01-05T12:05:00Z" },
    ],
    ["migrated Pending", [migrated("Pending")], { ...pending, initiated_at: now }],
    ["migrated Submitted", [migrated("Submitted")], { ...confirmed, initiated_at: now }],
    ["migrated Filled", [migrated("Filled")], { ...done, initiated_at: then, completed_at: then }],
    [
      "migrated Failed",
      [migrated("Failed")],
      { ...failure, initiated_at: then, completed_at: then },
    ],
    [
      "migrated Failed, of which no moment is known",
      [{ ...migrated("Failed"), executed_at: null }],
      { ...failure, initiated_at: now },
    ],
    [
      "migrated Submitted, though executed_at is set",
      [{ ...migrated("Filled"), status: { _tag: "Submitted" } }],
      { ...confirmed, price_cents: 15025, initiated_at: then },
    ],
    [
      "migrated Submitted, then filled",
      [migrated("Submitted"), filled],
      { ...done, initiated_at: now, completed_at: "2026-01-05T12:04:00Z" },
    ],
  ] as const)("%s", (_, events, execution) => {
    expect(row(events)).toEqual({ Execution: execution });
  });

  it("not placed is unavailable, whatever else is said of it", () => {
    expect(row([])).toBe("Unavailable");
    expect(row([submitted, partiallyFilled, filled, failed])).toBe("Unavailable");
  });
});

describe("the order's id", () => {
  it.each(["9007199254740993", "9223372036854775807", "-1"])("is exact: %s", (text) => {
    expect(row([placed], text)).toMatchObject({ Execution: { execution_id: exact(text) } });
  });

  it.each(["", "AAPL", "4.2", "42 ", "0x2a", "9223372036854775808"])(
    "is not %j, and the view stays as it is",
    (text) => {
      expect(row([placed], text)).toBe("Unavailable");
    },
  );
});

/** On the wire a number, and a bigint where a number cannot hold it. */
const exact = (text: string) => (text.length < 16 ? Number(text) : BigInt(text));
