import * as Position from "@ledgerfold/domain/Position";
import * as Subscription from "@ledgerfold/event-store/Subscription";
import * as Tables from "@ledgerfold/event-store/Tables";

/** A table of what was filled on chain, beside the log: fills(symbol text, amount text). */
const fills = Tables.of<{ fills: { symbol: string; amount: string } }>();

const filling = Subscription.to(Position.aggregate, {
  name: "fills",
  types: ["OnChainOrderFilled"],
  handle: ({ amount }, { stream }) =>
    fills((query) =>
      query.insertInto("fills").values({ symbol: stream.id, amount: amount.toFixed() }),
    ),
});

/** In a service: as long as it lives. */
export const follow = Subscription.run(filling);

/** In a job: until nothing more is there. */
export const catchUp = Subscription.catchUp(filling);
