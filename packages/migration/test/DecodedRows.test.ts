import * as Compiled from "@ledgerfold/aggregate/Compiled";
import { describe, expect, it } from "@effect/vitest";
import { Either, FastCheck, Schema } from "effect";
import * as AuthRow from "../src/AuthRow.ts";
import { fromParseError, type RawRow } from "../src/BadData.ts";
import { type Cell, NotText } from "../src/Cell.ts";
import * as OrderRow from "../src/OrderRow.ts";
import * as PositionRow from "../src/PositionRow.ts";
import * as TradeRow from "../src/TradeRow.ts";

/** Compiled decoders of rows carry and refuse what Effect's parser does, in the same words. */

const hash = `0x${"aB".repeat(32)}`;
const token = "ab".repeat(40);
const at = "2025-10-01 12:00:00.5";

/** A good cell or two for each column. */
const trade: Readonly<Record<string, ReadonlyArray<Cell>>> = {
  id: [1n, -(2n ** 63n)],
  tx_hash: [hash],
  log_index: [0n, 2n ** 63n - 1n],
  symbol: ["tAAPL"],
  amount: [0.1 + 0.2, 5e-324, 7n],
  direction: ["BUY", "SELL"],
  price_usdc: [150.25],
  created_at: [at, null],
  block_timestamp: ["2025-10-01T12:00:00+02:00", null],
  gas_used: [21_000n, null],
  effective_gas_price: [null],
  pyth_price: [150.2, null],
  pyth_confidence: [0.05, null],
  pyth_exponent: [-8n, null],
  pyth_publish_time: [at, null],
  block_number: [0n, 30_000_000n, null],
};
const order: typeof trade = {
  id: [1n],
  symbol: ["AAPL"],
  shares: [3n, 0.5],
  direction: ["BUY", "SELL"],
  broker: ["schwab", "alpaca-trading-api"],
  broker_order_id: ["7", null],
  order_id: ["7", null],
  price_cents: [100n, null],
  status: ["PENDING", "SUBMITTED", "FILLED", "FAILED"],
  executed_at: [at, null],
};
const position: typeof trade = {
  symbol: ["AAPL"],
  accumulated_long: [0, 1.5],
  accumulated_short: [0.25],
  pending_execution_id: [7n, null],
  last_updated: [at],
};
const auth: typeof trade = {
  id: [1n],
  access_token: [token],
  access_token_fetched_at: [at],
  refresh_token: [`0x${token}`],
  refresh_token_fetched_at: [at],
  encryption_version: [1n],
};

const anyCell: FastCheck.Arbitrary<Cell> = FastCheck.oneof(
  FastCheck.constantFrom<Cell>(null, 0n, -1n, 1n, 2n ** 63n - 1n, -(2n ** 63n), -0, 1e29, -0.5),
  FastCheck.constantFrom<Cell>(Number.NaN, Number.POSITIVE_INFINITY, "", "7", "BUY", "buy", hash),
  FastCheck.constantFrom<Cell>(at, "2025-02-30 00:00:00", "2025-10-01 23:59:60", token, "ab"),
  FastCheck.constantFrom<Cell>(new Uint8Array([1]), new NotText(new Uint8Array([0xff]))),
  FastCheck.string(),
  FastCheck.double(),
  FastCheck.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
);

/** Of what the oracle said of a trade. */
const allOrNothing = (row: RawRow): RawRow => {
  const oracle = Object.keys(row).filter((name) => name.startsWith("pyth_"));
  const isSet = oracle.every((name) => row[name] !== null);
  return isSet ? row : { ...row, ...Object.fromEntries(oracle.map((name) => [name, null])) };
};

const rows: Readonly<Record<string, readonly [Schema.Schema<unknown, unknown>, typeof trade]>> = {
  trades: [TradeRow.TradeRow as Schema.Schema<unknown, unknown>, trade],
  orders: [OrderRow.OrderRow as Schema.Schema<unknown, unknown>, order],
  "orders without a broker": [
    OrderRow.OrderRowWithoutBroker as Schema.Schema<unknown, unknown>,
    { ...order, broker: [null] },
  ],
  positions: [PositionRow.PositionRow as Schema.Schema<unknown, unknown>, position],
  "positions with a net": [
    PositionRow.PositionRowWithNet as Schema.Schema<unknown, unknown>,
    { ...position, net_position: [1.25, null] },
  ],
  tokens: [AuthRow.AuthRow as Schema.Schema<unknown, unknown>, auth],
};

describe.each(Object.entries(rows))("rows of %s", (_, [schema, good]) => {
  const compiled = Compiled.decoder(schema);
  const parser = Schema.decodeUnknownEither(schema, { errors: "all" });
  const goodRow = FastCheck.record(
    Object.fromEntries(
      Object.entries(good).map(([name, cells]) => [name, FastCheck.constantFrom(...cells)]),
    ),
  ).map(allOrNothing);
  const someBad = FastCheck.oneof(
    FastCheck.constant({}),
    FastCheck.dictionary(FastCheck.constantFrom(...Object.keys(good)), anyCell, { maxKeys: 3 }),
  );
  /** What becomes of a row: all that is wrong with it, or its values told apart by their types. */
  const told = (cells: RawRow, outcome: ReturnType<typeof parser>) =>
    Either.match(outcome, {
      onLeft: (error) => fromParseError({ table: "t", key: "", cells }, error),
      onRight: (value) => value,
    });

  it("come out alike, good or bad", () => {
    const seen = { good: 0, bad: 0 };
    FastCheck.assert(
      FastCheck.property(goodRow, someBad, (row, bad) => {
        const cells = { ...row, ...bad };
        const expected = parser(cells);
        seen[Either.isRight(expected) ? "good" : "bad"] += 1;
        expect(told(cells, compiled(cells))).toStrictEqual(told(cells, expected));
      }),
      { numRuns: 1_000 },
    );
    expect(seen.good).toBeGreaterThan(50);
    expect(seen.bad).toBeGreaterThan(50);
  });
});
