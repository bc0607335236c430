import { expect, it } from "vitest";
import { lines, size } from "../src/JudgementText.ts";
import type * as Judgement from "../src/Judgement.ts";

const entry = (changes: Partial<Judgement.Entry>): Judgement.Entry => ({
  aggregate: "Order",
  side: "event",
  kind: "different",
  field: "total",
  weight: "decimal",
  how: "another value",
  rows: 1_234,
  off: null,
  means: null,
  example: {
    ...{ kind: "different", side: "event", aggregate: "Order", id: "17", field: "total" },
    ...{ legacy: "INTEGER 250", stored: '"2.5"', reason: "is not what the row says", since: null },
  },
  ...changes,
});

it("says how many rows, what, how, one example, and what it means", () => {
  expect(lines([entry({ off: "-0.25", means: "the customer pays twice" })])).toEqual([
    '    1,234 Order total: another value, in sum off by -0.25 (17: "2.5" for INTEGER 250)',
    "          > the customer pays twice",
  ]);
});

it("says in one line what comes to the same", () => {
  const added = { weight: "added", how: "not there", means: null } as const;
  const views = {
    side: "view",
    field: null,
    weight: "view",
    kind: "missing",
    how: "gone",
  } as const;
  expect(
    lines([
      entry({ ...added, field: "ref", rows: 7 }),
      entry({ ...added, field: "seen_at", rows: 9 }),
      entry({ ...added, field: "old", rows: 9, how: "not there, and nothing to say" }),
      entry({ weight: "metadata", field: "metadata.run_id", rows: 10 }),
      entry({ weight: "metadata", field: "metadata.run_id", aggregate: "Customer", rows: 2 }),
      entry({ ...views, rows: 10 }),
      entry({ ...views, aggregate: "Customer", rows: 2 }),
    ]),
  ).toEqual([
    "        9 Order ref, seen_at: not there",
    "       12 Order, Customer metadata: another value",
    "       12 Order, Customer view: gone",
  ]);
});

it("fits a screen, whatever it says", () => {
  const long = "x".repeat(150);
  const all = Array.from({ length: 90 }, (_, n) =>
    entry({ field: `${n}${long.slice(0, n)}`, how: `${n}${long}`, off: "0.1", means: long }),
  );
  const shown = lines(all);
  expect(shown.length).toBe(size.lines + 1);
  expect(Math.max(...shown.map(({ length }) => length))).toBe(size.columns);
  expect(shown.at(-1)).toBe("          (72 more: a report has them all)");
});
