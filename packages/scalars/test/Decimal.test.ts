import { describe, expect, it } from "@effect/vitest";
import type { Decimal as DecimalJs } from "decimal.js";
import { Either, FastCheck, Schema } from "effect";
import * as Decimal from "../src/Decimal.ts";

const text = Decimal.unsafeFromText;
const decode = Schema.decodeUnknownEither(Decimal.Decimal);
const encode = Schema.encodeSync(Decimal.Decimal);

describe("fromDouble", () => {
  it.each([
    [0.1, "0.1"],
    [0.1 + 0.2, "0.30000000000000004"],
    [1e-7, "0.0000001"],
    [1e21, "1000000000000000000000"],
    [1.5e300, `15${"0".repeat(299)}`],
    [5e-324, `0.${"0".repeat(323)}5`],
    [-2.5, "-2.5"],
    [3.53, "3.53"],
    [2 ** 53, "9007199254740992"],
    [0, "0"],
    [-0, "0"],
  ])("%d is %s", (double, expected) => {
    expect(Decimal.format(Decimal.fromDouble(double))).toBe(expected);
  });

  it.each([Number.MAX_VALUE, Number.MIN_VALUE, -Number.MAX_VALUE, 2.2250738585072014e-308])(
    "%d comes back",
    (double) => {
      expect(Number(Decimal.format(Decimal.fromDouble(double)))).toBe(double);
    },
  );

  const bits = FastCheck.bigInt(0n, 2n ** 64n - 1n).map(
    (word) => new Float64Array(BigUint64Array.of(word).buffer)[0] ?? Number.NaN,
  );
  const finite = FastCheck.oneof(
    bits.filter(Number.isFinite),
    FastCheck.double({ noNaN: true, noDefaultInfinity: true }),
  );

  it.prop(
    "of any double comes back bit for bit, but for the sign of zero",
    [finite],
    ([double]) => {
      const written = Decimal.format(Decimal.fromDouble(double));
      expect(Object.is(Number(written), double === 0 ? 0 : double)).toBe(true);
      expect(written).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
    },
    { fastCheck: { numRuns: 1_000 } },
  );
});

describe("text", () => {
  const digits = (most: number) => FastCheck.stringMatching(new RegExp(`^[0-9]{0,${most}}$`));
  const near = FastCheck.tuple(
    FastCheck.constantFrom("", "-", "+"),
    digits(9),
    FastCheck.constantFrom("", ".", "e", ".."),
    digits(9),
  ).map((parts) => parts.join(""));

  it.prop(
    "is read as decimal.js reads it, and nothing else is",
    [near],
    ([text]) => {
      const expected = /^-?\d+(\.\d+)?$/.test(text)
        ? Either.right(new (Decimal.zero.constructor as DecimalJs.Constructor)(text))
        : undefined;
      const actual = decode(text);
      if (expected === undefined) expect(Either.isLeft(actual)).toBe(true);
      else expect(actual).toStrictEqual(expected);
    },
    { fastCheck: { numRuns: 20_000 } },
  );
});

describe("sums and products", () => {
  it("are exact", () => {
    expect(Decimal.format(text("0.1").plus(text("0.2")))).toBe("0.3");
    expect(Decimal.format(text("1").minus(text("0.9")))).toBe("0.1");
  });

  it("keep more digits than decimal.js would", () => {
    const sum = text("1000000000000000000000000").plus(text("0.0000000000000000000000000001"));
    expect(Decimal.format(sum)).toBe("1000000000000000000000000.0000000000000000000000000001");
    const product = text("12345678901234567890.5").times(text("12345678901234567890.5"));
    expect(Decimal.format(product)).toBe("152415787532388367514250878776253619990.25");
  });

  it("of the largest and the smallest double keep every digit", () => {
    const sum = Decimal.fromDouble(Number.MAX_VALUE).plus(Decimal.fromDouble(Number.MIN_VALUE));
    expect(Decimal.format(sum)).toBe(`17976931348623157${"0".repeat(292)}.${"0".repeat(323)}5`);
  });

  it("shift by powers of ten", () => {
    expect(Decimal.format(Decimal.shift(text("15025"), -2))).toBe("150.25");
    expect(Decimal.format(Decimal.shift(text("150.25"), 8))).toBe("15025000000");
    expect(Decimal.format(Decimal.shift(Decimal.fromBigInt(2n ** 64n), -28))).toBe(
      "0.0000000018446744073709551616",
    );
  });
});

describe("on the wire", () => {
  it.each([
    ["150.250", "150.25"],
    ["1.000000000000000000", "1"],
    ["100", "100"],
    ["-0.50", "-0.5"],
    ["-0", "0"],
    ["-0.000", "0"],
    ["007.5", "7.5"],
    ["0.1234567890123456789012345678", "0.1234567890123456789012345678"],
    ["79228162514264337593543950335", "79228162514264337593543950335"],
  ])("%s is read and would be written as %s", (theirs, ours) => {
    expect(Either.map(decode(theirs), encode)).toEqual(Either.right(ours));
  });

  it("is never -0, whatever gave it", () => {
    expect(encode(text("5").minus(text("5")).negated())).toBe("0");
    expect(encode(text("-1").times(Decimal.zero))).toBe("0");
  });

  it.each(["", "1e5", "1E-7", ".5", "5.", "+1", "0x10", "1_000", "1,5", " 1", "1\n", "NaN", "--1"])(
    "%j is no decimal",
    (wrong) => {
      expect(Either.isLeft(decode(wrong))).toBe(true);
      expect(() => text(wrong)).toThrow(RangeError);
    },
  );

  it.each([1.5, null, Number.NaN, 10n])("%s, which is not text, is refused", (wrong) => {
    expect(Either.isLeft(decode(wrong))).toBe(true);
  });

  it("refuses to write what is not finite", () => {
    expect(() => encode(text("1").div(0))).toThrow();
  });

  it("compares as numbers", () => {
    expect(Schema.equivalence(Decimal.Decimal)(text("1.50"), text("1.5"))).toBe(true);
    expect(Schema.equivalence(Decimal.Decimal)(text("1.51"), text("1.5"))).toBe(false);
  });
});
