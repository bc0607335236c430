import * as Scenario from "@ledgerfold/aggregate/Scenario";
import * as Decimal from "@ledgerfold/scalars/Decimal";
import * as Timestamp from "@ledgerfold/scalars/Timestamp";
import { expect, it } from "@effect/vitest";
import { Effect, Option, Schema } from "effect";
import * as Customer from "../src/Customer.ts";
import * as Invoice from "../src/Invoice.ts";
import { CustomerId, Money, PlanId } from "../src/Values.ts";

const at = Option.getOrThrow(Timestamp.parse("2025-12-01T00:00:00Z"));
const plan = Schema.decodeSync(PlanId)("0b6f5f0a-8d9e-4d0e-9a53-5a7a1f0e0002");
const money = (text: string) => Money.make(Decimal.unsafeFromText(text));

const subscribed: Customer.Event = {
  _tag: "Migrated",
  email: "ada@example.com",
  name: null,
  plan,
  status: "Active",
  subscribed_on: "2025-01-01",
  cancelled_at: null,
  balance: money("0"),
  migrated_at: at,
};

const sent: Invoice.Event = {
  _tag: "Migrated",
  number: "INV-1",
  customer: CustomerId.make(1n),
  status: "Finalized",
  period: { from: "2025-11-01", to: "2025-12-01" },
  total: money("12.5"),
  issued_at: at,
  paid_at: null,
  fees: [],
  migrated_at: at,
};

it.effect("a customer cancels once", () =>
  Effect.gen(function* () {
    const cancelled = { _tag: "Cancelled", cancelled_at: at } as const;
    const cancel: Customer.Command = { _tag: "Cancel", at };
    const given = (...history: ReadonlyArray<Customer.Event>) =>
      Scenario.given(Customer.aggregate, ...history).when(cancel);
    expect(yield* given(subscribed)).toEqual(Scenario.events(cancelled));
    expect(yield* given(subscribed, cancelled)).toEqual(
      Scenario.refusal(new Customer.NotSubscribed()),
    );
  }),
);

it.effect("an invoice is paid once, and only when it was sent", () =>
  Effect.gen(function* () {
    const paid = { _tag: "Paid", paid_at: at } as const;
    const pay: Invoice.Command = { _tag: "Pay", at };
    const given = (...history: ReadonlyArray<Invoice.Event>) =>
      Scenario.given(Invoice.aggregate, ...history).when(pay);
    expect(yield* given(sent)).toEqual(Scenario.events(paid));
    for (const history of [[], [sent, paid], [{ ...sent, status: "Draft" } as const]]) {
      expect(yield* given(...history)).toEqual(Scenario.refusal(new Invoice.NotDue()));
    }
  }),
);
