import * as Position from "@ledgerfold/domain/Position";
import * as Subscription from "@ledgerfold/event-store/Subscription";
import * as Tables from "@ledgerfold/event-store/Tables";
import { Effect } from "effect";

/** A table of what was filled on chain, beside the log: fills(symbol text, amount text). */
const fills = Tables.of<{ fills: { symbol: string; amount: string } }>();

const filling = Subscription.to(Position.aggregate, {
  name: "fills",
  types: ["PositionEvent::OnChainOrderFilled"],
  handle: (event, { stream }) =>
    event._tag === "OnChainOrderFilled"
      ? fills((query) =>
          query.insertInto("fills").values({ symbol: stream.id, amount: event.amount.toFixed() }),
        )
      : Effect.void,
});

/** In a service: as long as it lives. */
export const follow = Subscription.run(filling);

/** In a job: until nothing more is there. */
export const catchUp = Subscription.catchUp(filling);
