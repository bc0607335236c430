import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import { Decimal } from "@ledgerfold/scalars/Decimal";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Schema } from "effect";
import { CustomerId, type InvoiceId, Money } from "./Values.ts";

/** What a customer owes for a period, fee by fee. */

export const Status = Schema.Literal("Draft", "Finalized", "Paid", "Void");

export const aggregateId = (id: InvoiceId): string => id.toString();

const Fee = Schema.Struct({
  id: Schema.UUID,
  description: Schema.String,
  units: Decimal,
  amount: Money,
});

const migrated = {
  number: Schema.NonEmptyString,
  customer: CustomerId,
  status: Status,
  period: Schema.Struct({ from: Schema.String, to: Schema.String }),
  total: Money,
  issued_at: Schema.NullOr(Timestamp),
  paid_at: Schema.NullOr(Timestamp),
  fees: Schema.Array(Fee),
  migrated_at: Timestamp,
};

export const Event = Schema.Union(
  Schema.TaggedStruct("Migrated", migrated),
  Schema.TaggedStruct("Paid", { paid_at: Timestamp }),
  Schema.TaggedStruct("Voided", { voided_at: Timestamp }),
);
export type Event = typeof Event.Type;

const { migrated_at: _, ...known } = migrated;
const State = Schema.Union(Schema.TaggedStruct("Unknown", {}), Schema.TaggedStruct("Known", known));
/** Only an invoice that was sent and not yet paid can be. */
export class NotDue extends Schema.TaggedError<NotDue>()("NotDue", {}) {}

export type Command =
  | { readonly _tag: "Pay"; readonly at: Timestamp }
  | { readonly _tag: "MakeVoid"; readonly at: Timestamp };

export const aggregate = Aggregate.make({
  type: "Invoice",
  codec: EventCodec.make({ schema: Event, eventType: (tag) => `Invoice::${tag}` }),
  state: State,
  initial: { _tag: "Unknown" },
  evolve: (state, event) => {
    if (event._tag === "Migrated") {
      const { migrated_at: _, ...fields } = event;
      return { ...fields, _tag: "Known" };
    }
    if (state._tag === "Unknown") return state;
    return event._tag === "Paid"
      ? { ...state, status: "Paid", paid_at: event.paid_at }
      : { ...state, status: "Void" };
  },
  decide: (state, command: Command) => {
    if (state._tag === "Unknown" || state.status !== "Finalized") return new NotDue();
    return command._tag === "Pay"
      ? [{ _tag: "Paid", paid_at: command.at }]
      : [{ _tag: "Voided", voided_at: command.at }];
  },
  view: "invoice_view",
});
