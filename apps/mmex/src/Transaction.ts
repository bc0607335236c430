import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import { unit, variant } from "@ledgerfold/aggregate/ExternallyTagged";
import * as View from "@ledgerfold/aggregate/View";
import { Decimal } from "@ledgerfold/scalars/Decimal";
import * as Integer from "@ledgerfold/scalars/Integer";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Either, Schema } from "effect";

/** Money that came, went or moved, maybe split into categories. */

export const Money = Decimal.pipe(Schema.brand("Money"));
export const TransactionId = Integer.I64.pipe(Schema.brand("TransactionId"));
export type TransactionId = typeof TransactionId.Type;
export const AccountId = Integer.I64.pipe(Schema.brand("AccountId"));
export const Status = Schema.Literal("None", "Reconciled", "Void", "FollowUp", "Duplicate");

export const aggregateId = (id: TransactionId): string => id.toString();

const Split = Schema.Struct({
  id: Integer.I64,
  category: Schema.NullOr(Integer.I64),
  amount: Schema.NullOr(Money),
  notes: Schema.NullOr(Schema.String),
});

const migrated = {
  account: AccountId,
  to_account: Schema.NullOr(AccountId),
  payee: Schema.NullOr(Integer.I64),
  kind: Schema.Literal("Withdrawal", "Deposit", "Transfer"),
  amount: Money,
  to_amount: Schema.NullOr(Money),
  status: Status,
  number: Schema.NullOr(Schema.String),
  notes: Schema.NullOr(Schema.String),
  category: Schema.NullOr(Integer.I64),
  date: Schema.String,
  updated_at: Schema.NullOr(Timestamp),
  deleted_at: Schema.NullOr(Timestamp),
  splits: Schema.Array(Split),
  migrated_at: Timestamp,
};

export const Event = Schema.Union(
  variant("Migrated", migrated),
  variant("Voided", { voided_at: Timestamp }),
);
export type Event = typeof Event.Type;

const { migrated_at: _, updated_at: __, ...shown } = migrated;
export const State = Schema.Union(unit("Unknown"), variant("Known", shown));
export type State = typeof State.Type;
const initial: State = { _tag: "Unknown" };

const evolve = (state: State, event: Event): State => {
  switch (event._tag) {
    case "Migrated": {
      const { migrated_at: _, updated_at: __, ...known } = event;
      return { ...known, _tag: "Known" };
    }
    case "Voided":
      return state._tag === "Unknown" ? state : { ...state, status: "Void" };
  }
};

export class NotVoidable extends Schema.TaggedError<NotVoidable>()("NotVoidable", {}) {}

export const aggregate = Aggregate.make({
  type: "Transaction",
  codec: EventCodec.make({
    schema: Event,
    version: "1.0",
    eventType: (tag) => `Transaction::${tag}`,
  }),
  state: State,
  stateVersion: 1,
  initial,
  evolve,
  decide: (
    state: State,
    { at }: { readonly _tag: "Void"; readonly at: Timestamp },
  ): Either.Either<ReadonlyArray<Event>, NotVoidable> =>
    state._tag === "Known" && state.status !== "Void"
      ? Either.right([{ _tag: "Voided", voided_at: at }])
      : Either.left(new NotVoidable()),
  view: View.make<State, Event, typeof State.Encoded>({
    table: "transaction_view",
    schema: State,
    initial,
    evolve: (model, event) => evolve(model, event),
  }),
});
