import { expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect, FastCheck as fc } from "effect";
import * as LegacyRows from "./LegacyRows.ts";
import { legacyFile, migrate, right, select } from "./support.ts";

/** Every cell of every row can be had back from the event, to its last bit. */

type Fields = Readonly<Record<string, unknown>>;

/** All numbers in these payloads are whole, and may be too big for JavaScript's. */
const exactly = (_: string, value: unknown, context?: { readonly source?: string }) =>
  typeof value === "number" ? BigInt(context?.source ?? Number.NaN) : value;

const events = (path: string, type: string): ReadonlyMap<string, Fields> =>
  new Map(
    select(
      path,
      `select aggregate_id, payload from events where aggregate_type = '${type}' order by rowid`,
    ).map(({ aggregate_id, payload }) => {
      const event: unknown = JSON.parse(String(payload), exactly);
      return [String(aggregate_id), Object.values(event as object)[0] as Fields];
    }),
  );

const momentOf = (text: unknown): LegacyRows.Moment | null => {
  if (text === null) return null;
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{3}|\d{6}|\d{9}))?Z$/.exec(String(text));
  if (match === null) throw new Error(`not RFC 3339 in UTC: ${text}`);
  const nanos = Number((match[2] ?? "").padEnd(9, "0"));
  return {
    milliseconds: Date.parse(`${match[1]}Z`) + Math.floor(nanos / 1e6),
    nanoseconds: nanos % 1e6,
  };
};

const double = (text: unknown): number => {
  expect(text).toMatch(/^-?\d+(\.\d*[1-9])?$/);
  return Number(text);
};

const words = { Buy: "BUY", Sell: "SELL", Pending: "PENDING", Submitted: "SUBMITTED" } as const;
const word = (value: unknown): unknown => {
  if (typeof value === "object") return "FAILED";
  return value === "Filled" ? "FILLED" : words[value as keyof typeof words];
};

const unique = <A>(row: fc.Arbitrary<A>, key: (row: A) => unknown) =>
  fc.uniqueArray(row, { maxLength: 25, selector: key });

const rows = fc.record({
  trades: unique(LegacyRows.trade, ({ tx_hash }) => tx_hash.toLowerCase()),
  positions: unique(LegacyRows.position, ({ symbol }) => symbol),
  orders: fc.array(LegacyRows.order, { maxLength: 25 }),
  auth: fc.option(LegacyRows.auth),
});
type Rows = typeof rows extends fc.Arbitrary<infer A> ? A : never;

const file = ({ trades, positions, orders, auth }: Rows) =>
  legacyFile(
    (db) => {
      for (const { oracle, block_number, ...trade } of trades) {
        LegacyDatabase.insertTrade(db, {
          ...trade,
          created_at: trade.created_at?.text ?? null,
          block_timestamp: trade.block_timestamp.text,
          pyth_price: oracle?.pyth_price ?? null,
          pyth_confidence: oracle?.pyth_confidence ?? null,
          pyth_exponent: oracle?.pyth_exponent ?? null,
          pyth_publish_time: oracle?.pyth_publish_time.text ?? null,
        });
        const { tx_hash, log_index } = trade;
        if (block_number !== null) {
          LegacyDatabase.insertQueueEvent(db, { tx_hash, log_index, block_number });
        }
      }
      for (const position of positions) {
        const last_updated = position.last_updated.text;
        LegacyDatabase.insertPosition(db, { ...position, last_updated });
      }
      for (const order of orders) {
        LegacyDatabase.insertOrder(db, { ...order, executed_at: order.executed_at?.text ?? null });
      }
      if (auth !== null) {
        const texts = Object.entries(auth).map(([name, { text }]) => [name, text]);
        LegacyDatabase.insertAuth(db, Object.fromEntries(texts));
      }
    },
    { age: "2025-12-22", checks: false },
  );

const recovered = (path: string): Rows => {
  const trades = [...events(path, "OnChainTrade")];
  const pyth = (price: Fields) => ({
    pyth_price: Number(`${price.value}e${price.expo}`),
    pyth_confidence: Number(`${price.conf}e${price.expo}`),
    pyth_exponent: price.expo,
    pyth_publish_time: momentOf(price.publish_time),
  });
  return {
    trades: trades
      .sort(([, a], [, b]) => Number((a.legacy_id as bigint) - (b.legacy_id as bigint)))
      .map(([id, event]) => ({
        tx_hash: id.slice(0, 66),
        log_index: BigInt(id.slice(67)),
        symbol: event.symbol,
        amount: double(event.amount),
        direction: word(event.direction),
        price_usdc: double(event.price_usdc),
        created_at: momentOf(event.created_at),
        block_timestamp: momentOf(event.block_timestamp),
        gas_used: event.gas_used,
        effective_gas_price: event.effective_gas_price,
        oracle: event.pyth_price === null ? null : pyth(event.pyth_price as Fields),
        block_number: event.block_number,
      })),
    positions: [...events(path, "Position")].map(([symbol, event]) => ({
      symbol,
      named: event.symbol,
      net_position: double(event.net_position),
      accumulated_long: double(event.accumulated_long),
      accumulated_short: double(event.accumulated_short),
      pending_execution_id: event.pending_execution_id,
      last_updated: momentOf(event.last_updated),
    })),
    orders: [...events(path, "OffchainOrder")].map(([id, event]) => ({
      id,
      symbol: event.symbol,
      shares: double(event.shares),
      direction: word(event.direction),
      broker: event.legacy_broker,
      status: word(event.status),
      broker_order_id: event.broker_order_id,
      price_cents: event.price_cents,
      executed_at: momentOf(event.executed_at),
    })),
    auth: [...events(path, "SchwabAuth").values()].map((event) => ({
      access_token: event.access_token,
      access_token_fetched_at: momentOf(event.access_token_fetched_at),
      refresh_token: event.refresh_token,
      refresh_token_fetched_at: momentOf(event.refresh_token_fetched_at),
    })),
  } as unknown as Rows;
};

/** What is not told apart: the case of hashes, a block number that is unknown from 0. */
const expected = ({ trades, positions, orders, auth }: Rows) => ({
  trades: trades.map((trade) => ({
    ...trade,
    tx_hash: trade.tx_hash.toLowerCase(),
    created_at: trade.created_at?.means ?? null,
    block_timestamp: trade.block_timestamp.means,
    oracle:
      trade.oracle === null
        ? null
        : { ...trade.oracle, pyth_publish_time: trade.oracle.pyth_publish_time.means },
    block_number: trade.block_number ?? 0n,
  })),
  positions: positions
    .map(({ last_updated, ...row }) => ({
      ...row,
      named: row.symbol,
      net_position: row.accumulated_long - row.accumulated_short,
      last_updated: last_updated.means,
    }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.symbol), Buffer.from(b.symbol))),
  orders: orders.map(({ order_id, executed_at, ...order }, index) => ({
    ...order,
    id: `${index + 1}`,
    broker_order_id: order.broker_order_id ?? order_id,
    executed_at: executed_at?.means ?? null,
  })),
  auth:
    auth === null
      ? []
      : [Object.fromEntries(Object.entries(auth).map(([name, { means }]) => [name, means]))],
});

it.effect("any valid rows", () =>
  Effect.promise(() =>
    fc.assert(
      fc.asyncProperty(rows, (generated) =>
        Effect.runPromise(
          Effect.gen(function* () {
            const path = file(generated);
            right(yield* migrate(path));
            expect(recovered(path)).toEqual(expected(generated));
          }),
        ),
      ),
      { numRuns: 100, interruptAfterTimeLimit: 40_000 },
    ),
  ),
);
