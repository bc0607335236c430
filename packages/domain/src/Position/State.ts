import { Schema } from "effect";
import * as Decimal from "@ledgerfold/scalars/Decimal";
import { Direction, signed } from "../Direction.ts";
import { ExecutionThreshold } from "../ExecutionThreshold.ts";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { ExecutionId, Shares } from "../Values.ts";
import type { Event } from "./Event.ts";

/** What is known of a position. `threshold` is null before its first event. */
export const State = Schema.Struct({
  net: Shares,
  accumulated_long: Shares,
  accumulated_short: Shares,
  pending_execution_id: Schema.NullOr(ExecutionId),
  threshold: Schema.NullOr(ExecutionThreshold),
  last_updated: Schema.NullOr(Timestamp),
  /**
   * The order that was pending when the position was migrated, while it still is. The legacy bot
   * took its shares out of the position when it created the order, so `net` holds its outcome
   * already.
   */
  taken_out: Schema.optionalWith(
    Schema.NullOr(
      Schema.Struct({
        execution_id: ExecutionId,
        shares: Schema.NullOr(Shares),
        direction: Schema.NullOr(Direction),
      }),
    ),
    { default: () => null },
  ),
});
export type State = typeof State.Type;

const none = Decimal.zero as Shares;

export const initial: State = {
  net: none,
  accumulated_long: none,
  accumulated_short: none,
  pending_execution_id: null,
  threshold: null,
  last_updated: null,
  taken_out: null,
};

export const evolve = (state: State, event: Event): State => {
  switch (event._tag) {
    case "Migrated":
      return {
        net: event.net_position,
        accumulated_long: event.accumulated_long,
        accumulated_short: event.accumulated_short,
        pending_execution_id: event.pending_execution_id,
        threshold: event.threshold,
        last_updated: event.last_updated,
        taken_out: takenOut(event),
      };
    case "Initialized":
      return { ...state, threshold: event.threshold, last_updated: event.initialized_at };
    case "OnChainOrderFilled": {
      const { amount, direction, seen_at: last_updated } = event;
      return direction === "Buy"
        ? {
            ...state,
            net: add(state.net, amount),
            accumulated_long: add(state.accumulated_long, amount),
            last_updated,
          }
        : {
            ...state,
            net: state.net.minus(amount) as Shares,
            accumulated_short: add(state.accumulated_short, amount),
            last_updated,
          };
    }
    case "OffChainOrderPlaced":
      return {
        ...state,
        pending_execution_id: event.execution_id,
        last_updated: event.placed_at,
      };
    case "OffChainOrderFilled":
      return {
        ...settle(state, event.execution_id),
        net: wasTakenOut(state, event.execution_id)
          ? state.net
          : add(state.net, signed(event.direction, event.shares_filled)),
        last_updated: event.broker_timestamp,
      };
    case "OffChainOrderFailed":
      return {
        ...settle(state, event.execution_id),
        net: add(state.net, givenBack(state, event.execution_id)),
        last_updated: event.failed_at,
      };
    case "ThresholdUpdated":
      return { ...state, threshold: event.new_threshold, last_updated: event.updated_at };
  }
};

/** The order that was pending when a position with this first event was migrated. */
export const takenOut = (first: Event | undefined): State["taken_out"] =>
  first?._tag === "Migrated" && first.pending_execution_id !== null
    ? {
        execution_id: first.pending_execution_id,
        shares: first.pending_shares,
        direction: first.pending_direction,
      }
    : null;

const add = (a: Shares, b: Decimal.Decimal): Shares => a.plus(b) as Shares;

const wasTakenOut = (state: State, order: ExecutionId): boolean =>
  state.taken_out?.execution_id === order;

/**
 * The order is pending no more, and what the legacy bot took out for it is accounted for. Another one
 * that is pending stays so: a legacy row of an order that had failed may be put right by hand later.
 */
const settle = (state: State, order: ExecutionId): State => ({
  ...state,
  pending_execution_id: state.pending_execution_id === order ? null : state.pending_execution_id,
  taken_out: wasTakenOut(state, order) ? null : state.taken_out,
});

/** A failed order taken out at migration gives its shares back: the opposite of what it would have done. */
const givenBack = (state: State, order: ExecutionId): Decimal.Decimal => {
  const taken = wasTakenOut(state, order) ? state.taken_out : null;
  if (taken === null || taken.shares === null || taken.direction === null) return none;
  return signed(taken.direction, taken.shares).negated();
};
