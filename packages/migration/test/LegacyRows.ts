import { FastCheck as fc } from "effect";

/** Any row that a legacy file may validly hold, and what it means, independent of the code. */

/** Milliseconds since 1970, and the nanoseconds beyond them. */
export interface Moment {
  readonly milliseconds: number;
  readonly nanoseconds: number;
}

const isoSeconds = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 19);

/** A moment in any of its forms, with as many digits as do not lose any of it. */
const moment = fc
  .record({
    second: fc.integer({ min: Date.UTC(1900, 0) / 1000, max: Date.UTC(9998, 0) / 1000 }),
    nanos: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999_999 })),
    separator: fc.constantFrom(" ", "T"),
    padding: fc.integer({ min: 0, max: 9 }),
    zone: fc.constantFrom("", "Z", "+00:00", "+05:30", "-11:00"),
  })
  .map(({ second, nanos, separator, padding, zone }) => {
    const [sign, hours, minutes] = [zone[0], Number(zone.slice(1, 3)), Number(zone.slice(4))];
    const ahead = zone.length > 1 ? (hours * 60 + minutes) * (sign === "-" ? -60 : 60) : 0;
    const digits = String(nanos).padStart(9, "0").replace(/0+$/, "").padEnd(padding, "0");
    const local = isoSeconds((second + ahead) * 1000).replace("T", separator);
    return {
      text: `${local}${digits === "" ? "" : `.${digits}`}${zone}`,
      means: {
        milliseconds: second * 1000 + Math.floor(nanos / 1e6),
        nanoseconds: nanos % 1e6,
      } satisfies Moment,
    };
  });

const text = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
const int63 = fc.oneof(fc.bigInt(0n, 1_000_000n), fc.bigInt(0n, 2n ** 63n - 1n));
const most = 2 ** 96 - 2 ** 43;
const aboveZero = fc.oneof(
  fc.double({ min: Number.MIN_VALUE, max: most, noNaN: true }),
  fc.double({ min: 0.01, max: 1e6, noNaN: true }),
);
const atLeastZero = fc.oneof(fc.constant(0), aboveZero);
const direction = fc.constantFrom("BUY", "SELL");
const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((array) => Buffer.from(array).toString("hex"));
const anyCase = (digits: string) => fc.constantFrom(digits, digits.toUpperCase());

/** Sizes and exponents whose quotient a decimal of the other services can hold. */
const oracle = fc
  .record({
    pyth_price: fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    pyth_confidence: fc.double({ min: 0, max: 1e9, noNaN: true }),
    pyth_exponent: fc.integer({ min: -18, max: 10 }).map(BigInt),
    pyth_publish_time: moment,
  })
  .map((row) => ({ ...row, pyth_price: row.pyth_price === 0 ? 0 : row.pyth_price }));

export const trade = fc.record({
  tx_hash: hex(32)
    .chain(anyCase)
    .map((digits) => `0x${digits}`),
  log_index: int63,
  symbol: text,
  amount: aboveZero,
  direction,
  price_usdc: aboveZero,
  created_at: fc.option(moment),
  block_timestamp: moment,
  gas_used: fc.option(int63),
  effective_gas_price: fc.option(int63),
  oracle: fc.option(oracle),
  block_number: fc.option(int63),
});

export const position = fc.record({
  symbol: text,
  accumulated_long: atLeastZero,
  accumulated_short: atLeastZero,
  pending_execution_id: fc.option(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
  last_updated: moment,
});

export const order = fc
  .record({
    symbol: text,
    shares: aboveZero,
    direction,
    broker: fc.constantFrom("schwab", "alpaca", "dry_run", "alpaca-broker-api", "dry-run"),
    status: fc.constantFrom("PENDING", "SUBMITTED", "FILLED", "FAILED"),
    id: text,
    column: fc.constantFrom("order_id", "broker_order_id", "both", "none"),
    price_cents: fc.option(int63),
    executed_at: moment,
    cents: int63,
  })
  .map(({ id, column, price_cents, executed_at, cents, ...row }) => {
    const { status } = row;
    const needsId = status === "SUBMITTED" || status === "FILLED";
    const where = column === "none" && needsId ? "both" : column;
    return {
      ...row,
      order_id: where === "order_id" || where === "both" ? id : null,
      broker_order_id: where === "broker_order_id" || where === "both" ? id : null,
      price_cents: status === "FILLED" ? (price_cents ?? cents) : price_cents,
      executed_at: status === "FILLED" || status === "FAILED" ? executed_at : null,
    };
  });

const token = fc.tuple(fc.constantFrom("", "0x"), hex(40).chain(anyCase)).map((parts) => ({
  text: parts.join(""),
  means: `0x${parts[1].toLowerCase()}`,
}));

export const auth = fc.record({
  access_token: token,
  access_token_fetched_at: moment,
  refresh_token: token,
  refresh_token_fetched_at: moment,
});
