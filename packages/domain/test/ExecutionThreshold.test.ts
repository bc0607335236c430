import { describe, expect, it } from "@effect/vitest";
import { Either, Schema } from "effect";
import { ExecutionThreshold, TriggerReason, trigger } from "../src/ExecutionThreshold.ts";
import { dollars, shares } from "./Literals.ts";

const oneShare = { _tag: "Shares", value: shares("1") } as const;
const thousand = { _tag: "DollarValue", value: dollars("1000") } as const;
const said = (reason: TriggerReason | undefined) =>
  reason && Schema.encodeSync(TriggerReason)(reason);

describe("a threshold in shares", () => {
  it.each([
    ["1", "1"],
    ["-1", "1"],
    ["1.0000000000000000001", "1.0000000000000000001"],
    ["-12.5", "12.5"],
  ])("is met by a net of %s", (net, size) => {
    expect(said(trigger(oneShare, shares(net), null))).toEqual({
      SharesThreshold: { net_position_shares: size, threshold_shares: "1" },
    });
  });

  it.each(["0", "0.9999999999999999999", "-0.9999999999999999999"])("is not by %s", (net) => {
    expect(trigger(oneShare, shares(net), dollars("1000000"))).toBeUndefined();
  });
});

describe("a threshold in dollars", () => {
  it.each([
    ["4", "250", "4", "1000"],
    ["-4", "250", "4", "1000"],
    ["-8", "150.25", "8", "1202"],
    ["0.3", "3333.34", "0.3", "1000.002"],
  ])("is met by a net of %s at %s", (net, price, size, value) => {
    expect(said(trigger(thousand, shares(net), dollars(price)))).toEqual({
      DollarThreshold: {
        net_position_shares: size,
        dollar_value: value,
        price_usdc: price,
        threshold_dollars: "1000",
      },
    });
  });

  it.each([
    ["4", "249.9999999999999999"],
    ["-3.9999999999999999", "250"],
    ["0", "1000000"],
  ])("is not by %s at %s", (net, price) => {
    expect(trigger(thousand, shares(net), dollars(price))).toBeUndefined();
  });

  it("is not known to be met without a price", () => {
    expect(trigger(thousand, shares("1000000"), null)).toBeUndefined();
  });
});

describe("on the wire", () => {
  const decode = Schema.decodeUnknownEither(ExecutionThreshold);

  it("is a tagged decimal", () => {
    expect(decode({ Shares: "1.00" })).toEqual(Either.right(oneShare));
    expect(decode({ DollarValue: "1000" })).toEqual(Either.right(thousand));
    expect(Schema.encodeSync(ExecutionThreshold)(thousand)).toEqual({ DollarValue: "1000" });
  });

  it.each([
    { Shares: "0" },
    { Shares: "-1" },
    { DollarValue: "0.00" },
    { Shares: 1 },
    "Shares",
    {},
  ])("is not %j", (encoded) => {
    expect(Either.isLeft(decode(encoded))).toBe(true);
  });
});
