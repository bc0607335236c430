import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as Compiled from "@ledgerfold/aggregate/internal/Compiled";
import { describe, expect, it, vi } from "@effect/vitest";
import * as OffchainOrder from "@ledgerfold/domain/OffchainOrder";
import * as OnChainTrade from "@ledgerfold/domain/OnChainTrade";
import * as Timestamp from "@ledgerfold/scalars/Timestamp";
import * as EncodedStream from "@ledgerfold/event-store/EncodedStream";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { ages } from "@ledgerfold/fixtures/LegacySchema";
import { Effect, Either, FastCheck, Option } from "effect";
import type { RawRow } from "@ledgerfold/migration/BadData";
import * as Direct from "@ledgerfold/migration/internal/direct/Direct";
import * as Order from "../../src/direct/Order.ts";
import * as Trade from "../../src/direct/Trade.ts";
import * as Defined from "@ledgerfold/migration/internal/Defined";
import { LegacySource } from "@ledgerfold/migration/LegacySource";
import * as OrderRow from "../../src/OrderRow.ts";
import * as TradeRow from "../../src/OnChainTrade.ts";
import { plan } from "../../src/plan.ts";
import * as Cells from "../support/Cells.ts";
import { column, hash, legacyFile, messages, migrate, onFile, right } from "../support/Files.ts";

/** The short way of a row says what the schemas say, to the character, or nothing. */

const migratedAt = Option.getOrThrow(Timestamp.parse("2026-02-03T04:05:06.789Z"));
const metadata = { run_id: "7", legacy_table: "a table" };

interface Ways {
  readonly columns: Cells.Columns;
  /** Rows as the bot writes them. */
  readonly ordinary: Readonly<Record<string, RawRow>>;
  readonly short: (cells: RawRow) => EncodedStream.EncodedStream | undefined;
  /** What the schemas make of a good row. */
  readonly long: (cells: RawRow) => EncodedStream.EncodedStream | undefined;
}

const longWay =
  <A extends Aggregate.Any, Row>(
    aggregate: A,
    decode: (cells: RawRow) => Either.Either<Row, unknown>,
    id: (row: Row) => string,
    event: (row: Row) => Aggregate.Event<A>,
  ): Ways["long"] =>
  (cells) =>
    decode(cells).pipe(
      Either.map((row) => EncodedStream.encode(aggregate, id(row), event(row), metadata)),
      Either.getOrUndefined,
    );

const shortWay = (aggregate: Aggregate.Any, texts: Parameters<typeof Direct.make>[2]) =>
  Direct.make(aggregate, metadata, texts, () => {}).stream;

const trade: RawRow = {
  id: 7n,
  tx_hash: `0x${"0123456789abCDEF".repeat(4)}`,
  log_index: 3n,
  symbol: "tAAPL",
  amount: 1.5,
  direction: "BUY",
  price_usdc: 150.25,
  created_at: "2025-08-01 12:00:05",
  block_timestamp: "2025-08-01 12:00:00",
  gas_used: 120_000n,
  effective_gas_price: 1_000_000_000n,
  pyth_price: 150.2,
  pyth_confidence: 0.05,
  pyth_exponent: -8n,
  pyth_publish_time: "2025-08-01 11:59:59",
  block_number: 30_000_001n,
};
const withoutOracle: RawRow = {
  ...trade,
  pyth_price: null,
  pyth_confidence: null,
  pyth_exponent: null,
  pyth_publish_time: null,
};
const early: RawRow = {
  ...withoutOracle,
  block_timestamp: null,
  gas_used: null,
  effective_gas_price: null,
  block_number: null,
};

const filled: RawRow = {
  id: 7n,
  symbol: "AAPL",
  shares: 1n,
  direction: "SELL",
  broker: "schwab",
  broker_order_id: null,
  order_id: "1004055538153",
  price_cents: 15_025n,
  status: "FILLED",
  executed_at: "2025-08-01 12:01:00.123456",
};
const live = { ...filled, price_cents: null, executed_at: null };
const orders: Ways["ordinary"] = {
  "filled order": filled,
  "filled order under the newer name": { ...filled, broker_order_id: "7", order_id: null },
  "filled order under both names": { ...filled, broker_order_id: "7", order_id: "7" },
  "pending order": { ...live, status: "PENDING", order_id: null },
  "submitted order": { ...live, status: "SUBMITTED" },
  "failed order": { ...filled, status: "FAILED", order_id: null, price_cents: null },
  "order of fractional shares": { ...filled, shares: 0.25, direction: "BUY" },
};
const unsaid = Object.entries(orders).map(([name, row]) => [name, { ...row, broker: null }]);

const brokers: Ways["ordinary"] = Object.fromEntries(
  Object.keys(OrderRow.brokers).map((broker) => [`order at ${broker}`, { ...filled, broker }]),
);

const orderId = OrderRow.aggregateId;
const orderEvent = (row: OrderRow.OrderRow) => OrderRow.toEvent(row, migratedAt);

const kinds: Readonly<Record<string, Ways>> = {
  trades: {
    columns: Cells.trade,
    ordinary: {
      "trade with everything": trade,
      "trade without an oracle": withoutOracle,
      "trade of the first months": early,
      "sale that is whole": { ...withoutOracle, direction: "SELL", amount: 100, price_usdc: 7n },
      "trade with a moment of nanoseconds": {
        ...withoutOracle,
        created_at: null,
        block_timestamp: "2025-10-01T12:00:00.123456789+00:00",
      },
    },
    short: shortWay(OnChainTrade.aggregate, Trade.make(migratedAt)),
    long: longWay(
      OnChainTrade.aggregate,
      Compiled.decoder(TradeRow.Row),
      TradeRow.aggregateId,
      (row) => ({ _tag: "Migrated" as const, ...TradeRow.toEvent(row, migratedAt) }),
    ),
  },
  orders: {
    columns: Cells.order,
    ordinary: { ...orders, ...brokers },
    short: shortWay(OffchainOrder.aggregate, Order.make(migratedAt, { hasBroker: true })),
    long: longWay(
      OffchainOrder.aggregate,
      Compiled.decoder(OrderRow.OrderRow),
      orderId,
      orderEvent,
    ),
  },
  "orders without a broker": {
    columns: Cells.orderWithoutBroker,
    ordinary: Object.fromEntries(unsaid),
    short: shortWay(OffchainOrder.aggregate, Order.make(migratedAt, { hasBroker: false })),
    long: longWay(
      OffchainOrder.aggregate,
      Compiled.decoder(OrderRow.OrderRowWithoutBroker),
      orderId,
      orderEvent,
    ),
  },
};

/** What becomes of a row, both ways compared. */
const judge = ({ short, long }: Ways, cells: RawRow): "short" | "long" | "bad" => {
  const stream = short(cells);
  const expected = long(cells);
  if (stream !== undefined || expected === undefined) expect(stream).toStrictEqual(expected);
  if (stream !== undefined) return "short";
  return expected === undefined ? "bad" : "long";
};

describe.each(Object.entries(kinds))("the short way of %s", (_, ways) => {
  const { columns, ordinary } = ways;
  const counting = () => {
    const seen = { short: 0, long: 0, bad: 0 };
    const count = (cells: RawRow) => {
      const way = judge(ways, cells);
      seen[way] += 1;
      return way;
    };
    return { seen, count };
  };

  it.each(Object.entries(ordinary))("takes a %s", (_, cells) => {
    expect(judge(ways, cells)).toBe("short");
  });

  // Only the numbers that JavaScript writes with an exponent go the long way.
  it("says the same of rows with one cell of any kind, or nothing", () => {
    const { seen, count } = counting();
    for (const row of Object.values(ordinary)) {
      for (const cells of Cells.variants(columns, row)) {
        if (count(cells) !== "long") continue;
        const amounts = [cells.amount, cells.price_usdc, cells.shares];
        expect(amounts.some((amount) => /\de[+-]/.test(String(amount)))).toBe(true);
      }
    }
    expect(seen.short).toBeGreaterThan(600);
    expect(seen.long).toBeGreaterThan(50);
    expect(seen.bad).toBeGreaterThan(1_500);
  });

  it("says the same of all kinds of rows, or nothing", () => {
    const { seen, count } = counting();
    FastCheck.assert(
      FastCheck.property(Cells.rows(columns), (cells) => void count(cells)),
      { numRuns: 4_000 },
    );
    expect(seen.short).toBeGreaterThan(100);
    expect(seen.long).toBeGreaterThan(100);
    expect(seen.bad).toBeGreaterThan(500);
  });
});

/** How many trades and orders of a run go by the schemas. */
const goingLong = (path: string) =>
  Effect.gen(function* () {
    const encoded = [OnChainTrade, OffchainOrder].map(({ aggregate }) =>
      vi.spyOn(aggregate.codec, "encode"),
    );
    const done = yield* migrate(path);
    const counts = encoded.map(({ mock }) => mock.calls.length);
    for (const encode of encoded) encode.mockRestore();
    return [counts, done] as const;
  });

it.effect("rows as the bot wrote them over the year are taken", () =>
  Effect.gen(function* () {
    for (const age of ages) {
      const path = legacyFile(
        (db) => {
          for (const direction of ["BUY", "SELL"]) {
            LegacyDatabase.insertTrade(db, { direction });
            LegacyDatabase.insertTrade(db, { amount: 100, block_timestamp: null });
            LegacyDatabase.insertOrder(db, { direction });
          }
          LegacyDatabase.insertQueueEvent(db);
          for (const status of OrderRow.statuses) {
            LegacyDatabase.insertOrder(db, { symbol: status, status });
          }
        },
        { age },
      );
      const read = (role: "trades" | "orders") =>
        Effect.gen(function* () {
          const rows = yield* Effect.flatMap(LegacySource, (source) =>
            source.rows(
              Defined.of(plan.migrations[role === "trades" ? "OnChainTrade" : "OffchainOrder"])
                .declared,
            ),
          );
          if (rows === undefined) return [];
          const ways =
            rows.columns.has("broker") || role === "trades" ? role : `${role} without a broker`;
          const found = yield* rows.chunk(0, rows.total);
          return found.map(({ cells }) => judge(kinds[ways] as Ways, cells));
        });
      const ways = right(yield* onFile(path, Effect.all([read("trades"), read("orders")])));
      expect(ways).toEqual([new Array(4).fill("short"), new Array(6).fill("short")]);
      const [long, done] = yield* goingLong(path);
      right(done);
      expect(long).toEqual([0, 0]);
    }
  }),
);

/** Too small for the short way. */
const tiny = 1e-29;

it.effect("a run counts what it writes, whichever way each row goes", () =>
  Effect.gen(function* () {
    const orders = { PENDING: [1, 0], SUBMITTED: [2, 1], FILLED: [0, 3], FAILED: [4, 2] };
    const path = legacyFile((db) => {
      for (const amount of [1.5, tiny]) {
        LegacyDatabase.insertTrade(db, { amount });
        LegacyDatabase.insertTrade(db, { amount, block_timestamp: null });
        LegacyDatabase.insertTrade(db, { amount, block_timestamp: null });
      }
      for (const tx_hash of [1, 2, 4].map(hash)) LegacyDatabase.insertQueueEvent(db, { tx_hash });
      for (const [status, counts] of Object.entries(orders)) {
        for (const [place, shares] of [1.5, tiny].entries()) {
          for (let n = 0; n < Number(counts[place]); n += 1) {
            LegacyDatabase.insertOrder(db, { symbol: `${status}${shares}${n}`, status, shares });
          }
        }
      }
    });
    const [long, done] = yield* goingLong(path);
    right(done);
    expect(long).toEqual([3, 6]);
    const places =
      "have more than 28 decimal places: they are written exactly, but other services round them when they read them";
    expect(messages("Warning", done)).toEqual([
      "3 trades have no block number in event_queue: 0 is written for them",
      "4 trades have no block_timestamp: created_at is taken for it",
      `3 amounts and prices ${places}`,
      `6 numbers of shares in orders ${places}`,
    ]);
    expect(messages("Result", done)).toEqual(
      expect.arrayContaining([
        "Migrated 6 trades",
        "Migrated 13 offchain orders",
        "Status breakdown: 1 PENDING, 3 SUBMITTED, 3 FILLED, 6 FAILED",
      ]),
    );
    const amounts = `select payload ->> '$.Migrated.amount' from events
      where aggregate_type = 'OnChainTrade' order by payload ->> '$.Migrated.legacy_id'`;
    const written = `0.${"0".repeat(28)}1`;
    expect(column(path, amounts)).toEqual(["1.5", "1.5", "1.5", written, written, written]);
    const runs = column(path, "select distinct aggregate_type || metadata from events");
    expect(runs).toEqual([
      expect.stringMatching(/^OnChainTrade\{"run_id":"[^"]+","legacy_table":"onchain_trades"\}$/),
      expect.stringMatching(/^OffchainOrder\{"run_id":"[^"]+","legacy_table":"offchain_trades"\}$/),
    ]);
  }),
);

it("days are remembered, and more of them than that are read as well", () => {
  const ways = kinds.orders as Ways;
  const first = Date.UTC(1999, 0, 1);
  const at = (day: number) => new Date(first + day * 86_400_000).toISOString().slice(0, 10);
  for (let day = 0; day < 10_500; day += 1) {
    const stream = ways.short({ ...filled, executed_at: `${at(day)} 12:01:00` });
    expect(stream?.event.payload).toContain(`"executed_at":"${at(day)}T12:01:00Z"`);
  }
  for (const day of ["1999-01-01", at(10_499), "2001-02-29", "2001-02-29"]) {
    judge(ways, { ...filled, executed_at: `${day} 12:01:00` });
  }
});
