import { Either } from "effect";
import { describe, expect, it } from "vitest";
import * as OffchainOrder from "../src/OffchainOrder.ts";
import * as OnChainTrade from "../src/OnChainTrade.ts";
import * as Position from "../src/Position.ts";

const at = "2026-06-01T08:00:00Z";
const price = { value: "1", expo: 0, conf: "0", publish_time: at };

interface Read {
  readonly eventType: (tag: string) => string;
  readonly decode: (stored: {
    readonly type: string;
    readonly version: string;
    readonly payload: string;
  }) => Either.Either<unknown, { readonly reason: string }>;
}

const read = ({ eventType, decode }: Read, tag: string, fields: object) =>
  decode({ type: eventType(tag), version: "1.0", payload: JSON.stringify({ [tag]: fields }) });

const placed = { symbol: "AAPL", shares: "1", direction: "Sell", broker: "Schwab", placed_at: at };

describe("an event of a later form", () => {
  it.each([
    ["a new event", OffchainOrder.codec, "Cancelled", { cancelled_at: at }, "2026-06-01"],
    ["a new event that says no more", Position.codec, "ManualPositionAdjusted", {}, "2026-06-01"],
    [
      "a new event with marks of two earlier forms",
      OffchainOrder.codec,
      "Accepted",
      { executor_order_id: "7", direction: "buy" },
      "2026-06-01",
    ],
    [
      "a direction in lower case",
      OffchainOrder.codec,
      "Placed",
      { ...placed, direction: "sell" },
      "2026-05-12",
    ],
    [
      "both an id of an order and a direction in lower case",
      Position.codec,
      "OffChainOrderPlaced",
      { offchain_order_id: "6f1c", shares: "1", direction: "buy" },
      "2026-05-12",
    ],
    [
      "an order's id that is no number",
      Position.codec,
      "OffChainOrderFailed",
      { offchain_order_id: "6f1c", error: "no", failed_at: at },
      "2026-02-17",
    ],
    [
      "the executor's name of an order",
      OffchainOrder.codec,
      "Submitted",
      { executor_order_id: "7", submitted_at: at },
      "2026-02-17",
    ],
    [
      "a price in dollars",
      OffchainOrder.codec,
      "Filled",
      { price: "150.25", filled_at: at },
      "2026-02-17",
    ],
    [
      "a gas price beside what does not fit",
      OnChainTrade.codec,
      "Enriched",
      { gas_used: "7", effective_gas_price: 1, pyth_price: price, enriched_at: at },
      "2026-03-18",
    ],
  ] satisfies ReadonlyArray<readonly [string, Read, string, object, string]>)(
    "is named by its youngest mark: %s",
    (_, codec, tag, fields, from) => {
      expect(Either.getLeft(read(codec, tag, fields))).toMatchObject({
        value: { reason: `written by a service from ${from} on: not read by this version` },
      });
    },
  );

  it("is read where it fits, whatever its age", () => {
    const fields = { gas_used: 7, effective_gas_price: 1, pyth_price: price, enriched_at: at };
    expect(Either.isRight(read(OnChainTrade.codec, "Enriched", fields))).toBe(true);
  });

  it("is not seen in what is merely damaged", () => {
    for (const [tag, fields] of [
      ["Placed", { ...placed, shares: 1 }],
      ["Nothing", {}],
    ] as const) {
      expect(Either.getLeft(read(OffchainOrder.codec, tag, fields))).toMatchObject({
        value: { reason: expect.stringMatching(/^its payload /) },
      });
    }
  });
});
