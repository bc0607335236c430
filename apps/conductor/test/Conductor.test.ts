import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@effect/vitest";
import * as Decimal from "@ledgerfold/scalars/Decimal";
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
import * as Memory from "@ledgerfold/event-store/memory/layer";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import * as Sqlite from "@ledgerfold/event-store/sqlite/layer";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { migrateAll } from "@ledgerfold/domain-migration/Migration";
import { layerSilent } from "@ledgerfold/migration/MigrationLog";
import { layer as layerLegacy } from "@ledgerfold/migration/sqlite/LegacySqlite";
import { Effect, Layer, Schema } from "effect";
import * as Conductor from "../src/Conductor.ts";

const AAPL = "AAPL" as Ticker;
const TSLA = "TSLA" as Ticker;
const shares = (text: string) => Decimal.unsafeFromText(text) as Shares;
const cents = 15_025n as PriceCents;
const broker = { executor: "Schwab", prices: new Map() } as const;
const atBroker = "order-9" as BrokerOrderId;

/** Long 3 AAPL; TSLA waits for order 7, a submitted sale of 2, which left it with 0.5. */
const migratedInMemory = Effect.gen(function* () {
  const store = yield* EventStore;
  const migrated_at = Timestamp.fromMilliseconds(1_764_547_200_000);
  const threshold = { _tag: "Shares", value: shares("1") } as const;
  const none = { pending_execution_id: null, pending_shares: null, pending_direction: null };
  const position = { threshold, migrated_at, last_updated: migrated_at, _tag: "Migrate" } as const;
  yield* store.execute(Position.aggregate, AAPL, {
    ...position,
    ...none,
    symbol: AAPL,
    net_position: shares("3"),
    accumulated_long: shares("3"),
    accumulated_short: shares("0"),
  });
  yield* store.execute(Position.aggregate, TSLA, {
    ...position,
    symbol: TSLA,
    net_position: shares("0.5"),
    accumulated_long: shares("0.5"),
    accumulated_short: shares("0"),
    pending_execution_id: 7n as ExecutionId,
    pending_shares: shares("2"),
    pending_direction: "Sell",
  });
  yield* store.execute(OffchainOrder.aggregate, "7", {
    _tag: "Migrate",
    symbol: TSLA,
    shares: shares("2"),
    direction: "Sell",
    executor: "Schwab",
    status: { _tag: "Submitted" },
    broker_order_id: "order-7" as BrokerOrderId,
    price_cents: null,
    executed_at: null,
    legacy_broker: "schwab",
    migrated_at,
  });
});

const layerMemory = Layer.effect(
  EventStore,
  Effect.tap(EventStore, () => migratedInMemory),
).pipe(Layer.provide(Memory.layer));

/** The same from legacy rows, by the real migration. */
const migratedFile = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "ledgerfold-conductor-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true })),
  );
  const path = join(folder, "st0x.db");
  const db = LegacyDatabase.make(path, { age: "2026-01-26" });
  LegacyDatabase.insertTrade(db, { amount: 3 });
  LegacyDatabase.insertTrade(db, { amount: 2.5, symbol: "tTSLA" });
  LegacyDatabase.insertOrder(db, { id: 7n, symbol: "TSLA", shares: 2, status: "SUBMITTED" });
  LegacyDatabase.insertPosition(db, { accumulated_long: 3 });
  LegacyDatabase.insertPosition(db, {
    symbol: "TSLA",
    accumulated_long: 0.5,
    pending_execution_id: 7n,
  });
  db.close();
  const layer = Layer.provideMerge(
    Layer.merge(Sqlite.layerDatabase, layerLegacy),
    SqliteDatabase.layer({ path }),
  );
  yield* migrateAll({ execution: "commit" }).pipe(Effect.provide(Layer.merge(layer, layerSilent)));
  return path;
});

const layerFile = Layer.unwrapScoped(
  Effect.map(migratedFile, (path) =>
    Sqlite.layer({ path, aggregates: [Position.aggregate, OffchainOrder.aggregate] }),
  ),
);

it.scopedLive("looks at a migrated file from the command line", () =>
  Effect.gen(function* () {
    const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
    const run = (...words: ReadonlyArray<string>) =>
      spawnSync(process.execPath, [main, ...words], { encoding: "utf8" });
    expect(run(yield* migratedFile)).toMatchObject({
      status: 0,
      stdout: "AAPL: 3 shares\nPositions over their threshold: 1\n",
    });
    expect(run("/nowhere/st0x.db")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("/nowhere/st0x.db"),
    });
    expect(run()).toMatchObject({ status: 2 });
  }),
);

describe.each([
  ["in memory", layerMemory],
  ["on a migrated file", layerFile],
] as const)("a conductor %s", (_, layer) => {
  const test = (name: string, body: Effect.Effect<void, unknown, EventStore>) =>
    it.live(name, () => Effect.provide(body, layer as Layer.Layer<EventStore, unknown>));
  const net = (symbol: Ticker) =>
    Effect.gen(function* () {
      const { state } = yield* (yield* EventStore).load(Position.aggregate, symbol);
      return state.net.toFixed();
    });
  const symbols = Effect.map(Conductor.due(new Map()), (found) =>
    found.map(({ symbol, net }) => [symbol, net.toFixed()]),
  );

  test(
    "sees the positions over their threshold, but not those that wait for an order",
    Effect.gen(function* () {
      expect(yield* symbols).toEqual([["AAPL", "3"]]);
    }),
  );

  test(
    "sees a position whose row nobody can read, and one that comes after it",
    Effect.gen(function* () {
      const store = yield* EventStore;
      const { view } = Position.aggregate;
      const strange = { ...view, schema: Schema.Unknown, evolve: () => "strange" };
      yield* store.rebuildView({ ...Position.aggregate, view: strange });
      expect(yield* symbols).toEqual([["AAPL", "3"]]);
      yield* Conductor.place(AAPL, broker);
      expect(yield* symbols).toEqual([]);
    }),
  );

  test(
    "places, submits and fills an order, and the position is hedged",
    Effect.gen(function* () {
      const store = yield* EventStore;
      const id = yield* Conductor.place(AAPL, broker);
      expect(yield* symbols).toEqual([]);
      expect(yield* Effect.flip(Conductor.place(AAPL, broker))).toMatchObject({
        _tag: "PendingExecution",
        execution_id: id,
      });
      yield* Conductor.submit(id, atBroker);
      yield* Conductor.fill(id, cents);
      expect(yield* net(AAPL)).toBe("0");
      expect(yield* store.view(OffchainOrder.aggregate, `${id}`)).toMatchObject({
        value: { model: { _tag: "Execution", status: "Filled", direction: "Sell" }, version: 3 },
      });
      expect(yield* Effect.flip(Conductor.fill(id, cents))).toMatchObject({
        _tag: "AlreadyCompleted",
      });
    }),
  );

  test(
    "has both the order and the position, or neither",
    Effect.gen(function* () {
      const store = yield* EventStore;
      const id = yield* Conductor.place(AAPL, broker);
      yield* Conductor.submit(id, atBroker);
      // The position has already heard of the fill, so the order's cannot be told to it.
      yield* store.execute(Position.aggregate, AAPL, {
        _tag: "FailOffChainOrder",
        execution_id: id,
        error: "lost",
        failed_at: Timestamp.fromMilliseconds(0),
      });
      expect(yield* Effect.flip(Conductor.fill(id, cents))).toMatchObject({
        _tag: "NoPendingExecution",
      });
      const { state } = yield* store.load(OffchainOrder.aggregate, `${id}`);
      expect(state._tag).toBe("Submitted");
    }),
  );

  const pending = 7n as ExecutionId;

  test(
    "cannot hedge again what an order that was pending at migration hedges, and its fill moves nothing",
    Effect.gen(function* () {
      expect(yield* Effect.flip(Conductor.place(TSLA, broker))).toMatchObject({
        _tag: "PendingExecution",
        execution_id: pending,
      });
      yield* Conductor.fill(pending, cents);
      expect(yield* net(TSLA)).toBe("0.5");
      expect(yield* Effect.flip(Conductor.place(TSLA, broker))).toMatchObject({
        _tag: "ThresholdNotMet",
      });
    }),
  );

  test(
    "gets the shares back when such an order fails, and hedges them once",
    Effect.gen(function* () {
      yield* Conductor.fail(pending, "rejected");
      expect(yield* net(TSLA)).toBe("2.5");
      const id = yield* Conductor.place(TSLA, broker);
      yield* Conductor.submit(id, atBroker);
      yield* Conductor.fill(id, cents);
      expect(yield* net(TSLA)).toBe("0");
      expect(yield* Effect.flip(Conductor.fail(pending, "rejected"))).toMatchObject({
        _tag: "AlreadyCompleted",
      });
    }),
  );

  test(
    "gives an order that fails no shares back a second time",
    Effect.gen(function* () {
      const id = yield* Conductor.place(AAPL, broker);
      yield* Conductor.fail(id, "no money");
      expect(yield* net(AAPL)).toBe("3");
      expect(yield* symbols).toEqual([["AAPL", "3"]]);
    }),
  );

  test(
    "needs a price for a threshold in dollars",
    Effect.gen(function* () {
      const store = yield* EventStore;
      const dollars = (text: string) => Decimal.unsafeFromText(text) as Dollars;
      yield* store.execute(Position.aggregate, AAPL, {
        _tag: "UpdateThreshold",
        new_threshold: { _tag: "DollarValue", value: dollars("450") },
        updated_at: Timestamp.fromMilliseconds(0),
      });
      expect(yield* symbols).toEqual([]);
      const at = (price: string) => new Map([[AAPL, dollars(price)]]);
      expect(yield* Conductor.due(at("149.99"))).toEqual([]);
      expect(yield* Conductor.due(at("150"))).toMatchObject([{ symbol: "AAPL" }]);
      yield* Conductor.place(AAPL, { executor: "Schwab", prices: at("150") });
    }),
  );
});
