import { it } from "@effect/vitest";
import { FastCheck } from "effect";
import { describe, expect } from "vitest";
import * as Difference from "../src/Difference.ts";
import * as Cell from "../src/Cell.ts";
import * as Decimal from "../src/Decimal.ts";
import * as Json from "../src/Json.ts";
import * as Moment from "../src/Moment.ts";
import { Unreadable } from "../src/Read.ts";

/** Also just before, in and after the years 0000 to 9999. */
const seconds = FastCheck.oneof(
  FastCheck.bigInt({ min: -100_000_000_000n, max: 300_000_000_000n }),
  FastCheck.bigInt({ min: -62_167_219_205n, max: -62_167_219_195n }),
  FastCheck.bigInt({ min: 253_402_300_795n, max: 253_402_300_805n }),
);
const fractions = FastCheck.oneof(
  FastCheck.constantFrom(0n, 1n, 999_999_999n, 500_000_000n, 1_000_000n, 1_000n),
  FastCheck.bigInt({ min: 0n, max: 999_999_999n }),
);

describe("moments", () => {
  it.each([
    ["1970-01-01 00:00:00", 0n],
    ["1970-01-01T00:00:00.000000001", 1n],
    ["1969-12-31 23:59:59.9Z", -100_000_000n],
    ["2024-02-29 00:00:00+00:00", 1_709_164_800_000_000_000n],
    ["2025-10-01 12:00:00-05:30", 1_759_339_800_000_000_000n],
    ["0000-01-01 00:00:00", -62_167_219_200_000_000_000n],
    ["9999-12-31 23:59:59.999999999", 253_402_300_799_999_999_999n],
  ])("of a cell: %s", (text, nanoseconds) => {
    expect(Moment.parseLegacy(text)).toBe(nanoseconds);
  });

  it.each([
    ...["", "2025-02-29 00:00:00", "1900-02-29 00:00:00", "2025-00-01 00:00:00"],
    ...["2025-01-00 00:00:00", "2025-13-01 00:00:00", "2025-04-31 00:00:00"],
    ...["2025-01-01 24:00:00", "2025-01-01 00:60:00", "2025-01-01 00:00:60"],
    ...["2025-01-01", "2025-01-01 00:00", "2025-01-01  00:00:00", "2025-01-01 00:00:00."],
    ...["2025-01-01 00:00:00.0000000001", "2025-01-01 00:00:00+0000", "2025-01-01t00:00:00"],
    ...["2025-01-01 00:00:00+24:00", "2025-01-01 00:00:00 ", " 2025-01-01 00:00:00"],
    ...["2025-01-01 00:00:00\n", "٢٠٢٥-01-01 00:00:00", "+2025-01-01 00:00:00"],
  ])("not %j", (text) => {
    expect(Moment.parseLegacy(text)).toBeUndefined();
  });

  it.each([
    ...["2025-01-01 00:00:00Z", "2025-01-01T00:00:00", "2025-01-01T00:00:00+00:00"],
    ...["2025-01-01T00:00:00.1Z", "2025-01-01T00:00:00.1234Z", "2025-02-30T00:00:00Z"],
  ])("not in the log: %j", (text) => {
    expect(Moment.parseStored(text)).toBeUndefined();
  });

  it.prop(
    "are those of a Date, where that reaches",
    [FastCheck.date({ min: new Date(-6e13), max: new Date(2.5e14), noInvalidDate: true })],
    ([date]) => {
      const nanoseconds = BigInt(date.getTime()) * 1_000_000n;
      const text = date.toISOString();
      expect(Moment.parseStored(text)).toBe(nanoseconds);
      expect(Moment.parseLegacy(text.replace("T", " ").replace("Z", "000000"))).toBe(nanoseconds);
    },
  );

  it.prop(
    "are written as they are read, in the years that the log's form has and in no other",
    [seconds, fractions],
    ([second, fraction]) => {
      const moment = second * 1_000_000_000n + fraction;
      const text = Json.writeMoment(moment);
      const year = new Date(Number(second) * 1000).getUTCFullYear();
      expect(text === undefined).toBe(year < 0 || year > 9999);
      if (typeof text === "string") expect(Moment.parseStored(text)).toBe(moment);
    },
  );
});

describe("decimals", () => {
  it.prop("of a double turn back into its bits", [finite()], ([value]) => {
    expect(Number(Cell.decimal(value))).toBe(value === 0 ? 0 : value);
  });

  it.prop(
    "are equal as text if they are equal",
    [FastCheck.bigInt(), digits(), digits()],
    ([n, a, b]) => {
      const text = (zeros: number) => `${n}.${"0".repeat(zeros)}`;
      expect(Decimal.parse(text(a + 1))).toBe(Decimal.parse(text(b + 1)));
      expect(Decimal.parse(String(n))).toBe(Decimal.parse(text(1)));
    },
  );

  it.prop(
    "are subtracted and compared without rounding",
    [FastCheck.bigInt(), FastCheck.bigInt(), digits()],
    ([a, b, power]) => {
      const scaled = (n: bigint) => Decimal.shift(Decimal.parse(String(n)) ?? "", -power);
      expect(Decimal.subtract(scaled(a), scaled(b))).toBe(scaled(a - b));
      expect(Decimal.isLess(scaled(a), scaled(b))).toBe(a < b);
    },
  );

  it.each([
    "1.50",
    "-0",
    "01",
    "1.",
    ".5",
    "1e3",
    "+1",
    " 1",
    "1 ",
    "NaN",
    "Infinity",
    "0x1",
    "-",
    "",
  ])("are not written %j", (text) => {
    expect(Json.decimal(text)).toBeInstanceOf(Unreadable);
  });
});

describe("JSON", () => {
  it.each([2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n])(
    "has the integer %s to the last digit",
    (integer) => {
      const read = Json.parse(`{"n":[${integer}]}`) as { readonly n: readonly [Json.Json] };
      expect(Json.integer(read.n[0])).toBe(integer);
      expect(Json.integer(Json.fromInteger(String(integer)))).toBe(integer);
    },
  );

  it.prop("is what was written", [FastCheck.jsonValue()], ([value]) => {
    const text = JSON.stringify(value);
    const exact = (_: string, inner: unknown) =>
      Number.isInteger(inner) && !Number.isSafeInteger(inner) && /^-?\d+$/.test(String(inner))
        ? BigInt(String(inner))
        : inner;
    expect(Json.parse(text)).toEqual(JSON.parse(text, exact));
  });

  it.each([
    ...['{"a":1,"a":1}', '{"a": 1}', '"\\u0061"', "1.0", "1e2", "-0", "{'a':1}", "01", "", "[1,]"],
    ...["9007199254740993.0", "[12345678901234567890e0]"],
  ])("is not %s", (text) => {
    expect(Json.parse(text)).toBeInstanceOf(Unreadable);
  });
});

describe("describe", () => {
  const difference: Difference.Difference = {
    kind: "different",
    side: "event",
    aggregate: "Position",
    id: "\u001b[31m\u202eAAPL\n\u2028\u0007\ufffd\ud800",
    field: "net\u001b_position",
    legacy: null,
    stored: null,
    since: null,
    reason: "is not what the row says",
  };

  it("is one line on which nothing moves or hides", () => {
    expect(Difference.describe(difference)).toBe(
      'different: Position "\\u001b[31m\\u{202e}AAPL\\n\\u{2028}\\u0007\\u{fffd}\\ud800", event net\\u{1b}_position: is not what the row says',
    );
  });

  it.prop(
    "is plain and short for any names",
    [FastCheck.fullUnicodeString(), FastCheck.fullUnicodeString()],
    ([id, field]) => {
      const line = Difference.describe({
        ...difference,
        id: id.repeat(50),
        field: field.repeat(50),
      });
      expect(line).toMatch(/^[\x20-\x7e]*$/);
      expect(line.length).toBeLessThan(2_500);
    },
  );
});

function finite() {
  return FastCheck.double({ noNaN: true, noDefaultInfinity: true });
}
function digits() {
  return FastCheck.nat(30);
}
