import { expect, it } from "vitest";
import { insistSame } from "../src/Measurement.ts";
import { median, share } from "../src/Numbers.ts";

it("takes the middle, or the mean of the two in the middle", () => {
  expect(median([10, 2, 9])).toBe(9);
  expect(median([10, 2, 9, 4])).toBe(6.5);
  expect(median([])).toBeNaN();
});

it("gives the share of the medians, and what single rounds would have said", () => {
  expect(share([4, 2, 4], [1, 2, 2])).toEqual({ share: 0.5, lowest: 0.25, highest: 1 });
});

it("refuses a comparison whose sides are not alike", () => {
  expect(() => insistSame("counts", [1], [1])).not.toThrow();
  expect(() => insistSame("counts", [1], [2])).toThrow("not fair: counts are [1] and [2]");
});
