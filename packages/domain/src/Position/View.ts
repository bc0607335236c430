import * as Compiled from "@ledgerfold/aggregate/internal/Compiled";
import { unit, variant } from "@ledgerfold/aggregate/ExternallyTagged";
import * as View from "@ledgerfold/aggregate/View";
import { Schema } from "effect";
import { Ticker } from "../Values.ts";
import type { Event } from "./Event.ts";
import { evolve, initial, State, takenOut } from "./State.ts";

const { threshold: _, taken_out: __, ...shown } = State.fields;

/** A row of `position_view`; `Unavailable` of a stream that tells of no position. */
export const PositionView = Schema.Union(
  unit("Unavailable"),
  variant("Position", {
    symbol: Ticker,
    ...shown,
    /**
     * Ours, and there only where `pending_execution_id` does not tell it: whether the order that was
     * pending at migration is still to be settled.
     */
    taken_out: Schema.optionalWith(Schema.Boolean, { exact: true }),
  }),
);
export type PositionView = typeof PositionView.Type;

const needsFirst = ({ _tag }: Event): boolean =>
  _tag === "OffChainOrderPlaced" ||
  _tag === "OffChainOrderFilled" ||
  _tag === "OffChainOrderFailed";

const isPending = (
  { pending_execution_id: pending }: Pick<State, "pending_execution_id">,
  order: State["taken_out"],
): boolean => order !== null && pending === order.execution_id;

const { threshold: ___, taken_out: ____, ...nothing } = initial;
const unknown: typeof nothing & { readonly taken_out?: boolean } = nothing;

/**
 * Rows say little of the order that was pending at migration; the stream's first event says the rest.
 * Only when an order is placed or settled does it matter which one that was.
 */
export const view = View.make<PositionView, Event, typeof PositionView.Encoded>({
  table: "position_view",
  schema: PositionView,
  initial: { _tag: "Unavailable" },
  needsFirst,
  evolve: (model, event, { id: symbol, first }) => {
    if (!isTicker(symbol)) return model;
    const { taken_out: told, ...row } = model._tag === "Unavailable" ? unknown : model;
    const atMigration = takenOut(first);
    const isTakenOut = told ?? isPending(row, atMigration);
    const before = { ...row, threshold: null, taken_out: isTakenOut ? atMigration : null };
    const { threshold: _, taken_out: after, ...position } = evolve(before, event);
    const is = needsFirst(event) ? after !== null : told;
    const isTold =
      is === undefined || (needsFirst(event) && is === isPending(position, atMigration));
    return { ...position, ...(isTold ? {} : { taken_out: is }), _tag: "Position", symbol };
  },
});

const isTicker = Compiled.is(Ticker);
