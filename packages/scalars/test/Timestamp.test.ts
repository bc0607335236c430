import { describe, expect, it } from "@effect/vitest";
import { Either, FastCheck, Option, Schema } from "effect";
import * as Timestamp from "../src/Timestamp.ts";

/** Of 2025-12-01T09:30:00Z. */
const base = 1_764_581_400_000_000_000n;
const read = (text: string) => Option.getOrUndefined(Timestamp.parse(text));
const moment = (nanoseconds: bigint) => Option.getOrThrow(Timestamp.fromNanoseconds(nanoseconds));

describe("parse", () => {
  it.each([
    ["2025-12-01T09:30:00Z", base],
    ["2025-12-01 09:30:00Z", base],
    ["2025-12-01T09:30:00.1Z", base + 100_000_000n],
    ["2025-12-01T09:30:00.12Z", base + 120_000_000n],
    ["2025-12-01T09:30:00.123Z", base + 123_000_000n],
    ["2025-12-01T09:30:00.1234Z", base + 123_400_000n],
    ["2025-12-01T09:30:00.12345Z", base + 123_450_000n],
    ["2025-12-01T09:30:00.123456Z", base + 123_456_000n],
    ["2025-12-01T09:30:00.1234567Z", base + 123_456_700n],
    ["2025-12-01T09:30:00.12345678Z", base + 123_456_780n],
    ["2025-12-01T09:30:00.123456789Z", base + 123_456_789n],
    ["2025-12-01T09:30:00.000000001Z", base + 1n],
    ["2025-12-01T09:30:00+00:00", base],
    ["2025-12-01T09:30:00-00:00", base],
    ["2025-12-01T11:30:00+02:00", base],
    ["2025-12-01T00:00:00.5-09:30", base + 500_000_000n],
    ["2025-12-02T00:30:00.000000007+15:00", base + 7n],
  ])("%s", (text, nanoseconds) => {
    expect(read(text)).toBe(nanoseconds);
  });

  it.each([
    ["the leap day", "2024-02-29T00:00:00Z", 1_709_164_800_000_000_000n],
    ["a leap day of a century", "2000-02-29T12:00:00Z", 951_825_600_000_000_000n],
    ["the moment before 1970", "1969-12-31T23:59:59.999999999Z", -1n],
    ["a moment before 1970", "1960-01-01T00:00:00.000000005Z", -315_619_199_999_999_995n],
    ["the first moment", "0000-01-01T00:00:00Z", -62_167_219_200_000_000_000n],
    ["the last moment", "9999-12-31T23:59:59.999999999Z", 253_402_300_799_999_999_999n],
  ])("%s", (_, text, nanoseconds) => {
    expect(read(text)).toBe(nanoseconds);
    expect(Timestamp.format(moment(nanoseconds))).toBe(text);
  });

  it.each([
    "2025-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2025-02-30T00:00:00Z",
    "2025-04-31T00:00:00Z",
    "2025-00-10T00:00:00Z",
    "2025-13-10T00:00:00Z",
    "2025-12-00T00:00:00Z",
    "2025-12-01T24:00:00Z",
    "2025-12-01T09:60:00Z",
    "2016-12-31T23:59:60Z",
    "2025-12-01T09:30:00",
    "2025-12-01T09:30Z",
    "2025-12-01",
    "2025-12-01T09:30:00.Z",
    "2025-12-01T09:30:00.1234567890Z",
    "2025-12-01T09:30:00,5Z",
    "2025-12-01T09:30:00+24:00",
    "2025-12-01T09:30:00+01:60",
    "2025-12-01T09:30:00+0100",
    "0000-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59.999999999-00:01",
    "-0001-12-31T00:00:00Z",
    "+010000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z",
    " 2025-12-01T09:30:00Z",
    "2025-12-01T09:30:00Z\n",
    "2025-12-01  09:30:00Z",
    "1764581400",
    "",
  ])("refuses %j", (text) => {
    expect(Timestamp.parse(text)).toEqual(Option.none());
  });
});

describe("the calendar", () => {
  it("is the one that JavaScript's Date has, from the year 0000 to 9999", () => {
    const day = 86_400_000;
    const last = Date.parse("9999-12-31T00:00:00Z");
    for (let at = Date.parse("0000-01-01T00:00:00Z"); at <= last; at += 11 * day) {
      const text = `${new Date(at).toISOString().slice(0, 19)}Z`;
      if (Option.getOrThrow(Timestamp.parse(text)) !== BigInt(at) * 1_000_000n) {
        expect.fail(`${text} is read as another day`);
      }
    }
  });
});

describe("format", () => {
  it.each([
    [base, "2025-12-01T09:30:00Z"],
    [base + 100_000_000n, "2025-12-01T09:30:00.100Z"],
    [base + 1_000_000n, "2025-12-01T09:30:00.001Z"],
    [base + 123_400_000n, "2025-12-01T09:30:00.123400Z"],
    [base + 1_000n, "2025-12-01T09:30:00.000001Z"],
    [base + 123_456_700n, "2025-12-01T09:30:00.123456700Z"],
    [base + 1n, "2025-12-01T09:30:00.000000001Z"],
    [0n, "1970-01-01T00:00:00Z"],
    [-1_000_000n, "1969-12-31T23:59:59.999Z"],
    [-1_000_000_001n, "1969-12-31T23:59:58.999999999Z"],
  ])("%s is %s", (nanoseconds, text) => {
    expect(Timestamp.format(moment(nanoseconds))).toBe(text);
  });

  it.prop("loses nothing", [Timestamp.Timestamp], ([timestamp]) => {
    expect(read(Timestamp.format(timestamp))).toBe(timestamp);
  });

  it("tells moments apart, in whatever turn they come", () => {
    const near = FastCheck.integer({ min: -200, max: 200 }).map((seconds) => BigInt(seconds));
    const moments = FastCheck.tuple(near, FastCheck.bigInt(-2n, 2n)).map(([seconds, rest]) =>
      moment(base + seconds * 1_000_000_000n + rest),
    );
    FastCheck.assert(
      FastCheck.property(FastCheck.array(moments, { minLength: 20 }), (turns) => {
        for (const timestamp of turns) expect(read(Timestamp.format(timestamp))).toBe(timestamp);
      }),
    );
  });
});

describe("the range", () => {
  it("ends where years have four digits", () => {
    expect(Timestamp.fromNanoseconds(-62_167_219_200_000_000_001n)).toEqual(Option.none());
    expect(Timestamp.fromNanoseconds(253_402_300_800_000_000_000n)).toEqual(Option.none());
  });

  it("takes milliseconds of a clock", () => {
    expect(Timestamp.fromMilliseconds(1_764_581_400_123)).toBe(base + 123_000_000n);
    expect(Timestamp.fromMilliseconds(-1)).toBe(-1_000_000n);
  });

  it("is the schema's, both ways", () => {
    const { decodeUnknownEither, encodeEither, is } = Schema;
    expect(Either.isLeft(decodeUnknownEither(Timestamp.Timestamp)("2025-02-30T00:00:00Z"))).toBe(
      true,
    );
    expect(Either.isLeft(decodeUnknownEither(Timestamp.Timestamp)(base))).toBe(true);
    expect(Either.isLeft(encodeEither(Timestamp.Timestamp)((10n ** 30n) as never))).toBe(true);
    expect(is(Timestamp.Timestamp)(base)).toBe(true);
  });
});
