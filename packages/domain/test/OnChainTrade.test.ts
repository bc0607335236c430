import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as Scenario from "@ledgerfold/aggregate/Scenario";
import * as View from "@ledgerfold/aggregate/View";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import * as OnChainTrade from "../src/OnChainTrade.ts";
import * as DecisionTable from "./DecisionTable.ts";
import { at, dollars, logIndex, shares, ticker, txHash } from "./Literals.ts";

const { aggregate, view } = OnChainTrade;

const trade = {
  symbol: ticker("tAAPL"),
  amount: shares("1.5"),
  direction: "Buy",
  price_usdc: dollars("150.25"),
  block_number: 22_000_000n,
  block_timestamp: at("2025-12-01T09:30:00Z"),
} as const;
const pyth_price = {
  value: "15025000000",
  expo: -8,
  conf: "1200000",
  publish_time: at("2025-12-01T09:29:58Z"),
};
const filledAt = { ...trade, filled_at: at("2025-12-01T09:30:12Z") };
const gas = { gas_used: 250_000n, pyth_price, enriched_at: at("2025-12-01T09:31:00Z") };
const legacy = {
  ...trade,
  gas_used: null,
  pyth_price: null,
  migrated_at: at("2026-01-05T12:00:00Z"),
  created_at: at("2025-12-01T09:30:15Z"),
  effective_gas_price: 1_000_000_007n,
  legacy_id: 7n,
};

const filled = { _tag: "Filled", ...filledAt } as const;
const enriched = { _tag: "Enriched", ...gas } as const;
const migrated = { _tag: "Migrated", ...legacy } as const;
const complete = { ...migrated, gas_used: 250_000n, pyth_price };
const fold = (...events: ReadonlyArray<OnChainTrade.Event>) =>
  Aggregate.fold(aggregate, aggregate.initial, events);

describe("decisions", () => {
  const again = { Migrate: "AlreadyFilled", Witness: "AlreadyFilled" } as const;

  DecisionTable.suite({
    aggregate,
    given: {
      Unfilled: [],
      Filled: [filled],
      Enriched: [filled, enriched],
      "migrated, incomplete": [migrated],
      "migrated, complete": [complete],
    },
    when: {
      Migrate: { ...legacy, _tag: "Migrate" },
      Witness: { ...filledAt, _tag: "Witness" },
      Enrich: { ...gas, _tag: "Enrich" },
    },
    outcomes: {
      Unfilled: { Migrate: "Migrated", Witness: "Filled", Enrich: "NotFilled" },
      Filled: { ...again, Enrich: "Enriched" },
      Enriched: { ...again, Enrich: "AlreadyEnriched" },
      "migrated, incomplete": { ...again, Enrich: "Enriched" },
      "migrated, complete": { ...again, Enrich: "AlreadyEnriched" },
    },
  });

  it.effect("a legacy trade is migrated with all that it has", () =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate).when({ _tag: "Migrate", ...legacy });
      expect(outcome).toEqual(Scenario.events(migrated));
    }),
  );

  it.effect("a trade that is witnessed has filled", () =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate).when({ _tag: "Witness", ...filledAt });
      expect(outcome).toEqual(Scenario.events(filled));
    }),
  );

  it.effect("a trade is enriched with gas and the oracle's price", () =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate, filled).when({ _tag: "Enrich", ...gas });
      expect(outcome).toEqual(Scenario.events(enriched));
    }),
  );
});

describe("state", () => {
  const then = trade.block_timestamp;

  it.each([
    ["nothing", [], { _tag: "Unfilled" }],
    ["filled", [filled], { _tag: "Filled", ...filledAt }],
    ["enriched", [filled, enriched], { _tag: "Enriched", ...filledAt, ...gas }],
    ["migrated without gas and price", [migrated], { _tag: "Filled", ...trade, filled_at: then }],
    [
      "migrated with gas only",
      [{ ...complete, pyth_price: null }],
      { _tag: "Filled", ...trade, filled_at: then },
    ],
    [
      "migrated with a price only",
      [{ ...complete, gas_used: null }],
      { _tag: "Filled", ...trade, filled_at: then },
    ],
    [
      "migrated with both",
      [complete],
      { _tag: "Enriched", ...trade, ...gas, filled_at: then, enriched_at: then },
    ],
    [
      "migrated, then enriched",
      [migrated, enriched],
      { _tag: "Enriched", ...trade, ...gas, filled_at: then },
    ],
    [
      "migrated without its block's number",
      [{ ...migrated, block_number: null }],
      { _tag: "Filled", ...trade, block_number: null, filled_at: then },
    ],
    ["enriched out of place", [enriched], { _tag: "Unfilled" }],
    ["filled after that", [enriched, filled], { _tag: "Filled", ...filledAt }],
  ] as const)("of a trade that was %s", (_, events, state) => {
    expect(fold(...events)).toEqual(state);
  });
});

describe("view", () => {
  const hash = txHash(`0x${"ab".repeat(32)}`);
  const id = OnChainTrade.aggregateId(hash, logIndex(3));
  const row = (...events: ReadonlyArray<OnChainTrade.Event>) =>
    View.fold(view, view.initial, events, { id, first: filled });
  const known = { _tag: "Trade", tx_hash: hash, log_index: 3n, ...trade };
  const unknown = { gas_used: null, pyth_price: null };
  const rich = { gas_used: 250_000n, pyth_price };

  it.each([
    ["filled", [filled], { ...known, ...unknown, recorded_at: filledAt.filled_at }],
    ["enriched", [filled, enriched], { ...known, ...rich, recorded_at: filledAt.filled_at }],
    ["migrated", [migrated], { ...known, ...unknown, recorded_at: legacy.migrated_at }],
    [
      "migrated with gas only",
      [{ ...complete, pyth_price: null }],
      { ...known, gas_used: 250_000n, pyth_price: null, recorded_at: legacy.migrated_at },
    ],
    ["migrated with both", [complete], { ...known, ...rich, recorded_at: legacy.migrated_at }],
    [
      "migrated, then enriched",
      [migrated, enriched],
      { ...known, ...rich, recorded_at: legacy.migrated_at },
    ],
    [
      "migrated without its block's number",
      [{ ...migrated, block_number: null }],
      { ...known, ...unknown, block_number: null, recorded_at: legacy.migrated_at },
    ],
    ["unknown", [], { _tag: "Unavailable" }],
    ["enriched out of place", [enriched], { _tag: "Unavailable" }],
  ] as const)("of a trade that was %s", (_, events, model) => {
    expect(row(...events)).toEqual(model);
  });

  it("has the id's parts, which are the transaction and the log entry", () => {
    expect(id).toBe(`0x${"ab".repeat(32)}:3`);
    const last = OnChainTrade.aggregateId(hash, logIndex(18446744073709551615n));
    expect(view.evolve(view.initial, filled, { id: last, first: filled })).toMatchObject({
      log_index: 18446744073709551615n,
    });
  });

  it.each([
    "",
    "schwab",
    `0x${"AB".repeat(32)}:3`,
    `0x${"ab".repeat(32)}`,
    `${id}:4`,
    `${id}${"0".repeat(20)}`,
  ])("stays as it is under an id that is no trade's: %j", (other) => {
    expect(view.evolve(view.initial, filled, { id: other, first: filled })).toBe(view.initial);
  });
});
