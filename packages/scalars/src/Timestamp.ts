import * as Scalar from "@ledgerfold/aggregate/Scalar";
import { Option, Schema } from "effect";

/** Moments to the nanosecond, which are RFC 3339 text on the wire. */

/** A moment: nanoseconds since 1970-01-01T00:00:00Z, within the years 0000 to 9999. */
export type Timestamp = bigint & { readonly [brand]: true };
declare const brand: unique symbol;

/** The moment so many nanoseconds after 1970 began, if its year has four digits. */
export const fromNanoseconds = (nanoseconds: bigint): Option.Option<Timestamp> =>
  first <= nanoseconds && nanoseconds <= last
    ? Option.some(nanoseconds as Timestamp)
    : Option.none();

/** From `Date.now()` or `Clock.currentTimeMillis`. */
export const fromMilliseconds = (milliseconds: number): Timestamp =>
  (BigInt(milliseconds) * million) as Timestamp;

/**
 * Reads RFC 3339 with up to nine fractional digits; a space may stand for the `T`. The day must
 * exist, and second 60 doesn't.
 */
export const parse = (text: string): Option.Option<Timestamp> => {
  if (!rfc3339.test(text)) return Option.none();
  const pair = (at: number) => (text.charCodeAt(at) - zero) * 10 + text.charCodeAt(at + 1) - zero;
  const [year, month, day] = [pair(0) * 100 + pair(2), pair(5), pair(8)];
  const [hour, minute, second] = [pair(11), pair(14), pair(17)];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return Option.none();
  if (hour > 23 || minute > 59 || second > 59) return Option.none();
  const zone = text.endsWith("Z") ? text.length - 1 : text.length - 6;
  const ahead = offsetMinutes(text.slice(zone));
  if (ahead === undefined) return Option.none();
  const seconds = daysFrom1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
  const fraction = zone === 19 ? 0 : Number(text.slice(20, zone).padEnd(9, "0"));
  return fromNanoseconds(BigInt(seconds - ahead * 60) * billion + BigInt(fraction));
};

/** RFC 3339 in UTC with `Z` and 0, 3, 6 or 9 fractional digits, the fewest that lose nothing. */
export const format = (timestamp: Timestamp): string => {
  // What is written of one fact, in its event and its view, tells few moments several times.
  const place = Math.floor(Number(timestamp) / 1e9) & (remembered - 1);
  if (moments[place] !== timestamp) {
    moments[place] = timestamp;
    texts[place] = textOf(timestamp);
  }
  return texts[place] as string;
};

const remembered = 64;
const moments = new Array<Timestamp | undefined>(remembered).fill(undefined);
const texts = new Array<string>(remembered).fill("");

const textOf = (timestamp: Timestamp): string => {
  const rest = Number(timestamp % billion);
  const fraction = rest < 0 ? rest + 1e9 : rest;
  const seconds = Number(timestamp / billion) - (rest < 0 ? 1 : 0);
  const days = Math.floor(seconds / 86_400);
  const second = seconds - days * 86_400;
  const [hour, minute] = [Math.floor(second / 3600), Math.floor(second / 60) % 60];
  const whole = `${dateAfter1970(days)}T${two[hour]}:${two[minute]}:${two[second % 60]}`;
  if (fraction === 0) return `${whole}Z`;
  const places = fraction % 1e6 === 0 ? 3 : fraction % 1e3 === 0 ? 6 : 9;
  return `${whole}.${String(fraction).padStart(9, "0").slice(0, places)}Z`;
};

const two = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, "0"));
const zero = "0".charCodeAt(0);
const million = 1_000_000n;
const billion = 1_000_000_000n;
const first = BigInt(Date.parse("0000-01-01T00:00:00Z")) * million;
const last = BigInt(Date.parse("9999-12-31T23:59:59Z")) * million + billion - 1n;
const rfc3339 = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** `Z` or `+02:00`, in minutes ahead of UTC. */
const offsetMinutes = (zone: string): number | undefined => {
  if (zone === "Z") return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4))];
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
};

const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const daysIn = (year: number, month: number): number =>
  month === 2
    ? isLeap(year)
      ? 29
      : 28
    : month === 4 || month === 6 || month === 9 || month === 11
      ? 30
      : 31;

/** Of the proleptic Gregorian calendar. Years begin in March here, so that a leap day ends one. */
const daysFrom1970 = (year: number, month: number, day: number): number => {
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + leaps + dayOfYear - 719_468;
};

/** The inverse: `2025-10-01`. Dates repeat every 400 years, which are 146,097 days. */
const dateAfter1970 = (days: number): string => {
  const since0000 = days + 719_468;
  const cycle = Math.floor(since0000 / 146_097);
  const day = since0000 - cycle * 146_097;
  const leaps = Math.floor(day / 1460) - Math.floor(day / 36_524) + Math.floor(day / 146_096);
  const yearOfCycle = Math.floor((day - leaps) / 365);
  const dayOfYear =
    day - yearOfCycle * 365 - Math.floor(yearOfCycle / 4) + Math.floor(yearOfCycle / 100);
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = cycle * 400 + yearOfCycle + (month > 2 ? 0 : 1);
  const dayOfMonth = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  return `${two[Math.floor(year / 100)]}${two[year % 100]}-${two[month]}-${two[dayOfMonth]}`;
};

/** RFC 3339 text on the wire. */
export const Timestamp: Schema.Schema<Timestamp, string> = Scalar.make({
  identifier: "Timestamp",
  is: (input): input is Timestamp => typeof input === "bigint" && first <= input && input <= last,
  wire: Schema.String,
  decode: (input) => (typeof input === "string" ? Option.getOrUndefined(parse(input)) : undefined),
  encode: format,
  rule: "must be an RFC 3339 moment",
  annotations: {
    pretty: () => format,
    arbitrary: () => (fc) => fc.bigInt(first, last).map((value) => value as Timestamp),
  },
});
