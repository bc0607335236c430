import type { Executor } from "@ledgerfold/domain/Broker";
import { trigger } from "@ledgerfold/domain/ExecutionThreshold";
import * as OffchainOrder from "@ledgerfold/domain/OffchainOrder";
import * as Position from "@ledgerfold/domain/Position";
import * as Timestamp from "@ledgerfold/scalars/Timestamp";
import type {
  BrokerOrderId,
  Dollars,
  ExecutionId,
  PriceCents,
  Shares,
  Ticker,
} from "@ledgerfold/domain/Values";
import { EventStore } from "@ledgerfold/event-store/EventStore";
import { Clock, Effect, Either, Random, Schema, Stream } from "effect";

/**
 * What a conductor does at the broker. Each step is a command to the order and one to its position,
 * in one transaction: both happen or neither. What may not happen the aggregates refuse themselves.
 */

/** A position that is far enough from zero to be worth an order, and waits for none. */
interface Due {
  readonly symbol: Ticker;
  readonly net: Shares;
}

/** The price of a share, which thresholds in dollars need. */
export type Prices = ReadonlyMap<Ticker, Dollars>;

export const due = Effect.fn("Conductor.due")(function* (prices: Prices) {
  const store = yield* EventStore;
  const found: Array<Due> = [];
  yield* Stream.runForEach(store.views(Position.aggregate), (row) =>
    Effect.gen(function* () {
      if (Either.isRight(row)) {
        const { model } = row.right;
        if (model._tag === "Unavailable" || model.pending_execution_id !== null) return;
      } else yield* Effect.logWarning(row.left.message);
      // What a row cannot tell the position's own events do.
      const symbol = Either.merge(row).id as Ticker;
      const { state } = yield* store.load(Position.aggregate, Position.aggregateId(symbol));
      const { net, threshold, pending_execution_id } = state;
      if (pending_execution_id !== null) return;
      const reason = threshold && trigger(threshold, net, prices.get(symbol) ?? null);
      if (reason) found.push({ symbol, net });
    }),
  );
  return found;
});

/** Orders all that the position is off by, the other way round, and gives the order's id. */
export const place = Effect.fn("Conductor.place")(function* (
  symbol: Ticker,
  { executor, prices }: { readonly executor: Executor; readonly prices: Prices },
) {
  const store = yield* EventStore;
  const placed_at = yield* now;
  const id = yield* newOrder(placed_at);
  yield* store.transaction(
    Effect.gen(function* () {
      const { state } = yield* store.load(Position.aggregate, Position.aggregateId(symbol));
      const order = {
        shares: state.net.abs() as Shares,
        direction: state.net.isNegative() ? "Buy" : "Sell",
        executor,
        placed_at,
      } as const;
      yield* store.execute(Position.aggregate, Position.aggregateId(symbol), {
        _tag: "PlaceOffChainOrder",
        execution_id: id,
        price_usdc: prices.get(symbol) ?? null,
        ...order,
      });
      yield* store.execute(OffchainOrder.aggregate, OffchainOrder.aggregateId(id), {
        _tag: "Place",
        symbol,
        ...order,
      });
    }),
  );
  return id;
});

/** The broker has taken the order. */
export const submit = Effect.fn("Conductor.submit")(function* (
  id: ExecutionId,
  broker_order_id: BrokerOrderId,
) {
  const store = yield* EventStore;
  yield* store.execute(OffchainOrder.aggregate, OffchainOrder.aggregateId(id), {
    _tag: "ConfirmSubmission",
    broker_order_id,
    submitted_at: yield* now,
  });
});

/** The broker has filled the whole order. */
export const fill = Effect.fn("Conductor.fill")(function* (
  id: ExecutionId,
  price_cents: PriceCents,
) {
  const store = yield* EventStore;
  const filled_at = yield* now;
  yield* store.transaction(
    Effect.gen(function* () {
      const { state } = yield* store.execute(
        OffchainOrder.aggregate,
        OffchainOrder.aggregateId(id),
        { _tag: "CompleteFill", price_cents, filled_at },
      );
      if (state._tag !== "Filled" || state.broker_order_id === null) {
        return yield* new UnknownAtBroker({ id });
      }
      yield* store.execute(Position.aggregate, Position.aggregateId(state.symbol), {
        _tag: "CompleteOffChainOrder",
        execution_id: id,
        shares_filled: state.shares,
        direction: state.direction,
        broker_order_id: state.broker_order_id,
        price_cents,
        broker_timestamp: filled_at,
      });
    }),
  );
});

/** The order came to nothing. */
export const fail = Effect.fn("Conductor.fail")(function* (id: ExecutionId, error: string) {
  const store = yield* EventStore;
  const failed_at = yield* now;
  yield* store.transaction(
    Effect.gen(function* () {
      const { state } = yield* store.execute(
        OffchainOrder.aggregate,
        OffchainOrder.aggregateId(id),
        { _tag: "MarkFailed", error, failed_at },
      );
      if (state._tag !== "Failed") return yield* new UnknownAtBroker({ id });
      yield* store.execute(Position.aggregate, Position.aggregateId(state.symbol), {
        _tag: "FailOffChainOrder",
        execution_id: id,
        error,
        failed_at,
      });
    }),
  );
});

/** The broker cannot have filled an order that it gave no id. */
class UnknownAtBroker extends Schema.TaggedError<UnknownAtBroker>()("UnknownAtBroker", {
  id: Schema.BigIntFromSelf,
}) {
  override get message() {
    return `Order ${this.id} has no id of the broker's: submit it first.`;
  }
}

const now = Effect.map(Clock.currentTimeMillis, Timestamp.fromMilliseconds);

/** Above every id of the legacy tables, and not what another conductor takes at the same time. */
const newOrder = (at: Timestamp.Timestamp) =>
  Effect.map(Random.nextIntBetween(0, 1_000_000), (some) => (at + BigInt(some)) as ExecutionId);
