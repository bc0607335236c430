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
  variant("Position", { symbol: Ticker, ...shown }),
);
export type PositionView = typeof PositionView.Type;

/**
 * Rows say nothing of the order that was pending at migration; the stream's first event does. Only
 * when an order is settled does it matter which one that was.
 */
export const view = View.make<PositionView, Event, typeof PositionView.Encoded>({
  table: "position_view",
  schema: PositionView,
  initial: { _tag: "Unavailable" },
  needsFirst: ({ _tag }) => _tag === "OffChainOrderFilled" || _tag === "OffChainOrderFailed",
  evolve: (model, event, { id: symbol, first }) => {
    if (!isTicker(symbol)) return model;
    const before =
      model._tag === "Unavailable"
        ? initial
        : { ...model, threshold: null, taken_out: takenOut(first) };
    const { threshold: _, taken_out: __, ...position } = evolve(before, event);
    return { ...position, _tag: "Position", symbol };
  },
});

const isTicker = Compiled.is(Ticker);
