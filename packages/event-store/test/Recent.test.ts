import { expect, it } from "@effect/vitest";
import * as Recent from "../src/internal/Recent.ts";

it("keeps so many, and of more those that were used last", () => {
  const recent = Recent.make<number>(3);
  let made = 0;
  const use = (name: string) => recent(name, () => ++made);
  expect(["a", "b", "c", "a", "d"].map(use)).toEqual([1, 2, 3, 1, 4]);
  // `b` had gone; with it back, `c` goes.
  expect(["a", "b", "d", "c"].map(use)).toEqual([1, 5, 4, 6]);
});
