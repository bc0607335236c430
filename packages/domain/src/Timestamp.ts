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
  const match = rfc3339.exec(text);
  if (match === null) return Option.none();
  const [, date, time, fraction = "", zone = "Z"] = match;
  const whole = `${date}T${time}`;
  const milliseconds = Date.parse(`${whole}Z`);
  // Date.parse reads 30 February as 2 March; only what prints as it was written exists.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 19) !== whole) {
    return Option.none();
  }
  const offset = zone === "Z" ? Option.some(0) : offsetMilliseconds(zone);
  return Option.flatMap(offset, (ahead) =>
    fromNanoseconds(
      BigInt(milliseconds - ahead) * million +
        (fraction === "" ? 0n : BigInt(fraction.padEnd(9, "0"))),
    ),
  );
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
const rfc3339 = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

const offsetMilliseconds = (zone: string): Option.Option<number> => {
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 23 || minutes > 59) return Option.none();
  return Option.some((zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000);
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
