import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "@effect/vitest";
import * as Decimal from "@ledgerfold/scalars/Decimal";
import * as Position from "@ledgerfold/domain/Position";
import * as Timestamp from "@ledgerfold/scalars/Timestamp";
import type { Dollars, LogIndex, Shares, Ticker, TxHash } from "@ledgerfold/domain/Values";
import { EventStore } from "@ledgerfold/event-store/EventStore";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import * as Subscription from "@ledgerfold/event-store/Subscription";
import { layerDatabase } from "@ledgerfold/event-store/sqlite/layer";
import { Effect, Fiber, Layer, Schedule } from "effect";
import * as Fills from "../src/Fills.ts";

const shares = (text: string) => Decimal.unsafeFromText(text) as Shares;
const at = Timestamp.fromMilliseconds(1_764_547_200_000);

const fill = (log_index: number, amount: string) => ({
  _tag: "AcknowledgeOnChainFill" as const,
  trade_id: { tx_hash: `0x${"ab".repeat(32)}` as TxHash, log_index: BigInt(log_index) as LogIndex },
  amount: shares(amount),
  direction: "Buy" as const,
  price_usdc: Decimal.unsafeFromText("150.25") as Dollars,
  block_timestamp: at,
  seen_at: at,
});

const file = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "fills-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true })),
).pipe(Effect.map((folder) => join(folder, "log.db")));

const rows = (path: string) => {
  const db = new DatabaseSync(path);
  try {
    return db
      .prepare("select symbol, amount from fills order by rowid")
      .all()
      .map((row) => Object.values(row));
  } finally {
    db.close();
  }
};

it.scopedLive("records each fill once, whether it caught up or was running", () =>
  Effect.gen(function* () {
    const path = yield* file;
    const db = new DatabaseSync(path);
    db.exec("create table fills (symbol text, amount text)");
    db.close();
    const layer = Layer.provideMerge(layerDatabase, SqliteDatabase.layer({ path }));
    yield* Effect.gen(function* () {
      const store = yield* EventStore;
      yield* store.setup([Position.aggregate]);
      const threshold = { _tag: "Shares", value: shares("1") } as const;
      yield* store.execute(Position.aggregate, "AAPL", {
        _tag: "Initialize",
        symbol: "AAPL" as Ticker,
        threshold,
        initialized_at: at,
      });
      yield* store.execute(Position.aggregate, "AAPL", fill(1, "0.50"));
      yield* store.execute(Position.aggregate, "AAPL", fill(2, "2"));
      expect(yield* Fills.catchUp).toBe(2);
      expect(yield* Fills.catchUp).toBe(0);
      const fiber = yield* Effect.fork(Fills.follow);
      yield* store.execute(Position.aggregate, "AAPL", fill(3, "1"));
      yield* Effect.repeat(
        Effect.sync(() => rows(path).length),
        { until: (length) => length === 3, schedule: Schedule.spaced("5 millis") },
      );
      yield* Fiber.interrupt(fiber);
      expect(rows(path)).toEqual([
        ["AAPL", "0.5"],
        ["AAPL", "2"],
        ["AAPL", "1"],
      ]);
      expect(yield* Subscription.lag("fills")).toMatchObject({ value: { behind: 0 } });
    }).pipe(Effect.provide(layer));
  }),
);
