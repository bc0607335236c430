import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { decide } from "./OffchainOrder/Command.ts";
import { codec } from "./OffchainOrder/Event.ts";
import { evolve, initial, State } from "./OffchainOrder/State.ts";
import { view } from "./OffchainOrder/View.ts";
import type { ExecutionId } from "./Values.ts";

/** Orders at the broker: what happens to them, and what may. */

export * from "./OffchainOrder/Command.ts";
export { codec, Event, MigratedStatus } from "./OffchainOrder/Event.ts";
export { State } from "./OffchainOrder/State.ts";
export { OrderView } from "./OffchainOrder/View.ts";

/** The order's id in decimal. */
export const aggregateId = (id: ExecutionId): string => id.toString();

/** An order at the broker that hedges what was traded on the chain, until it fills or fails. */
export const aggregate = Aggregate.make({
  type: "OffchainOrder",
  codec,
  state: State,
  stateVersion: 2,
  initial,
  evolve,
  decide,
  view,
});
