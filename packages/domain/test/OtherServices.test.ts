import * as Json from "@ledgerfold/aggregate/internal/Json";
import * as Stored from "@ledgerfold/fixtures/Stored";
import { describe, expect, it } from "@effect/vitest";
import { Either, Schema } from "effect";

/**
 * What the services of December 2025 and of January 2026 ask of an event, written down from their
 * types and sharing nothing with ours: each field that they name must be there and fit, and they pass
 * over all others.
 */

const integer = (least: bigint, most: bigint) =>
  Schema.Union(Schema.JsonNumber, Schema.BigIntFromSelf).pipe(
    Schema.filter((value) => {
      const whole = typeof value === "bigint" || Number.isSafeInteger(value);
      return whole && BigInt(value) >= least && BigInt(value) <= most;
    }),
  );
const u64 = integer(0n, 2n ** 64n - 1n);
const i64 = integer(-(2n ** 63n), 2n ** 63n - 1n);
const i32 = integer(-(2n ** 31n), 2n ** 31n - 1n);
const decimal = Schema.String.pipe(Schema.pattern(/^-?\d+(\.\d+)?$/));
const moment = Schema.String.pipe(
  Schema.pattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(\d{3}|\d{6}|\d{9}))?Z$/),
);
const hash = Schema.String.pipe(Schema.pattern(/^0x[0-9a-f]{64}$/));
const bytes = Schema.String.pipe(Schema.pattern(/^0x([0-9a-f]{2})*$/));
const text = Schema.String;
const direction = Schema.Literal("Buy", "Sell");
const orNull = Schema.NullOr;

const threshold = Schema.Union(
  Schema.Struct({ Shares: decimal }),
  Schema.Struct({ DollarValue: decimal }),
);
const trigger_reason = Schema.Union(
  Schema.Struct({
    SharesThreshold: Schema.Struct({ net_position_shares: decimal, threshold_shares: decimal }),
  }),
  Schema.Struct({
    DollarThreshold: Schema.Struct({
      net_position_shares: decimal,
      dollar_value: decimal,
      price_usdc: decimal,
      threshold_dollars: decimal,
    }),
  }),
);
const status = Schema.Union(
  Schema.Literal("Pending", "Submitted", "Filled"),
  Schema.Struct({ Failed: Schema.Struct({ error: text }) }),
);
const pyth_price = Schema.Struct({ value: text, expo: i32, conf: text, publish_time: moment });

type Fields = Readonly<Record<string, Schema.Schema.AnyNoContext>>;

/** Of an age: which broker an order names, and whether a migrated trade must have its block. */
const events = (broker: Fields, block_number: Schema.Schema.AnyNoContext) => {
  const trade = { symbol: text, amount: decimal, direction, price_usdc: decimal };
  const seen = { block_number: u64, block_timestamp: moment };
  const order = { symbol: text, shares: decimal, direction, ...broker };
  const known: Readonly<Record<string, Readonly<Record<string, Fields>>>> = {
    OnChainTrade: {
      Migrated: {
        ...{ ...trade, ...seen, block_number },
        ...{ gas_used: orNull(u64), pyth_price: orNull(pyth_price), migrated_at: moment },
      },
      Filled: { ...trade, ...seen, filled_at: moment },
      Enriched: { gas_used: u64, pyth_price, enriched_at: moment },
    },
    Position: {
      Migrated: {
        ...{ symbol: text, net_position: decimal, accumulated_long: decimal },
        ...{ accumulated_short: decimal, threshold, migrated_at: moment },
      },
      Initialized: { symbol: text, threshold, initialized_at: moment },
      OnChainOrderFilled: {
        trade_id: Schema.Struct({ tx_hash: hash, log_index: u64 }),
        ...{ amount: decimal, direction, price_usdc: decimal },
        ...{ block_timestamp: moment, seen_at: moment },
      },
      OffChainOrderPlaced: {
        ...{ execution_id: i64, shares: decimal, direction, ...broker },
        ...{ trigger_reason, placed_at: moment },
      },
      OffChainOrderFilled: {
        ...{ execution_id: i64, shares_filled: decimal, direction, broker_order_id: text },
        ...{ price_cents: u64, broker_timestamp: moment },
      },
      OffChainOrderFailed: { execution_id: i64, error: text, failed_at: moment },
      ThresholdUpdated: {
        ...{ old_threshold: threshold, new_threshold: threshold, updated_at: moment },
      },
    },
    OffchainOrder: {
      Migrated: {
        ...{ ...order, status, broker_order_id: orNull(text), price_cents: orNull(u64) },
        ...{ executed_at: orNull(moment), migrated_at: moment },
      },
      Placed: { ...order, placed_at: moment },
      Submitted: { broker_order_id: text, submitted_at: moment },
      PartiallyFilled: {
        ...{ shares_filled: decimal, avg_price_cents: u64, partially_filled_at: moment },
      },
      Filled: { price_cents: u64, filled_at: moment },
      Failed: { error: text, failed_at: moment },
    },
    SchwabAuth: {
      TokensStored: {
        ...{ access_token: bytes, access_token_fetched_at: moment },
        ...{ refresh_token: bytes, refresh_token_fetched_at: moment },
      },
      AccessTokenRefreshed: { access_token: bytes, refreshed_at: moment },
    },
  };
  return ({ owner, tag, payload }: Pick<Stored.Stored, "owner" | "tag" | "payload">) => {
    const fields = known[owner]?.[tag];
    if (fields === undefined) throw new Error(`No ${owner} ${tag} is known`);
    const schema = Schema.Struct({ [tag]: Schema.Struct(fields) });
    return Schema.decodeUnknownEither(schema, { errors: "all" })(Json.parse(payload));
  };
};

const services = {
  "December 2025": events({ broker: Schema.Literal("Schwab", "Alpaca", "DryRun") }, u64),
  "January 2026": events(
    { executor: Schema.Literal("Schwab", "AlpacaTradingApi", "AlpacaBrokerApi", "DryRun") },
    orNull(u64),
  ),
};

const stored = Stored.all.filter(({ type }) => type !== "");
const ours = stored.filter((one) => !Stored.isTheirs(one) && !Stored.isBefore(one));

describe.each(Object.entries(services))("the services of %s", (_, read) => {
  it.each(ours.map((one) => [one.name, one] as const))("read what we write: %s", (__, one) => {
    expect(read(one)).toEqual(Either.right(expect.anything()));
  });

  it("are strict: without any of the fields that they name they read no event", () => {
    for (const one of ours) {
      const whole = Json.parse(one.payload) as Record<string, Record<string, unknown>>;
      const fields = whole[one.tag] ?? {};
      const needed = Object.keys(fields).filter((name) => {
        const { [name]: ___, ...others } = fields;
        return Either.isLeft(read({ ...one, payload: Json.stringify({ [one.tag]: others }) }));
      });
      expect(needed.length, one.name).toBeGreaterThan(1);
    }
  });
});

it("neither reads all that earlier versions wrote", () => {
  const unread = (read: (typeof services)["December 2025"]) =>
    stored.filter(Stored.isBefore).flatMap((one) => (Either.isLeft(read(one)) ? [one.name] : []));
  expect(unread(services["December 2025"])).toEqual([
    "events/OffchainOrder/Placed/1.0/before-broker-api",
    "events/Position/Initialized/1.0/before-full",
    "events/Position/OffChainOrderPlaced/1.0/before-broker-api",
  ]);
  expect(unread(services["January 2026"]).length).toBeGreaterThan(5);
});
