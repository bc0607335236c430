import * as Stored from "@ledgerfold/fixtures/Stored";
import { describe, expect, it } from "@effect/vitest";
import { Either, Schema } from "effect";
import { Broker, fromExecutor } from "../src/Broker.ts";
import * as OffchainOrder from "../src/OffchainOrder.ts";

describe("Broker", () => {
  it.each(["Schwab", "Alpaca", "AlpacaTradingApi", "AlpacaBrokerApi", "DryRun"])(
    "is %s",
    (name) => {
      expect(Schema.decodeUnknownEither(Broker)(name)).toEqual(Either.right(name));
      expect(Schema.encodeUnknownSync(Broker)(name)).toBe(name);
    },
  );

  it.each(["schwab", "alpaca-trading-api", "dry_run", "", null])("is not %j", (name) => {
    expect(Either.isLeft(Schema.decodeUnknownEither(Broker)(name))).toBe(true);
  });
});

describe("fromExecutor", () => {
  it("calls the executor the broker", () => {
    expect(fromExecutor({ Placed: { symbol: "AAPL", executor: "AlpacaTradingApi" } })).toEqual({
      Placed: { symbol: "AAPL", executor: "AlpacaTradingApi", broker: "AlpacaTradingApi" },
    });
  });

  it("leaves a broker as it is", () => {
    expect(fromExecutor({ Placed: { broker: "Schwab", executor: "DryRun" } })).toEqual({
      Placed: { broker: "Schwab", executor: "DryRun" },
    });
  });

  it.each([null, "Unfilled", 3, [], {}, { Placed: null }, { Placed: "Schwab" }, { Filled: {} }])(
    "leaves %j as it is",
    (payload) => {
      expect(Object.entries(fromExecutor(payload) ?? {})).toEqual(Object.entries(payload ?? {}));
    },
  );

  it.each(["Schwab", "AlpacaTradingApi", "AlpacaBrokerApi", "DryRun"])(
    "lets a stored order of the executor %s be read",
    (executor) => {
      const { payload, ...stored } = Stored.newest("OffchainOrder", "Placed", "theirs-2026");
      const decoded = OffchainOrder.codec.decode({
        ...stored,
        payload: payload.replace('"DryRun"', JSON.stringify(executor)),
      });
      expect(Either.map(decoded, (event) => event._tag === "Placed" && event.broker)).toEqual(
        Either.right(executor),
      );
    },
  );
});
