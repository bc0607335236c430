import { expect, expectTypeOf, it } from "vitest";
import * as Decision from "../src/Decision.ts";
import type { Run } from "../src/Writing.ts";

const decisions = Decision.make({
  refunds: { values: ["keep", "drop"], description: "what becomes of refunds" },
});
const run = (decided: Readonly<Record<string, string>>): Run => ({
  id: "run",
  migratedAt: 0n as Run["migratedAt"],
  decisions: decided,
});

it("gives what was decided, as one of the values", () => {
  const made = Decision.of(run({ refunds: "drop" }), decisions);
  expectTypeOf(made).toEqualTypeOf<{ readonly refunds?: "keep" | "drop" }>();
  expect(made).toEqual({ refunds: "drop" });
});

it.each([{}, { refunds: "burn" }, { other: "keep" }])("gives nothing of %j", (decided) => {
  expect(Decision.of(run(decided), decisions)).toEqual({});
});
