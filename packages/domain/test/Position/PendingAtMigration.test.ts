import { describe, expect, it } from "@effect/vitest";
import * as Examples from "./Examples.ts";

/**
 * The legacy bot took an order's shares out of the position when it created the order. What was
 * pending at the migration is therefore in net already: hedging it again would cost real money.
 * Net is 1.5 at the migration, and every expectation holds for the state and for the view.
 */

const { bought, failed, filled, migratedPending, placed, row, sold, state } = Examples;

const selling = migratedPending(7, "Sell", "2.25");
const buying = migratedPending(7, "Buy", "2.25");
const unknown = migratedPending(7, null, null);

describe.each([
  ["nothing happened yet", [selling], "1.5", 7],
  ["a Sell fills: net stays", [selling, filled(7, "Sell", "2.25")], "1.5", null],
  ["a Buy fills: net stays", [buying, filled(7, "Buy", "2.25")], "1.5", null],
  ["a part of it fills: net stays", [selling, filled(7, "Sell", "1")], "1.5", null],
  ["a Sell fails: its shares come back", [selling, failed(7)], "3.75", null],
  ["a Buy fails: its shares go again", [buying, failed(7)], "-0.75", null],
  ["one of unknown shares fills", [unknown, filled(7, "Sell", "2.25")], "1.5", null],
  ["one of unknown shares fails", [unknown, failed(7)], "1.5", null],
  ["one of unknown direction fails", [migratedPending(7, null, "2")], "1.5", 7],
  ["one of unknown direction fails", [migratedPending(7, null, "2"), failed(7)], "1.5", null],
  ["one of unknown size fails", [migratedPending(7, "Sell", null), failed(7)], "1.5", null],
  ["trades go on beside it", [selling, bought("0.1"), bought("0.2")], "1.8", 7],
  ["trades, then it fills", [selling, bought("0.5"), filled(7, "Sell", "2.25")], "2", null],
  ["trades, then it fails", [selling, sold("5"), failed(7)], "-1.25", null],
  ["the next order is placed", [selling, filled(7, "Sell", "2.25"), placed(8)], "1.5", 8],
  [
    "the next order fills: net moves",
    [selling, filled(7, "Sell", "2.25"), placed(8), filled(8, "Sell", "1")],
    "0.5",
    null,
  ],
  [
    "the next order fills after a failure: net moves",
    [selling, failed(7), placed(8), filled(8, "Sell", "3")],
    "0.75",
    null,
  ],
  [
    "the next order fails: net stays",
    [buying, filled(7, "Buy", "2.25"), placed(8), failed(8)],
    "1.5",
    null,
  ],
  [
    "a next order fails after a failure: nothing comes back twice",
    [selling, failed(7), placed(8), failed(8)],
    "3.75",
    null,
  ],
  ["an order of another id fills", [selling, filled(8, "Sell", "1")], "0.5", 7],
  ["an order of another id fails", [selling, failed(8)], "1.5", 7],
  ["another fills, then it fails", [selling, filled(8, "Sell", "1"), failed(7)], "2.75", null],
  ["another fails, then it fills", [selling, failed(8), filled(7, "Sell", "2")], "1.5", null],
  [
    "it fails and had filled: net moves",
    [selling, failed(7), filled(7, "Sell", "2.25")],
    "1.5",
    null,
  ],
  [
    "it fails, and is put right while the next one is pending",
    [selling, failed(7), placed(8), filled(7, "Sell", "2.25")],
    "1.5",
    8,
  ],
  ["another is placed beside it", [selling, placed(8)], "1.5", 8],
  ["another beside it, and it fills: net stays", [selling, placed(8), filled(7)], "1.5", 8],
  [
    "another beside it that fills, and then it fills",
    [selling, placed(8), filled(8, "Sell", "1"), filled(7)],
    "0.5",
    null,
  ],
  [
    "another beside it, and it fails twice: it comes back once",
    [selling, placed(8), failed(7), failed(7)],
    "3.75",
    8,
  ],
  ["an order of its id is placed again", [selling, filled(7), placed(7), filled(7)], "0.5", null],
] as const)("%s", (_, events, net, pending) => {
  const expected = { net, pending_execution_id: pending };

  it("in the state", () => {
    expect(state(events)).toMatchObject(expected);
  });

  it("in the view", () => {
    expect(row(events)).toMatchObject({ Position: expected });
  });
});

describe("what the legacy bot accumulated", () => {
  it.each([
    [selling, failed(7)],
    [buying, failed(7)],
    [selling, filled(7, "Sell", "2.25")],
  ] as const)("stays as it was, whatever becomes of the order", (...events) => {
    const accumulated = { accumulated_long: "7.75", accumulated_short: "6.25" };
    expect(state(events)).toMatchObject(accumulated);
    expect(row(events)).toMatchObject({ Position: accumulated });
  });
});

it("the exception ends with the order", () => {
  expect(state([selling])).toMatchObject({
    taken_out: { execution_id: 7, shares: "2.25", direction: "Sell" },
  });
  expect(state([selling, failed(7)]).taken_out).toBeNull();
  expect(state([selling, filled(7)]).taken_out).toBeNull();
  expect(state([Examples.migrated]).taken_out).toBeNull();
});
