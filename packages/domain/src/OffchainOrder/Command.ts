import { Either, Schema } from "effect";
import { withBroker } from "../Broker.ts";
import { BrokerOrderId } from "../Values.ts";
import { type Event, fields } from "./Event.ts";
import type { State } from "./State.ts";

const { broker: _, ...migrated } = fields.Migrated;
const { broker: __, ...placed } = fields.Placed;

/** Moments come with the command: nothing here reads a clock. */
export const Command = Schema.Union(
  Schema.TaggedStruct("Migrate", {
    ...migrated,
    broker_order_id: Schema.NullOr(BrokerOrderId),
  }),
  Schema.TaggedStruct("Place", placed),
  Schema.TaggedStruct("ConfirmSubmission", {
    ...fields.Submitted,
    broker_order_id: BrokerOrderId,
  }),
  Schema.TaggedStruct("UpdatePartialFill", fields.PartiallyFilled),
  Schema.TaggedStruct("CompleteFill", fields.Filled),
  Schema.TaggedStruct("MarkFailed", fields.Failed),
);
export type Command = typeof Command.Type;

/** The stream has events: only a fresh one is placed, or migrated into. */
export class AlreadyPlaced extends Schema.TaggedError<AlreadyPlaced>()("AlreadyPlaced", {}) {
  override get message() {
    return "This order has been placed already.";
  }
}
/** The order's stream has no events. */
export class NotPlaced extends Schema.TaggedError<NotPlaced>()("NotPlaced", {}) {
  override get message() {
    return "This order has not been placed.";
  }
}
/** A fill came before the broker's confirmation, so there is no order of his that it is of. */
export class NotSubmitted extends Schema.TaggedError<NotSubmitted>()("NotSubmitted", {}) {
  override get message() {
    return "The broker has not confirmed this order yet, so it cannot have filled.";
  }
}
/** A second confirmation, or one of an order that fills already. */
export class AlreadySubmitted extends Schema.TaggedError<AlreadySubmitted>()(
  "AlreadySubmitted",
  {},
) {
  override get message() {
    return "The broker has confirmed this order already.";
  }
}
/** The order is filled or failed, and stays that. */
export class AlreadyCompleted extends Schema.TaggedError<AlreadyCompleted>()(
  "AlreadyCompleted",
  {},
) {
  override get message() {
    return "This order has filled or failed already; nothing more can happen to it.";
  }
}
/** A legacy order that lacks what its status needs: folding it would have to invent the rest. */
export class IncompleteOrder extends Schema.TaggedError<IncompleteOrder>()("IncompleteOrder", {
  status: Schema.String,
  missing: Schema.Array(Schema.String),
}) {
  override get message() {
    return `A ${this.status} order needs ${this.missing.join(" and ")}.`;
  }
}

/** Why a command about an order may not happen. */
export type Refusal =
  | AlreadyPlaced
  | NotPlaced
  | NotSubmitted
  | AlreadySubmitted
  | AlreadyCompleted
  | IncompleteOrder;

/** Pure: whatever it needs comes with the state and the command. */
export const decide = (
  state: State,
  command: Command,
): Either.Either<ReadonlyArray<Event>, Refusal> => {
  if (command._tag === "Migrate" || command._tag === "Place") {
    if (state._tag !== "NotPlaced") return Either.left(new AlreadyPlaced());
    if (command._tag === "Place") return Either.right([{ ...withBroker(command), _tag: "Placed" }]);
    const missing = missingFor(command);
    return missing.length === 0
      ? Either.right([{ ...withBroker(command), _tag: "Migrated" }])
      : Either.left(new IncompleteOrder({ status: command.status._tag, missing }));
  }
  if (state._tag === "NotPlaced") return Either.left(new NotPlaced());
  if (state._tag === "Filled" || state._tag === "Failed") {
    return Either.left(new AlreadyCompleted());
  }
  switch (command._tag) {
    case "ConfirmSubmission":
      return state._tag === "Pending"
        ? Either.right([{ ...command, _tag: "Submitted" }])
        : Either.left(new AlreadySubmitted());
    case "UpdatePartialFill":
      return state._tag === "Pending"
        ? Either.left(new NotSubmitted())
        : Either.right([{ ...command, _tag: "PartiallyFilled" }]);
    case "CompleteFill":
      return state._tag === "Pending"
        ? Either.left(new NotSubmitted())
        : Either.right([{ ...command, _tag: "Filled" }]);
    case "MarkFailed":
      return Either.right([{ ...command, _tag: "Failed" }]);
  }
};

const needed = {
  Pending: [],
  Submitted: ["broker_order_id"],
  Filled: ["broker_order_id", "price_cents", "executed_at"],
  Failed: ["executed_at"],
} as const;

const missingFor = (command: Extract<Command, { _tag: "Migrate" }>) =>
  needed[command.status._tag].filter((field) => command[field] === null);
