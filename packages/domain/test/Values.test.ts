import { describe, expect, it } from "@effect/vitest";
import { Either, Schema } from "effect";
import { Direction, signed } from "../src/Direction.ts";
import { PythPrice } from "../src/PythPrice.ts";
import * as Values from "../src/Values.ts";
import { at, decimal } from "./Literals.ts";

const accepts = <A, I>(schema: Schema.Schema<A, I>, encoded: unknown) =>
  Either.isRight(Schema.decodeUnknownEither(schema)(encoded));

describe("TxHash", () => {
  it("is 0x and 64 lower-case digits", () => {
    expect(accepts(Values.TxHash, `0x${"0123456789abcdef".repeat(4)}`)).toBe(true);
  });

  it.each([
    `0x${"A".repeat(64)}`,
    `0X${"a".repeat(64)}`,
    "a".repeat(64),
    `0x${"a".repeat(63)}`,
    `0x${"a".repeat(65)}`,
    `0x${"g".repeat(64)}`,
    `0x${"a".repeat(64)}\n`,
  ])("is not %j", (text) => {
    expect(accepts(Values.TxHash, text)).toBe(false);
  });
});

describe("the newtypes", () => {
  const roundTrip = <A, I>(schema: Schema.Schema<A, I>, encoded: I): I =>
    Schema.encodeSync(schema)(Schema.decodeSync(schema)(encoded));

  it("are their inner values", () => {
    expect(roundTrip(Values.Ticker, "tAAPL")).toBe("tAAPL");
    expect(roundTrip(Values.BrokerOrderId, "1004055538153")).toBe("1004055538153");
    expect(roundTrip(Values.Shares, "-1.5")).toBe("-1.5");
    expect(roundTrip(Values.Dollars, "150.25")).toBe("150.25");
    expect(roundTrip(Values.PriceCents, 15025)).toBe(15025);
    expect(roundTrip(Values.ExecutionId, 42)).toBe(42);
    expect(roundTrip(Values.LogIndex, 0)).toBe(0);
  });

  it("refuse what their inner values are not", () => {
    expect(accepts(Values.Ticker, "")).toBe(false);
    expect(accepts(Values.BrokerOrderId, "")).toBe(false);
    expect(accepts(Values.Shares, 1.5)).toBe(false);
    expect(accepts(Values.Dollars, "$1.50")).toBe(false);
    expect(accepts(Values.PriceCents, 0.5)).toBe(false);
    expect(accepts(Values.PriceCents, -1)).toBe(false);
    expect(accepts(Values.ExecutionId, "42")).toBe(false);
    expect(accepts(Values.LogIndex, -1)).toBe(false);
  });
});

describe("Direction", () => {
  it("signs a quantity", () => {
    expect(signed("Buy", decimal("1.5")).toFixed()).toBe("1.5");
    expect(signed("Sell", decimal("1.5")).toFixed()).toBe("-1.5");
  });

  it.each(["BUY", "sell", "", null])("is not %j", (text) => {
    expect(accepts(Direction, text)).toBe(false);
  });
});

describe("PythPrice", () => {
  const encoded = {
    value: "15025000000",
    expo: -8,
    conf: "1200000",
    publish_time: "2025-12-01T09:29:58Z",
  };

  it("keeps its text as it came and its moment exactly", () => {
    const price = Schema.decodeUnknownSync(PythPrice)({ ...encoded, value: "0015025000000.00" });
    expect(price).toEqual({
      value: "0015025000000.00",
      expo: -8,
      conf: "1200000",
      publish_time: at("2025-12-01T09:29:58Z"),
    });
  });

  it.each([
    { ...encoded, expo: 2 ** 31 },
    { ...encoded, value: 15025000000 },
    { ...encoded, publish_time: "2025-12-01" },
    { value: "1", expo: 0, conf: "1" },
  ])("is not %j", (wrong) => {
    expect(accepts(PythPrice, wrong)).toBe(false);
  });
});
