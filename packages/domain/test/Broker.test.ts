import * as Stored from "@ledgerfold/fixtures/Stored";
import { describe, expect, it } from "@effect/vitest";
import { Either } from "effect";
import { type Broker, type Executor, withBoth } from "../src/Broker.ts";
import * as OffchainOrder from "../src/OffchainOrder.ts";

/** As other services' table has it, and what earlier versions of ours wrote. */
const read: ReadonlyArray<readonly [fields: object, broker: Broker, executor: Executor]> = [
  [{ broker: "Schwab" }, "Schwab", "Schwab"],
  [{ broker: "DryRun" }, "DryRun", "DryRun"],
  [{ broker: "Alpaca" }, "Alpaca", "AlpacaTradingApi"],
  [{ broker: "Alpaca", legacy_broker: "alpaca" }, "Alpaca", "AlpacaTradingApi"],
  [{ broker: "Alpaca", legacy_broker: "alpaca-broker-api" }, "Alpaca", "AlpacaBrokerApi"],
  [{ broker: "AlpacaTradingApi" }, "Alpaca", "AlpacaTradingApi"],
  [{ broker: "AlpacaBrokerApi" }, "Alpaca", "AlpacaBrokerApi"],
  [{ executor: "Schwab" }, "Schwab", "Schwab"],
  [{ executor: "DryRun" }, "DryRun", "DryRun"],
  [{ executor: "AlpacaTradingApi" }, "Alpaca", "AlpacaTradingApi"],
  [{ executor: "AlpacaBrokerApi" }, "Alpaca", "AlpacaBrokerApi"],
  [{ broker: "Alpaca", executor: "AlpacaBrokerApi" }, "Alpaca", "AlpacaBrokerApi"],
  [{ broker: "Schwab", executor: "DryRun" }, "Schwab", "DryRun"],
];

describe("withBoth", () => {
  it.each(read)("reads %j", (fields, broker, executor) => {
    const payload = { Placed: { symbol: "AAPL", ...fields } };
    expect(withBoth(payload)).toEqual({ Placed: { symbol: "AAPL", ...fields, broker, executor } });
  });

  it.each([
    ...[null, "Unfilled", 3, [], {}, { Placed: null }, { Placed: "Schwab" }, { Filled: {} }],
    ...[{ Placed: { broker: "schwab" } }, { Placed: { broker: "Alpaca", executor: "alpaca" } }],
    { Placed: { executor: null } },
  ])("leaves %j as it is", (payload) => {
    expect(withBoth(payload)).toEqual(payload);
  });
});

describe("a stored order", () => {
  const { payload, ...stored } = Stored.newest("OffchainOrder", "Placed", "theirs-2026");
  const decoded = (fields: string) =>
    OffchainOrder.codec.decode({
      ...stored,
      payload: payload.replace(/"executor":"DryRun"/, fields),
    });

  // Only a migrated one has the legacy row's word.
  const placed = read.filter(([fields]) => !("legacy_broker" in fields));

  it.each(placed)("is read with %j", (fields, broker, executor) => {
    expect(Either.getOrThrow(decoded(JSON.stringify(fields).slice(1, -1)))).toMatchObject({
      ...{ _tag: "Placed", broker, executor },
    });
  });

  it.each(['"broker":"schwab"', '"executor":"IBKR"', '"broker":"Schwab","executor":""', '"x":1'])(
    "is not read with %s",
    (fields) => {
      expect(Either.isLeft(decoded(fields))).toBe(true);
    },
  );
});
