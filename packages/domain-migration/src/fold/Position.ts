import type { Event, PositionView } from "@ledgerfold/domain/Position";
import * as Fold from "@ledgerfold/declaration/Fold";

/**
 * What events do to a position. `long` and `short` are what the bot makes of them: it keeps doubles,
 * and takes an order's shares out of the side they come of when it places the order.
 */

type First = Extract<Event, { readonly _tag: "Migrated" }>;
type Model = Extract<PositionView, { readonly _tag: "Position" }>;

const [buy, sell] = [Fold.eventIs("direction", "Buy"), Fold.eventIs("direction", "Sell")];
const pending = Fold.same("pending_execution_id", "execution_id");
const takenOut = Fold.same("taken_out.execution_id", "execution_id");

const settled = {
  pending_execution_id: Fold.clear(pending),
  taken_out: Fold.clear(takenOut),
};

export const fold: Fold.Of<Event, First, Model> = {
  start: {
    net: "0",
    accumulated_long: "0",
    accumulated_short: "0",
    long: "0",
    short: "0",
  },
  events: {
    Migrated: {
      net: Fold.set("net_position"),
      accumulated_long: Fold.set("accumulated_long"),
      accumulated_short: Fold.set("accumulated_short"),
      pending_execution_id: Fold.set("pending_execution_id"),
      threshold: Fold.set("threshold"),
      last_updated: Fold.set("last_updated"),
      taken_out: [
        Fold.clear(),
        Fold.object(
          {
            execution_id: "pending_execution_id",
            shares: "pending_shares",
            direction: "pending_direction",
          },
          Fold.eventHas("pending_execution_id"),
        ),
      ],
      at_migration: Fold.set("pending_execution_id"),
      long: Fold.set("accumulated_long"),
      short: Fold.set("accumulated_short"),
    },
    Initialized: {
      threshold: Fold.set("threshold"),
      last_updated: Fold.set("initialized_at"),
    },
    OnChainOrderFilled: {
      net: [Fold.add("amount", buy), Fold.subtract("amount", sell)],
      accumulated_long: Fold.add("amount", buy),
      accumulated_short: Fold.add("amount", sell),
      last_updated: Fold.set("seen_at"),
      long: Fold.addDouble("amount", buy),
      short: Fold.addDouble("amount", sell),
    },
    OffChainOrderPlaced: {
      pending_execution_id: Fold.set("execution_id"),
      last_updated: Fold.set("placed_at"),
      long: Fold.subtractDouble("shares", sell),
      short: Fold.subtractDouble("shares", buy),
    },
    OffChainOrderFilled: {
      ...settled,
      net: [
        Fold.add("shares_filled", buy, Fold.not(takenOut)),
        Fold.subtract("shares_filled", sell, Fold.not(takenOut)),
      ],
      last_updated: Fold.set("broker_timestamp"),
    },
    OffChainOrderFailed: {
      ...settled,
      net: [
        Fold.subtractState(
          "taken_out.shares",
          takenOut,
          Fold.stateIs("taken_out.direction", "Buy"),
        ),
        Fold.addState("taken_out.shares", takenOut, Fold.stateIs("taken_out.direction", "Sell")),
      ],
      last_updated: Fold.set("failed_at"),
    },
    ThresholdUpdated: {
      threshold: Fold.set("new_threshold"),
      last_updated: Fold.set("updated_at"),
    },
  },
  row: {
    accumulated_long: "long",
    accumulated_short: "short",
    pending_execution_id: "pending_execution_id",
  },
  // The bot keeps no net, and these are of the order that was pending then.
  firstAlone: ["net_position", "pending_shares", "pending_direction", "last_updated"],
  view: {
    symbol: (_, id) => id,
    net: "net",
    accumulated_long: "accumulated_long",
    accumulated_short: "accumulated_short",
    pending_execution_id: "pending_execution_id",
    last_updated: "last_updated",
    taken_out: ({ pending_execution_id: pending, at_migration: first, taken_out }) => {
      const isTakenOut = (taken_out ?? null) !== null;
      const isPending = (first ?? null) !== null && String(first) === String(pending);
      return isTakenOut === isPending ? undefined : isTakenOut;
    },
  },
  ids: /./,
};
