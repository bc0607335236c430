import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { decide } from "./Position/Command.ts";
import { codec } from "./Position/Event.ts";
import { evolve, initial, State } from "./Position/State.ts";
import { view } from "./Position/View.ts";
import type { Ticker } from "./Values.ts";

/** Positions: what happens to them, and what may. */

export * from "./Position/Command.ts";
export { codec, Event } from "./Position/Event.ts";
export { State } from "./Position/State.ts";
export { PositionView } from "./Position/View.ts";

/** The share's own name, `AAPL`. */
export const aggregateId = (symbol: Ticker): string => symbol;

/** How many shares of one company the conductor is long or short, across chain and broker. */
export const aggregate = Aggregate.make({
  type: "Position",
  codec,
  state: State,
  stateVersion: 2,
  initial,
  evolve,
  decide,
  view,
});
