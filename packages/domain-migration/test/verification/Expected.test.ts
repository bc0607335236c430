import { it } from "@effect/vitest";
import { FastCheck } from "effect";
import { describe, expect } from "vitest";
import * as Cell from "@ledgerfold/verifier/Cell";
import * as Json from "@ledgerfold/verifier/internal/Json";
import * as Moment from "@ledgerfold/verifier/internal/Moment";
import * as Rule from "@ledgerfold/verifier/Rule";
import * as AggregateSpecs from "@ledgerfold/verifier/internal/AggregateSpecs";
import { plan } from "../../src/plan.ts";

const trades = AggregateSpecs.of(plan.migrations.OnChainTrade);
const positions = AggregateSpecs.of(plan.migrations.Position);
const orders = AggregateSpecs.of(plan.migrations.OffchainOrder);

/** What events are expected to be is what their rows say, or nothing. */

describe("what the log's writers write is read again", () => {
  it.prop("text", [FastCheck.fullUnicodeString()], ([text]) => {
    expect(Json.text(Json.writeText(text))).toBe(text);
  });

  it.prop("integers", [FastCheck.bigInt(-(2n ** 63n), 2n ** 64n)], ([integer]) => {
    expect(Json.integer(Json.writeInteger(integer))).toBe(integer);
  });

  it.prop("decimals", [FastCheck.double({ noNaN: true, noDefaultInfinity: true })], ([double]) => {
    const value = Cell.decimal(double) as string;
    const written = Json.writeDecimal(value);
    const isPlain = double === 0 || (1e-30 < Math.abs(double) && Math.abs(double) < 1e30);
    if (written !== undefined || isPlain) expect(Json.decimal(written)).toBe(value);
  });

  it.prop(
    "moments",
    [
      FastCheck.bigInt(-62_167_219_200n, 253_402_300_799n),
      FastCheck.oneof(
        FastCheck.constantFrom(0n, 1n, 1_000n, 1_000_000n, 999_999_999n, 120_000_000n),
        FastCheck.bigInt(0n, 999_999_999n),
      ),
    ],
    ([second, fraction]) => {
      const moment = second * 1_000_000_000n + fraction;
      expect(Moment.parseStored(Moment.format(moment))).toBe(moment);
    },
  );
});

const migrated_at = "2026-11-23T05:50:17.005Z";
const another = { migrated_at };
const metadata = { run_id: "r", net_position_rule: "computed" };

const trade = {
  ...{ id: 7n, tx_hash: `0x${"aB".repeat(32)}`, log_index: 3n, symbol: "tAAPL", amount: 0.1 + 0.2 },
  ...{ direction: "BUY", price_usdc: 150.25, created_at: "2025-10-01 12:00:00.5" },
  ...{ block_timestamp: "2025-10-01T12:00:00+02:00", gas_used: 2n ** 53n + 1n },
  ...{ effective_gas_price: null, pyth_price: 150.2, pyth_confidence: 0.05, pyth_exponent: -8n },
  ...{ pyth_publish_time: "2025-10-01 11:59:59", block_rows: null },
};
const order = {
  ...{ legacy_table: "offchain_trades", id: 1n, symbol: "AAPL", shares: 3n, direction: "SELL" },
  ...{ broker: "alpaca-trading-api", broker_order_id: null, order_id: "7", price_cents: 15_025n },
  ...{ status: "FAILED", executed_at: "2025-10-01 12:00:00" },
};
const position = {
  ...{ symbol: "AAPL", accumulated_long: 1.5, accumulated_short: 0.25 },
  ...{ pending_execution_id: 7n, order_shares: 3n, order_direction: "BUY" },
  ...{ last_updated: "2025-10-01 12:00:00" },
};

describe("an event is expected to be what its row says", () => {
  it("of a trade", () => {
    expect(Rule.expected(trades.fields, { row: trade, metadata }, another)).toStrictEqual({
      symbol: "tAAPL",
      amount: "0.30000000000000004",
      direction: "Buy",
      price_usdc: "150.25",
      block_number: 0,
      block_timestamp: "2025-10-01T10:00:00Z",
      gas_used: 2n ** 53n + 1n,
      pyth_price: {
        value: "15020000000",
        expo: -8,
        conf: "5000000",
        publish_time: "2025-10-01T11:59:59Z",
      },
      migrated_at,
      created_at: "2025-10-01T12:00:00.500Z",
      effective_gas_price: null,
      legacy_id: 7,
    });
  });

  it("of an order", () => {
    const beside = { ...another, executor: "DryRun" };
    expect(Rule.expected(orders.fields, { row: order, metadata }, beside)).toStrictEqual({
      symbol: "AAPL",
      shares: "3",
      direction: "Sell",
      broker: "Alpaca",
      executor: "AlpacaTradingApi",
      status: { Failed: { error: "Migrated from legacy system" } },
      broker_order_id: "7",
      price_cents: 15_025,
      executed_at: "2025-10-01T12:00:00Z",
      migrated_at,
      legacy_broker: "alpaca-trading-api",
    });
  });

  it("of an order of a run that wrote no executors", () => {
    const fields = Rule.expected(orders.fields, { row: order, metadata }, another);
    expect(fields).toMatchObject({ broker: "Alpaca", legacy_broker: "alpaca-trading-api" });
    expect(fields).not.toHaveProperty("executor");
  });

  it("of a position, with what the event says of its net", () => {
    const expected = {
      symbol: "AAPL",
      net_position: "1.25",
      accumulated_long: "1.5",
      accumulated_short: "0.25",
      threshold: { Shares: "1" },
      migrated_at,
      pending_execution_id: 7,
      pending_shares: "3",
      pending_direction: "Buy",
      last_updated: "2025-10-01T12:00:00Z",
    };
    const { fields } = positions;
    expect(Rule.expected(fields, { row: position, metadata }, another)).toStrictEqual(expected);
    expect(Rule.expected(fields, { row: position, metadata: {} }, another)).toStrictEqual(expected);
    const unknown = { net_position_rule: "guess" };
    expect(Rule.expected(fields, { row: position, metadata: unknown }, another)).toBeUndefined();
  });
});

describe("nothing is expected", () => {
  const cells = Object.entries(trade).map(([name]) => [name, new Uint8Array([1])] as const);
  it.each(cells.filter(([name]) => name in trades.fields || name.startsWith("pyth_")))(
    "of a row whose %s is unreadable",
    (name, cell) => {
      const row = { ...trade, [name]: cell };
      expect(Rule.expected(trades.fields, { row, metadata }, another)).toBeUndefined();
    },
  );

  it.each(["9999-12-31 23:59:59-01:00", "0000-01-01 00:00:00+01:00"])(
    "of a moment outside the years of the log's form: %s",
    (created_at) => {
      const row = { ...trade, created_at };
      expect(Rule.expected(trades.fields, { row, metadata }, another)).toBeUndefined();
    },
  );

  it.each([undefined, {}, { migrated_at: 5 }, { migrated_at: "2026-11-23 05:50:17" }])(
    "beside %j, which does not say when the run was",
    (other) => {
      expect(Rule.expected(trades.fields, { row: trade, metadata }, other)).toBeUndefined();
    },
  );
});
