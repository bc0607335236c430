import * as Scenario from "@ledgerfold/aggregate/Scenario";
import { describe, expect, it } from "@effect/vitest";
import { Effect, Either } from "effect";
import * as Position from "../../src/Position.ts";
import { dollars, executionId, shares } from "../Literals.ts";
import * as Examples from "./Examples.ts";

/** When an order may be placed, to the last digit, and what a refusal tells. */

const { aggregate } = Position;
const { bought, failed, filled, inDollars, initialized, placed, sold } = Examples;
const { trigger_reason: _, ...order } = placed(7);
const place = (price?: string) =>
  ({
    ...order,
    _tag: "PlaceOffChainOrder",
    price_usdc: price === undefined ? null : dollars(price),
  }) as const;

describe("a net of", () => {
  it.effect.each([
    ["1 share", [initialized, bought("1")]],
    ["-1 share", [initialized, sold("1")]],
    ["0.1 + 0.2 + 0.7 shares", [initialized, bought("0.1"), bought("0.2"), bought("0.7")]],
    ["1.1 - 0.1 shares", [initialized, bought("1.1"), sold("0.1")]],
    [
      "1.0000000000000000000000000001 shares",
      [initialized, bought("1.0000000000000000000000000001")],
    ],
  ] as const)("%s is enough for one share", ([, history]) =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate, ...history).when(place());
      expect(Either.isRight(outcome)).toBe(true);
    }),
  );

  it.effect.each([
    [
      "0.9999999999999999999999999999 shares",
      [initialized, bought("0.9999999999999999999999999999")],
    ],
    [
      "-0.9999999999999999999999999999 shares",
      [initialized, sold("0.9999999999999999999999999999")],
    ],
    ["5 - 5 shares", [initialized, bought("5"), sold("5")]],
  ] as const)("%s is not", ([, history]) =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate, ...history).when(place("1000000"));
      expect(Either.isLeft(outcome)).toBe(true);
    }),
  );

  it.effect.each([
    ["4 shares at 250 dollars", [inDollars, bought("4")], "250", true],
    ["-4 shares at 250 dollars", [inDollars, sold("4")], "250", true],
    ["0.1 + 0.2 shares at 3333.34", [inDollars, bought("0.1"), bought("0.2")], "3333.34", true],
    ["0.3 shares at 3333.33", [inDollars, bought("0.3")], "3333.33", false],
    ["-4 shares at a little less than 250", [inDollars, sold("4")], "249.99999999999999999", false],
  ] as const)("%s, of a thousand dollars", ([, history, price, enough]) =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate, ...history).when(place(price));
      expect(Either.isRight(outcome)).toBe(enough);
    }),
  );
});

describe("a refusal tells", () => {
  it.effect("net and threshold", () =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate, initialized, sold("0.25")).when(place());
      const net_position = shares("-0.25");
      const refusal = new Position.ThresholdNotMet({ net_position, threshold: Examples.oneShare });
      expect(outcome).toEqual(Scenario.refusal(refusal));
      expect(refusal.message).toBe("A net of -0.25 shares is below the threshold of 1.");
    }),
  );

  it.effect("that a dollar threshold has no price", () =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate, inDollars, bought("1000")).when(place());
      const net_position = shares("1000");
      const threshold = Examples.thousandDollars;
      const refusal = new Position.ThresholdNotMet({ net_position, threshold });
      expect(outcome).toEqual(Scenario.refusal(refusal));
      expect(refusal.message).toContain("is not known to reach the threshold of 1000 dollars");
    }),
  );

  it.effect("which order is pending", () =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate, initialized, placed(8)).when(place());
      const refusal = new Position.PendingExecution({ execution_id: executionId(8) });
      expect(outcome).toEqual(Scenario.refusal(refusal));
      expect(refusal.message).toContain("Order 8");
    }),
  );

  it.effect.each([
    { ...filled(7), _tag: "CompleteOffChainOrder" },
    { ...failed(7), _tag: "FailOffChainOrder" },
  ] as const)("which order is pending instead: $_tag", (command) =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate, initialized, placed(8)).when(command);
      const ids = { expected: executionId(8), actual: executionId(7) };
      expect(outcome).toEqual(Scenario.refusal(new Position.ExecutionIdMismatch(ids)));
    }),
  );
});
