import { describe, expect, it } from "@effect/vitest";
import { FastCheck } from "effect";
import * as Decimal from "../src/Decimal.ts";

/** Sums of doubles, which stand for the decimals that JavaScript prints of them. */

const sums = (values: ReadonlyArray<number>) => {
  const [plain, exact] = [new Decimal.Sum(), new Decimal.Sum()];
  for (const value of values) {
    plain.addDouble(value);
    exact.add(Decimal.parse(String(value)) ?? "");
  }
  return [plain.value, exact.value] as const;
};

describe("a sum", () => {
  it("of doubles is that of their decimals", () => {
    const plain = FastCheck.nat(10 ** 13).map((digits) => digits / 1e4);
    const small = FastCheck.double({ min: 0, max: 1e-3, noNaN: true });
    const value = FastCheck.oneof(
      plain,
      small,
      FastCheck.double({ min: -1e12, max: 1e12, noNaN: true }),
      FastCheck.constantFrom(0, -0, 1e9, 999_999_999.999_999_9, 1e-18, 1e-19, 5e-324, 0.1, 1e21),
    );
    FastCheck.assert(
      FastCheck.property(FastCheck.array(value), (values) => {
        const [found, expected] = sums(values);
        expect(found).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it("stays exact beyond a million doubles of all digits, and may be asked for in between", () => {
    const sum = new Decimal.Sum();
    const [value, count] = [999_999_999.000_000_1, 1_100_000];
    for (let n = 0; n < count; n += 1) {
      sum.addDouble(value);
      if (n === 10) expect(Decimal.show(sum.value)).toBe("10999999999.000001100000002");
      sum.addDouble(1.000_000_000_000_000_2);
    }
    const [one, other] = [9_999_999_990_000_001n, 10_000_000_000_000_002n];
    const exact = (one * 1_000_000_000n + other) * BigInt(count);
    expect(sum.value).toBe(Decimal.parse(`${exact}e-16`));
  });
});
