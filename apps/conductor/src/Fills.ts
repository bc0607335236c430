import * as Position from "@ledgerfold/domain/Position";
import type { RecordedEvent } from "@ledgerfold/event-store/EventStore";
import { SqliteDatabase } from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import * as Subscription from "@ledgerfold/event-store/Subscription";
import { Effect } from "effect";

/** A table of what was filled on chain, beside the log: fills(symbol text, amount text). */
const query = SqliteQuery.builder<{ fills: { symbol: string; amount: string } }>();

const record = (event: RecordedEvent) =>
  Effect.gen(function* () {
    const filled = yield* Position.aggregate.codec.decode(event);
    if (filled._tag !== "OnChainOrderFilled") return;
    const row = { symbol: event.stream.id, amount: filled.amount.toFixed() };
    const database = yield* SqliteDatabase;
    yield* database.run("recording a fill", () =>
      database.execute(query.insertInto("fills").values(row)),
    );
  });

export const fills = {
  name: "fills",
  types: ["PositionEvent::OnChainOrderFilled"],
  handle: record,
} as const;

/** In a service: as long as it lives. */
export const follow = Subscription.run(fills);

/** In a job: until nothing more is there. */
export const catchUp = Subscription.catchUp(fills);
