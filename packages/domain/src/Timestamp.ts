import { Option, ParseResult, Schema } from "effect";

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
  const number = (from: number, to: number) => Number(text.slice(from, to));
  const [year, month, day] = [number(0, 4), number(5, 7), number(8, 10)];
  const [hour, minute, second] = [number(11, 13), number(14, 16), number(17, 19)];
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
  const fraction = ((timestamp % billion) + billion) % billion;
  const seconds = Number((timestamp - fraction) / billion);
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  if (fraction === 0n) return `${whole}Z`;
  const digits = fraction.toString().padStart(9, "0");
  if (fraction % million === 0n) return `${whole}.${digits.slice(0, 3)}Z`;
  return `${whole}.${fraction % thousand === 0n ? digits.slice(0, 6) : digits}Z`;
};

const thousand = 1_000n;
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

const Moment = Schema.declare(
  (input): input is Timestamp => typeof input === "bigint" && first <= input && input <= last,
  {
    identifier: "Timestamp",
    pretty: () => format,
    arbitrary: () => (fc) => fc.bigInt(first, last).map((value) => value as Timestamp),
  },
);

/** RFC 3339 text on the wire. */
export const Timestamp: Schema.Schema<Timestamp, string> = Schema.transformOrFail(
  Schema.String,
  Moment,
  {
    strict: true,
    decode: (text, _, ast) =>
      Option.match(parse(text), {
        onSome: ParseResult.succeed,
        onNone: () =>
          ParseResult.fail(new ParseResult.Type(ast, text, "must be an RFC 3339 moment")),
      }),
    encode: (timestamp) => ParseResult.succeed(format(timestamp)),
  },
).annotations({ identifier: "Timestamp" });
