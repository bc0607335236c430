import { Either, Schema } from "effect";
import { withBroker } from "../Broker.ts";
import { ExecutionThreshold, trigger } from "../ExecutionThreshold.ts";
import { BrokerOrderId, Dollars, ExecutionId, Shares, Ticker } from "../Values.ts";
import { type Event, fields } from "./Event.ts";
import type { State } from "./State.ts";

const { trigger_reason: _, broker: ___, ...placement } = fields.OffChainOrderPlaced;
const { old_threshold: __, ...newThreshold } = fields.ThresholdUpdated;

/** Moments come with the command: nothing here reads a clock. */
export const Command = Schema.Union(
  Schema.TaggedStruct("Migrate", fields.Migrated),
  Schema.TaggedStruct("Initialize", { ...fields.Initialized, symbol: Ticker }),
  Schema.TaggedStruct("AcknowledgeOnChainFill", fields.OnChainOrderFilled),
  /** A dollar threshold can only be met with a price. */
  Schema.TaggedStruct("PlaceOffChainOrder", { ...placement, price_usdc: Schema.NullOr(Dollars) }),
  Schema.TaggedStruct("CompleteOffChainOrder", {
    ...fields.OffChainOrderFilled,
    broker_order_id: BrokerOrderId,
  }),
  Schema.TaggedStruct("FailOffChainOrder", fields.OffChainOrderFailed),
  Schema.TaggedStruct("UpdateThreshold", newThreshold),
);
export type Command = typeof Command.Type;

/** The stream has events: only a fresh one is initialized, or migrated into. */
export class AlreadyInitialized extends Schema.TaggedError<AlreadyInitialized>()(
  "AlreadyInitialized",
  {},
) {
  override get message() {
    return "This position exists already; only a fresh one can be migrated or initialized.";
  }
}
/** Without a threshold nobody knows when an order is worth placing. */
export class NotInitialized extends Schema.TaggedError<NotInitialized>()("NotInitialized", {}) {
  override get message() {
    return "This position has not been initialized, so it has no threshold.";
  }
}
/** The position is too near to zero, or no price says how far it is. */
export class ThresholdNotMet extends Schema.TaggedError<ThresholdNotMet>()("ThresholdNotMet", {
  net_position: Shares,
  threshold: ExecutionThreshold,
}) {
  override get message() {
    const { _tag, value } = this.threshold;
    return _tag === "Shares"
      ? `A net of ${this.net_position.toFixed()} shares is below the threshold of ${value.toFixed()}.`
      : `A net of ${this.net_position.toFixed()} shares, at the price given, is not known to reach the threshold of ${value.toFixed()} dollars.`;
  }
}
/** One order at a time: the position waits for this one. */
export class PendingExecution extends Schema.TaggedError<PendingExecution>()("PendingExecution", {
  execution_id: ExecutionId,
}) {
  override get message() {
    return `Order ${this.execution_id} is pending; wait until it fills or fails.`;
  }
}
/** An order is said to have filled or failed, and none was placed. */
export class NoPendingExecution extends Schema.TaggedError<NoPendingExecution>()(
  "NoPendingExecution",
  {},
) {
  override get message() {
    return "No order is pending for this position.";
  }
}
/** Another order is said to have filled or failed than the one that is waited for. */
export class ExecutionIdMismatch extends Schema.TaggedError<ExecutionIdMismatch>()(
  "ExecutionIdMismatch",
  { expected: ExecutionId, actual: ExecutionId },
) {
  override get message() {
    return `Order ${this.expected} is pending, not order ${this.actual}.`;
  }
}

/** Why a command about a position may not happen. */
export type Refusal =
  | AlreadyInitialized
  | NotInitialized
  | ThresholdNotMet
  | PendingExecution
  | NoPendingExecution
  | ExecutionIdMismatch;

/** Pure: whatever it needs comes with the state and the command. */
export const decide = (
  state: State,
  command: Command,
): Either.Either<ReadonlyArray<Event>, Refusal> => {
  const { threshold, pending_execution_id: pending } = state;
  if (command._tag === "Migrate" || command._tag === "Initialize") {
    if (threshold !== null || state.last_updated !== null) {
      return Either.left(new AlreadyInitialized());
    }
    return Either.right([
      command._tag === "Migrate"
        ? { ...command, _tag: "Migrated" }
        : { ...command, _tag: "Initialized" },
    ]);
  }
  if (threshold === null) return Either.left(new NotInitialized());
  switch (command._tag) {
    case "AcknowledgeOnChainFill":
      return Either.right([{ ...command, _tag: "OnChainOrderFilled" }]);
    case "PlaceOffChainOrder": {
      if (pending !== null) return Either.left(new PendingExecution({ execution_id: pending }));
      const { price_usdc, ...order } = command;
      const reason = trigger(threshold, state.net, price_usdc);
      return reason === undefined
        ? Either.left(new ThresholdNotMet({ net_position: state.net, threshold }))
        : Either.right([
            { ...withBroker(order), _tag: "OffChainOrderPlaced", trigger_reason: reason },
          ]);
    }
    case "CompleteOffChainOrder":
    case "FailOffChainOrder":
      if (pending === null) return Either.left(new NoPendingExecution());
      if (pending !== command.execution_id) {
        return Either.left(
          new ExecutionIdMismatch({ expected: pending, actual: command.execution_id }),
        );
      }
      return Either.right([
        command._tag === "CompleteOffChainOrder"
          ? { ...command, _tag: "OffChainOrderFilled" }
          : { ...command, _tag: "OffChainOrderFailed" },
      ]);
    case "UpdateThreshold":
      return Either.right([{ ...command, _tag: "ThresholdUpdated", old_threshold: threshold }]);
  }
};
