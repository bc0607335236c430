import { FastCheck } from "effect";
import type { RawRow } from "@ledgerfold/migration/BadData";
import { type Cell, NotText } from "@ledgerfold/migration/internal/Cell";

/** Cells that legacy rows hold, good and bad, and rows that are made of them. */

export interface Column {
  /** Good as far as the column alone says; each of a form of its own. */
  readonly good: ReadonlyArray<Cell>;
  /** Near to good ones, and not. */
  readonly bad: ReadonlyArray<Cell>;
  /** More of both kinds. */
  readonly more?: FastCheck.Arbitrary<Cell>;
}
export type Columns = Readonly<Record<string, Column>>;

export const nullable = ({ good, ...column }: Column): Column => ({
  ...column,
  good: [...good, null, null],
});

const most = 2n ** 63n - 1n;
const least = -(2n ** 63n);

export const integer: Column = {
  good: [1n, 0n, -1n, 2n ** 53n + 1n, most, least],
  bad: [1, 0, -0, 1.5, "1", "1n"],
  more: FastCheck.bigInt(least, most),
};

const count: Column = { ...integer, good: [0n, 1n, 21_000n, 2n ** 53n + 1n, most] };

export const text: Column = {
  good: [
    "tAAPL",
    "AAPL0x",
    'quo"ted',
    "back\\slash",
    "nul\u0000, line\n, tab\t",
    "\u001b[31m",
  ].concat([
    "\u007f\u0080\u2028\u2029",
    "Ünïcödé",
    "日本",
    "🚀",
    " ",
    "null",
    "1e5",
    "__proto__",
    "a/b",
  ]),
  bad: ["", 7n, 7.5],
  more: FastCheck.string({ unit: "binary" }),
};

const hash: Column = {
  good: [`0x${"aB".repeat(32)}`, `0x${"0123456789abcdef".repeat(4)}`, `0x${"F".repeat(64)}`],
  bad: [
    ...[`0x${"a".repeat(63)}`, `0x${"a".repeat(65)}`, `0X${"a".repeat(64)}`, "a".repeat(66), "0x"],
    ...[`0x${"a".repeat(64)}\n`, `0x${"a".repeat(63)}\n`, `\n0x${"a".repeat(63)}`, "", "0xa"],
    ...[
      `1x${"a".repeat(64)}`,
      `0x${"a".repeat(63)}g`,
      `0xg${"a".repeat(63)}`,
      ` 0x${"a".repeat(63)}`,
    ],
    ...[`0x${"a".repeat(63)}٣`, `0x0x${"a".repeat(62)}`, `a0x${"a".repeat(63)}`],
  ],
};

/** Of both sides of where JavaScript begins to write exponents, and of all that 96 bits hold. */
const aboveZero: Column = {
  good: [
    ...[150.25, 0.1 + 0.2, 1 / 3, 1, 100, 0.5, 2 ** 53 + 2, 1e-6, 1e-6 + 2 ** -72],
    ...[1e-6 - 2 ** -72, 9.99e-7, 1e-28, 1e-29, 2.2250738585072014e-308, 5e-324],
    ...[123_456_789_012_345_680_000, 1e21 - 2 ** 17, 1e21, 1e21 + 2 ** 17, 2 ** 96 - 2 ** 43],
    ...[1n, 7n, 2n ** 53n + 1n, most],
  ],
  bad: [0, -0, 0n, -1n, least, -0.5, -5e-324, 2 ** 96, 1e29, 1e300, "1.5", "7"],
  more: FastCheck.double(),
};

export const anyDecimal: Column = {
  ...aboveZero,
  good: [...aboveZero.good, 0, -0, 0n, -1n, -150.25, -1e-7, least],
};

export const atLeastZero: Column = { ...aboveZero, good: [...aboveZero.good, 0, -0, 0n] };

const two = (most: number) =>
  FastCheck.integer({ min: 0, max: most }).map((number) => String(number).padStart(2, "0"));

export const moment: Column = {
  good: [
    ...["2025-10-01 12:00:00", "2025-10-01T12:00:00", "2025-10-01 12:00:00Z"],
    ...["2025-10-01T12:00:00Z", "2025-10-01 12:00:00+00:00", "2025-10-01T12:00:00-00:00"],
    ...["2025-10-01 00:30:00+02:00", "2025-10-01T23:30:00-11:30", "2025-10-01 00:00:00+23:59"],
    ...["1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "123456789"].map(
      (fraction) => `2025-10-01 12:00:00.${fraction}`,
    ),
    ...["2025-10-01 12:00:00.000000000", "2025-10-01T12:00:00.120Z", "2025-10-01 00:00:00.5+01:00"],
    ...[
      "2024-02-29 00:00:00",
      "2000-02-29T23:59:59",
      "0000-02-29 00:00:00",
      "1969-12-31 23:59:59.9",
    ],
    ...["0000-01-01 00:00:00", "9999-12-31 23:59:59", "9999-12-31T23:59:59.999999999"],
    ...["2025-12-31 19:00:00", "2025-12-31 20:59:00", "2025-12-31 23:00:59"],
  ],
  bad: [
    ...["2025-02-29 12:00:00", "1900-02-29 00:00:00", "2025-02-30 00:00:00", "2025-04-31T00:00:00"],
    ...["2025-00-10 12:00:00", "2025-13-01 12:00:00", "2025-10-00 12:00:00", "2025-10-32 12:00:00"],
    ...["2025-10-01 24:00:00", "2025-10-01 29:00:00", "2025-10-01 30:00:00", "2025-10-01 12:60:00"],
    ...["2025-10-01 12:00:60", "2025-10-01 12:00:99", "2025-10-01 12:90:00", "2025-10-01 12-00-00"],
    ...["2025-10-01 12:00", "2025-10-01", "12:00:00", "", " ", "now", "2025-10-01 12:00:00\n"],
    ...[
      "2025-10-01  12:00:00",
      " 2025-10-01 12:00:00",
      "2025-10-01 12:00:00 ",
      "2025-10-01 7:00:00",
    ],
    ...[
      "2025-10-01\n12:00:00",
      "2025-10-01t12:00:00",
      "2025-10-01_12:00:00",
      "2025-10-01 12:00:00z",
    ],
    ...["2025-10-01 12:00:00.", "2025-10-01 12:00:00,5", "2025-10-01 12:00:00.1234567890"],
    ...["2025-10-01 12:00:00+0200", "2025-10-01 12:00:00+24:00", "2025-10-01 12:00:00+02:60"],
    ...["2025-10-01 12:00:00ZZ", "2025-10-01 12:00:00 UTC", "2025-10-01 12:00:00\u0000"],
    ...["2025/10/01 12:00:00", "25-10-01 12:00:00", "12025-10-01 12:00:00", "2025-1-001 12:00:00"],
    ...["0000-01-01 00:00:00+00:01", "9999-12-31 23:59:59-00:01", "٢٠٢٥-08-01 12:00:00"],
    ...[
      "2025-10-01 12:00:000",
      "2025-10-01 012:00:00",
      "x2025-10-01 12:00:00",
      1_754_049_600n,
      1.5,
    ],
  ],
  more: FastCheck.tuple(
    FastCheck.integer({ min: 0, max: 9999 }).map((year) => String(year).padStart(4, "0")),
    ...[two(13), two(32), two(24), two(60), two(60)],
    FastCheck.constantFrom(" ", "T"),
    FastCheck.constantFrom("", "", ".5", ".120", ".000001", ".123456789"),
    FastCheck.constantFrom("", "", "Z", "+00:00", "-11:30"),
  ).map(([year, month, day, hour, minute, second, between, fraction, zone]) => {
    return `${year}-${month}-${day}${between}${hour}:${minute}:${second}${fraction}${zone}`;
  }),
};

const names = ["toString", "constructor", "__proto__", ""];

const direction: Column = {
  good: ["BUY", "SELL"],
  bad: ["buy", "Buy", "Sell", " BUY", "BUY ", "BUY\n", "B", ...names],
};

/** A trade with what event_queue says of it. */
export const trade: Columns = {
  id: integer,
  tx_hash: hash,
  log_index: count,
  symbol: text,
  amount: aboveZero,
  direction,
  price_usdc: aboveZero,
  created_at: nullable(moment),
  block_timestamp: nullable(moment),
  gas_used: nullable(count),
  effective_gas_price: nullable(count),
  pyth_price: anyDecimal,
  pyth_confidence: atLeastZero,
  /** The far ones move only 0 to where it can be held. */
  pyth_exponent: {
    good: [-8n, -8n, -8n, 0n, 3n, -2n, -27n, -28n, -29n, 400n, 403n, -(2n ** 31n), 2n ** 31n - 1n],
    bad: [2n ** 31n, -(2n ** 31n) - 1n, -8, "-8"],
    more: FastCheck.bigInt(-30n, 30n),
  },
  pyth_publish_time: moment,
  block_number: nullable(count),
};

export const order: Columns = {
  id: integer,
  symbol: text,
  shares: aboveZero,
  direction,
  broker: {
    good: ["schwab", "alpaca", "dry_run", "alpaca-trading-api", "alpaca-broker-api", "dry-run"],
    bad: ["Schwab", "dry run", "alpaca_trading_api", "schwab ", ...names],
  },
  broker_order_id: nullable({ ...text, good: ["7", "7", ...text.good] }),
  order_id: nullable({ ...text, good: ["7", "7", "8"] }),
  price_cents: nullable(count),
  status: {
    good: ["PENDING", "SUBMITTED", "FILLED", "FAILED", "COMPLETED"],
    bad: ["pending", "Pending", "PENDING ", "CANCELLED", "FILLED\n", ...names],
  },
  executed_at: nullable(moment),
};

/** Of a table without the column; also where it somehow has one. */
export const orderWithoutBroker: Columns = {
  ...order,
  broker: { good: [null], bad: ["schwab", "", 1n] },
};

/** Bad in most columns. */
const strange: ReadonlyArray<Cell> = [
  ...[null, 0n, -1n, 1n, most, least, -0, -0.5, 1e29, Number.NaN, Number.POSITIVE_INFINITY],
  ...[Number.NEGATIVE_INFINITY, "", " ", "7", "null", "BUY", "2025-10-01 12:00:00"],
  ...[new Uint8Array(), new Uint8Array([0x31]), new NotText(new Uint8Array([0xff]))],
];

const anyStrange: FastCheck.Arbitrary<Cell> = FastCheck.oneof(
  FastCheck.constantFrom(...strange),
  FastCheck.string(),
  FastCheck.double(),
  FastCheck.bigInt(least, most),
);

/** Of what the oracle said of a trade: all of it, or nothing. */
const withOracle = (row: RawRow, isSet: boolean): RawRow =>
  isSet || !("pyth_price" in row)
    ? row
    : {
        ...row,
        ...Object.fromEntries(
          Object.keys(row).flatMap((name) => (name.startsWith("pyth_") ? [[name, null]] : [])),
        ),
      };

/** Rows of cells that are good each for itself. */
const goodRows = (columns: Columns): FastCheck.Arbitrary<RawRow> =>
  FastCheck.tuple(
    FastCheck.record(
      Object.fromEntries(
        Object.entries(columns).map(([name, { good }]) => [name, FastCheck.constantFrom(...good)]),
      ),
    ),
    FastCheck.boolean(),
  ).map(([row, isSet]) => withOracle(row, isSet));

/** Rows of which some cells may be bad, and some rows all the same good. */
export const rows = (columns: Columns): FastCheck.Arbitrary<RawRow> => {
  const cell = ([name, { bad, more }]: readonly [string, Column]) =>
    FastCheck.oneof(FastCheck.constantFrom(...bad), more ?? anyStrange, anyStrange).map(
      (value) => [name, value] as const,
    );
  const bad = FastCheck.array(FastCheck.oneof(...Object.entries(columns).map(cell)), {
    minLength: 1,
    maxLength: 2,
  });
  return FastCheck.tuple(goodRows(columns), FastCheck.oneof(FastCheck.constant([]), bad)).map(
    ([row, some]) => ({ ...row, ...Object.fromEntries(some) }),
  );
};

/** This row, and each that is it but for one cell of its column's or a strange one. */
export const variants = (columns: Columns, row: RawRow): ReadonlyArray<RawRow> => [
  row,
  ...Object.entries(columns).flatMap(([name, { good, bad }]) =>
    [...good, ...bad, ...strange].map((cell) => ({ ...row, [name]: cell })),
  ),
];
