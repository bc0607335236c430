import * as Scenario from "@ledgerfold/aggregate/Scenario";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import * as Position from "../../src/Position.ts";
import * as DecisionTable from "../DecisionTable.ts";
import { dollars, shares } from "../Literals.ts";
import * as Examples from "./Examples.ts";

const { aggregate } = Position;
const { bought, failed, filled, initialized, migrated, placed, sold } = Examples;
const { trigger_reason: _, ...order } = placed(7);
const place = { ...order, _tag: "PlaceOffChainOrder", price_usdc: null } as const;
const at = (price: string) => ({ ...place, price_usdc: dollars(price) });

describe("every command in every state", () => {
  const active = {
    Migrate: "AlreadyInitialized",
    Initialize: "AlreadyInitialized",
    AcknowledgeOnChainFill: "OnChainOrderFilled",
    UpdateThreshold: "ThresholdUpdated",
  } as const;
  const idle = {
    ...active,
    CompleteOffChainOrder: "NoPendingExecution",
    FailOffChainOrder: "NoPendingExecution",
  } as const;
  const pending = {
    ...active,
    PlaceOffChainOrder: "PendingExecution",
    CompleteOffChainOrder: "OffChainOrderFilled",
    FailOffChainOrder: "OffChainOrderFailed",
  } as const;
  const ready = { ...idle, PlaceOffChainOrder: "OffChainOrderPlaced" } as const;
  const below = { ...idle, PlaceOffChainOrder: "ThresholdNotMet" } as const;
  const unknown = {
    Migrate: "AlreadyInitialized",
    Initialize: "AlreadyInitialized",
    AcknowledgeOnChainFill: "NotInitialized",
    PlaceOffChainOrder: "NotInitialized",
    CompleteOffChainOrder: "NotInitialized",
    FailOffChainOrder: "NotInitialized",
    UpdateThreshold: "NotInitialized",
  } as const;

  DecisionTable.suite({
    aggregate,
    given: {
      nothing: [],
      "trades before the beginning": [bought("5")],
      "a flat position": [initialized],
      "a net below the threshold": [initialized, bought("0.999")],
      "a net at the threshold": [initialized, bought("1")],
      "a short net at the threshold": [initialized, sold("1")],
      "a pending order": [initialized, bought("1"), placed(7)],
      "another pending order": [initialized, bought("1"), placed(8)],
      "an order that filled": [initialized, bought("2"), placed(7), filled(7)],
      "an order that failed": [initialized, bought("1"), placed(7), failed(7)],
      "a migrated position": [migrated],
      "one migrated with a pending order": [Examples.migratedPending(7, "Sell", "3")],
      "a dollar threshold and no price": [Examples.inDollars, bought("1000")],
    },
    when: {
      Migrate: { ...migrated, _tag: "Migrate" },
      Initialize: { ...initialized, _tag: "Initialize" },
      AcknowledgeOnChainFill: { ...bought("5"), _tag: "AcknowledgeOnChainFill" },
      PlaceOffChainOrder: place,
      CompleteOffChainOrder: { ...filled(7), _tag: "CompleteOffChainOrder" },
      FailOffChainOrder: { ...failed(7), _tag: "FailOffChainOrder" },
      UpdateThreshold: { ...Examples.thresholdUpdated, _tag: "UpdateThreshold" },
    },
    outcomes: {
      nothing: { ...unknown, Migrate: "Migrated", Initialize: "Initialized" },
      "trades before the beginning": unknown,
      "a flat position": below,
      "a net below the threshold": below,
      "a net at the threshold": ready,
      "a short net at the threshold": ready,
      "a pending order": pending,
      "another pending order": {
        ...pending,
        CompleteOffChainOrder: "ExecutionIdMismatch",
        FailOffChainOrder: "ExecutionIdMismatch",
      },
      "an order that filled": ready,
      "an order that failed": ready,
      "a migrated position": ready,
      "one migrated with a pending order": pending,
      "a dollar threshold and no price": below,
    },
  });
});

describe("what a command causes", () => {
  it.effect("a legacy position is migrated with all that it has", () =>
    Effect.gen(function* () {
      const event = Examples.migratedPending(7, "Sell", "3");
      const outcome = yield* Scenario.given(aggregate).when({ ...event, _tag: "Migrate" });
      expect(outcome).toEqual(Scenario.events(event));
    }),
  );

  it.effect("a position is initialized with its threshold", () =>
    Effect.gen(function* () {
      const command = { ...initialized, _tag: "Initialize" } as const;
      const outcome = yield* Scenario.given(aggregate).when(command);
      expect(outcome).toEqual(Scenario.events(initialized));
    }),
  );

  it.effect("a fill on the chain is acknowledged, while an order is pending too", () =>
    Effect.gen(function* () {
      const command = { ...sold("0.25"), _tag: "AcknowledgeOnChainFill" } as const;
      const outcome = yield* Scenario.given(aggregate, migrated, placed(7)).when(command);
      expect(outcome).toEqual(Scenario.events(sold("0.25")));
    }),
  );

  it.effect("an order says the shares that were too many, without a sign", () =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate, initialized, sold("1")).when(place);
      expect(outcome).toEqual(Scenario.events(placed(7)));
    }),
  );

  it.effect("an order says the dollars that were too many", () =>
    Effect.gen(function* () {
      const history = [Examples.inDollars, sold("8")];
      const outcome = yield* Scenario.given(aggregate, ...history).when(at("125"));
      const trigger_reason = {
        _tag: "DollarThreshold",
        net_position_shares: shares("8"),
        dollar_value: dollars("1000"),
        price_usdc: dollars("125"),
        threshold_dollars: dollars("1000"),
      } as const;
      expect(outcome).toEqual(Scenario.events({ ...placed(7), trigger_reason }));
    }),
  );

  it.effect("an order completes", () =>
    Effect.gen(function* () {
      const command = { ...filled(7), _tag: "CompleteOffChainOrder" } as const;
      const outcome = yield* Scenario.given(aggregate, initialized, placed(7)).when(command);
      expect(outcome).toEqual(Scenario.events(filled(7)));
    }),
  );

  it.effect("an order fails", () =>
    Effect.gen(function* () {
      const command = { ...failed(7), _tag: "FailOffChainOrder" } as const;
      const outcome = yield* Scenario.given(aggregate, initialized, placed(7)).when(command);
      expect(outcome).toEqual(Scenario.events(failed(7)));
    }),
  );

  it.effect("an updated threshold remembers the one before it", () =>
    Effect.gen(function* () {
      const { old_threshold: _, ...update } = Examples.thresholdUpdated;
      const command = { ...update, _tag: "UpdateThreshold" } as const;
      const outcome = yield* Scenario.given(aggregate, initialized).when(command);
      expect(outcome).toEqual(Scenario.events(Examples.thresholdUpdated));
    }),
  );
});
