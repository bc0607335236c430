import * as Scalar from "@ledgerfold/aggregate/Scalar";
import { Decimal as DecimalJs } from "decimal.js";
import { Schema } from "effect";

/** Exact decimals, which are text on the wire. Nothing rounds: they are added and multiplied. */

/**
 * Our own clone of decimal.js, whose default of 20 digits drops digits in sums: sums and products of
 * doubles need at most about 800, and we never divide.
 */
const Exact = DecimalJs.clone({ precision: 2_000, toExpNeg: -9e15, toExpPos: 9e15 });

export type Decimal = DecimalJs;

/** Of all zeros the one to begin a sum with. */
export const zero: Decimal = new Exact(0);
/** To count with, as `one.times(rate)`. */
export const one: Decimal = new Exact(1);

/** The value of decimal text such as `-150.250`. Anything else, an exponent included, is a bug. */
export const unsafeFromText = (text: string): Decimal => {
  const value = read(text);
  if (value === undefined) throw new RangeError("not decimal text");
  return value;
};

const read = (text: string): Decimal | undefined =>
  text.length <= longestShort ? (readShort(text) ?? readAny(text)) : readAny(text);

const readAny = (text: string): Decimal | undefined =>
  decimalText.test(text) ? new Exact(text) : undefined;

/**
 * Text with up to seven digits on either side of the point, for which decimal.js takes three times as
 * long: it keeps seven digits in a word, and these are the words.
 */
const readShort = (text: string): Decimal | undefined => {
  const start = text.charCodeAt(0) === minus ? 1 : 0;
  let point = text.length;
  let [whole, part] = [0, 0];
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === dot && point === text.length) point = at;
    else if (code < zeroDigit || code > zeroDigit + 9) return undefined;
    else if (at < point) whole = whole * 10 + code - zeroDigit;
    else part = part * 10 + code - zeroDigit;
  }
  const places = text.length - point - 1;
  if (point === start || point - start > wordDigits || places === 0 || places > wordDigits) {
    return undefined;
  }
  if (places > 0) part *= 10 ** (wordDigits - places);
  const value: { s: number; e: number; readonly d: Array<number> } = new Exact(whole || part);
  if (whole === 0 && part > 0) value.e -= wordDigits;
  else if (part > 0) value.d.push(part);
  if (start === 1) value.s = -1;
  return value as Decimal;
};

const wordDigits = 7;
const longestShort = 2 * wordDigits + 2;
const [minus, dot, zeroDigit] = [45, 46, 48];

/**
 * The shortest decimal that reads back as the same 64 bits, so nothing is lost and nothing added.
 * `value` is finite.
 */
export const fromDouble = (value: number): Decimal => new Exact(value);

/** All digits of an integer of any size. */
export const fromBigInt = (value: bigint): Decimal => new Exact(value.toString());

/** `value` x 10^`exponent`, exactly. */
export const shift = (value: Decimal, exponent: number): Decimal =>
  value.times(new Exact(`1e${exponent}`));

/** All digits, no exponent, no trailing zeros, and never `-0`. */
export const format = (value: Decimal): string => (value.isZero() ? "0" : value.toFixed());

const decimalText = /^-?\d+(\.\d+)?$/;

/** Text on the wire. Other services keep trailing zeros, so equal values may differ as text. */
export const Decimal: Schema.Schema<Decimal, string> = Scalar.make({
  identifier: "Decimal",
  is: (input): input is Decimal => DecimalJs.isDecimal(input) && input.isFinite(),
  wire: Schema.String,
  decode: (input) => (typeof input === "string" ? read(input) : undefined),
  encode: format,
  rule: "must be decimal text",
  annotations: {
    pretty: () => format,
    equivalence: () => (a, b) => a.equals(b),
    arbitrary: () => (fc) =>
      fc
        .tuple(fc.bigInt(-(2n ** 96n), 2n ** 96n), fc.integer({ min: 0, max: 28 }))
        .map(([digits, places]) => shift(fromBigInt(digits), -places)),
  },
});
