import * as Scenario from "@ledgerfold/aggregate/Scenario";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import * as OffchainOrder from "../../src/OffchainOrder.ts";
import * as DecisionTable from "../DecisionTable.ts";
import * as Examples from "./Examples.ts";

const { aggregate, IncompleteOrder } = OffchainOrder;
const { failed, filled, migrated, partiallyFilled, placed, submitted } = Examples;

describe("every command in every state", () => {
  const again = { Migrate: "AlreadyPlaced", Place: "AlreadyPlaced" } as const;
  const pending = {
    ...again,
    ConfirmSubmission: "Submitted",
    UpdatePartialFill: "NotSubmitted",
    CompleteFill: "NotSubmitted",
    MarkFailed: "Failed",
  } as const;
  const working = {
    ...again,
    ConfirmSubmission: "AlreadySubmitted",
    UpdatePartialFill: "PartiallyFilled",
    CompleteFill: "Filled",
    MarkFailed: "Failed",
  } as const;
  const done = {
    ...again,
    ConfirmSubmission: "AlreadyCompleted",
    UpdatePartialFill: "AlreadyCompleted",
    CompleteFill: "AlreadyCompleted",
    MarkFailed: "AlreadyCompleted",
  } as const;

  DecisionTable.suite({
    aggregate,
    given: {
      NotPlaced: [],
      Pending: [placed],
      Submitted: [placed, submitted],
      PartiallyFilled: [placed, submitted, partiallyFilled],
      Filled: [placed, submitted, filled],
      "Filled after a part": [placed, submitted, partiallyFilled, filled],
      Failed: [placed, failed],
      "Failed after a part": [placed, submitted, partiallyFilled, failed],
      "migrated Pending": [migrated("Pending")],
      "migrated Submitted": [migrated("Submitted")],
      "migrated Filled": [migrated("Filled")],
      "migrated Failed": [migrated("Failed")],
    },
    when: {
      Migrate: { ...migrated("Filled"), _tag: "Migrate" },
      Place: { ...placed, _tag: "Place" },
      ConfirmSubmission: { ...submitted, _tag: "ConfirmSubmission" },
      UpdatePartialFill: { ...partiallyFilled, _tag: "UpdatePartialFill" },
      CompleteFill: { ...filled, _tag: "CompleteFill" },
      MarkFailed: { ...failed, _tag: "MarkFailed" },
    },
    outcomes: {
      NotPlaced: {
        Migrate: "Migrated",
        Place: "Placed",
        ConfirmSubmission: "NotPlaced",
        UpdatePartialFill: "NotPlaced",
        CompleteFill: "NotPlaced",
        MarkFailed: "NotPlaced",
      },
      Pending: pending,
      Submitted: working,
      PartiallyFilled: working,
      Filled: done,
      "Filled after a part": done,
      Failed: done,
      "Failed after a part": done,
      "migrated Pending": pending,
      "migrated Submitted": working,
      "migrated Filled": done,
      "migrated Failed": done,
    },
  });
});

describe("what a command causes", () => {
  it.effect("an order is placed", () =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate).when({ ...placed, _tag: "Place" });
      expect(outcome).toEqual(Scenario.events(placed));
    }),
  );

  it.effect("the broker confirms it", () =>
    Effect.gen(function* () {
      const command = { ...submitted, _tag: "ConfirmSubmission" } as const;
      const outcome = yield* Scenario.given(aggregate, placed).when(command);
      expect(outcome).toEqual(Scenario.events(submitted));
    }),
  );

  it.effect("a part of it fills", () =>
    Effect.gen(function* () {
      const command = { ...partiallyFilled, _tag: "UpdatePartialFill" } as const;
      const outcome = yield* Scenario.given(aggregate, placed, submitted).when(command);
      expect(outcome).toEqual(Scenario.events(partiallyFilled));
    }),
  );

  it.effect("it fills", () =>
    Effect.gen(function* () {
      const command = { ...filled, _tag: "CompleteFill" } as const;
      const outcome = yield* Scenario.given(aggregate, placed, submitted).when(command);
      expect(outcome).toEqual(Scenario.events(filled));
    }),
  );

  it.effect("it fails, even before the broker has it", () =>
    Effect.gen(function* () {
      const command = { ...failed, _tag: "MarkFailed" } as const;
      const outcome = yield* Scenario.given(aggregate, placed).when(command);
      expect(outcome).toEqual(Scenario.events(failed));
    }),
  );
});

describe("a legacy order", () => {
  it.effect.each(["Pending", "Submitted", "Filled", "Failed"] as const)(
    "is migrated: %s",
    (status) =>
      Effect.gen(function* () {
        const command = { ...migrated(status), _tag: "Migrate" } as const;
        const outcome = yield* Scenario.given(aggregate).when(command);
        expect(outcome).toEqual(Scenario.events(migrated(status)));
      }),
  );

  it.effect.each([
    ["Submitted", "broker_order_id"],
    ["Filled", "broker_order_id"],
    ["Filled", "price_cents"],
    ["Filled", "executed_at"],
    ["Failed", "executed_at"],
  ] as const)("%s without its %s is refused", ([status, field]) =>
    Effect.gen(function* () {
      const command = { ...migrated(status), _tag: "Migrate", [field]: null } as const;
      const outcome = yield* Scenario.given(aggregate).when(command);
      expect(outcome).toEqual(Scenario.refusal(new IncompleteOrder({ status, missing: [field] })));
    }),
  );

  it.effect("says all that it lacks", () =>
    Effect.gen(function* () {
      const command = {
        ...migrated("Pending"),
        _tag: "Migrate",
        status: { _tag: "Filled" },
      } as const;
      const outcome = yield* Scenario.given(aggregate).when(command);
      const missing = ["broker_order_id", "price_cents", "executed_at"];
      const refusal = new IncompleteOrder({ status: "Filled", missing });
      expect(outcome).toEqual(Scenario.refusal(refusal));
      expect(refusal.message).toBe(
        "A Filled order needs broker_order_id and price_cents and executed_at.",
      );
    }),
  );
});
