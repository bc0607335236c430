import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import {
  badLines,
  damagedFile,
  findings,
  legacyFile,
  messages,
  migrate,
} from "../support/Files.ts";
import { right, select } from "../support/Files.ts";

const advice =
  "A pending order's shares are already taken out of its position. This store knows that when the order fills or fails. Other services do not know the order: they refuse to settle it and accept a second one, which hedges twice, and once this store has settled it the position has failed for them: better let pending orders finish first, then migrate";

const pending = (path: string) =>
  select(
    path,
    `select aggregate_id as id, payload ->> '$.Migrated.pending_execution_id' as pending,
       payload ->> '$.Migrated.pending_shares' as shares,
       payload ->> '$.Migrated.pending_direction' as direction
     from events where aggregate_type = 'Position' order by rowid`,
  );

const warns = (symbol: string, id: number) =>
  `Position ${symbol} has pending execution ${id} - other services refuse to settle it and accept a second order`;

describe("a position that waits for an order", () => {
  it.effect("carries the order's id, shares and direction, with a warning", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        LegacyDatabase.insertOrder(db, {
          id: 42,
          symbol: "AAPL",
          status: "SUBMITTED",
          shares: 0.1 + 0.2,
        });
        LegacyDatabase.insertOrder(db, {
          id: 43,
          symbol: "TSLA",
          status: "PENDING",
          shares: 7,
          direction: "BUY",
        });
        LegacyDatabase.insertPosition(db, { symbol: "TSLA", pending_execution_id: 43 });
        LegacyDatabase.insertPosition(db, { symbol: "AAPL", pending_execution_id: 42 });
        LegacyDatabase.insertPosition(db, { symbol: "F" });
      });
      const done = yield* migrate(path);
      right(done);
      expect(pending(path)).toEqual([
        { id: "AAPL", pending: 42n, shares: "0.30000000000000004", direction: "Sell" },
        { id: "F", pending: null, shares: null, direction: null },
        { id: "TSLA", pending: 43n, shares: "7", direction: "Buy" },
      ]);
      expect(messages("Warning", done)).toEqual([
        warns("AAPL", 42),
        warns("TSLA", 43),
        advice,
        "3 positions get the default threshold of one whole share",
      ]);
      expect(messages("Result", done)).toContain("Migrated 3 positions, 2 with pending executions");
    }),
  );

  it.effect("has nothing to get back from an order of another symbol", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) => {
        LegacyDatabase.insertOrder(db, { id: 5, symbol: "TSLA", status: "PENDING", shares: 10 });
        LegacyDatabase.insertPosition(db, { symbol: "AAPL", pending_execution_id: 5 });
      });
      const done = yield* migrate(path);
      right(done);
      expect(pending(path)).toEqual([{ id: "AAPL", pending: 5n, shares: null, direction: null }]);
      expect(findings(done)).toContain(
        'finding pending-order-of-another-symbol: position "AAPL" waits for order 5, which is of "TSLA"',
      );
    }),
  );

  it.effect("is warned of when two orders of its symbol are live", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) => {
        LegacyDatabase.insertOrder(db, { id: 5, symbol: "TSLA", status: "PENDING", shares: 10 });
        LegacyDatabase.insertOrder(db, { id: 6, symbol: "TSLA", status: "SUBMITTED", shares: 1 });
      });
      const done = yield* migrate(path);
      right(done);
      expect(findings(done)).toContain(
        'finding several-live-orders: position "TSLA" has 2 live orders: 5, 6',
      );
    }),
  );

  it.effect("may wait in vain: the order is missing, or has finished", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) => {
        LegacyDatabase.insertOrder(db, { id: 1, symbol: "A", status: "FILLED", shares: 2 });
        LegacyDatabase.insertOrder(db, {
          id: 2,
          symbol: "B",
          status: "FAILED",
          shares: 3,
          direction: "BUY",
        });
        LegacyDatabase.insertPosition(db, { symbol: "A", pending_execution_id: 1 });
        LegacyDatabase.insertPosition(db, { symbol: "B", pending_execution_id: 2 });
        LegacyDatabase.insertPosition(db, { symbol: "C", pending_execution_id: 3 });
      });
      const done = yield* migrate(path);
      right(done);
      expect(pending(path)).toEqual([
        { id: "A", pending: 1n, shares: "2", direction: "Sell" },
        { id: "B", pending: 2n, shares: "3", direction: "Buy" },
        { id: "C", pending: 3n, shares: null, direction: null },
      ]);
      expect(messages("Warning", done)).toEqual([
        warns("A", 1),
        warns("B", 2),
        warns("C", 3),
        advice,
        "3 positions get the default threshold of one whole share",
      ]);
      expect(findings(done).filter((line) => line.includes("waits"))).toEqual([
        'finding pending-order-not-live: position "A" waits for order 1, which is FILLED',
        'finding pending-order-not-live: position "B" waits for order 2, which is FAILED',
        'finding pending-order-missing: position "C" waits for order 3, which does not exist',
      ]);
    }),
  );

  it.effect("is warned about in a dry run, and not again once it is there", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        LegacyDatabase.insertOrder(db, { id: 42, status: "PENDING" });
        LegacyDatabase.insertPosition(db, { pending_execution_id: 42 });
      });
      const expected = [
        warns("AAPL", 42),
        advice,
        "1 positions get the default threshold of one whole share",
      ];
      expect(messages("Warning", yield* migrate(path, { execution: "dry-run" }))).toEqual(expected);
      expect(messages("Warning", yield* migrate(path))).toEqual(expected);
      const again = yield* migrate(path);
      expect(messages("Warning", again)).toEqual([]);
      expect(messages("Result", again)).toContain(
        "Migrated 0 positions, 0 with pending executions",
      );
    }),
  );

  it.effect("waits for the orders of schwab_executions as well", () =>
    Effect.gen(function* () {
      const path = legacyFile(
        (db) => {
          LegacyDatabase.insertOrder(db, { id: 9, status: "PENDING", shares: 4n });
          LegacyDatabase.insertPosition(db, { pending_execution_id: 9 });
        },
        { age: "2025-07" },
      );
      right(yield* migrate(path));
      expect(pending(path)).toEqual([{ id: "AAPL", pending: 9n, shares: "4", direction: "Sell" }]);
    }),
  );

  it.effect("leaves what is bad about the order to the order", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) => {
        LegacyDatabase.insertOrder(db, { id: 1, status: "PENDING", direction: "HOLD" });
        LegacyDatabase.insertPosition(db, { pending_execution_id: 1 });
      });
      expect(badLines(yield* migrate(path))).toEqual([
        'offchain_trades id 1 direction is TEXT "HOLD": must be BUY or SELL',
      ]);
    }),
  );

  it.effect("has its name escaped in the warning", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        LegacyDatabase.insertOrder(db, { id: 1, status: "PENDING" });
        LegacyDatabase.insertPosition(db, { symbol: "A\x1b[2J\n", pending_execution_id: 1 });
      });
      expect(messages("Warning", yield* migrate(path))[0]).toBe(
        "Position A\\u001b[2J\\u000a has pending execution 1 - other services refuse to settle it and accept a second order",
      );
    }),
  );
});
