import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import type { Age } from "@ledgerfold/fixtures/LegacySchema";
import { Effect } from "effect";
import {
  badLines,
  execute,
  findings,
  legacyFile,
  left,
  messages,
  migrate,
  right,
  select,
} from "../support/Files.ts";
import { verify } from "../verification/Harness.ts";

/** A bot that wrote, until 2025-09-18, the direction of the hedge into a trade's column. */

type Db = Parameters<Parameters<typeof legacyFile>[0]>[0];
const { insertOrder, insertPosition, insertTrade } = LegacyDatabase;

const age: Age = "2025-09-19";
const early = "2025-08-01 12:01:00";
const late = "2025-10-01 12:01:00";

const trade = (db: Db, at: string, direction: string, amount: number, symbol = "AAPLs1") =>
  insertTrade(db, { symbol, direction, amount, created_at: at });

/** Long is 2.5 - 2 + 1.25 - 1, short 1.5 - 1. */
const turned = (db: Db) => {
  trade(db, early, "BUY", 2.5);
  trade(db, "2025-09-17T23:59:59.999Z", "SELL", 1.5);
  trade(db, "2025-09-18 00:00:00", "BUY", 1.25);
  trade(db, early, "BUY", 0.25, "TSLAs1");
  insertOrder(db, { shares: 2n, direction: "BUY", executed_at: early });
  insertOrder(db, { shares: 1n, direction: "SELL", executed_at: early });
  insertOrder(db, { shares: 1n, direction: "SELL", executed_at: late });
  insertPosition(db, { accumulated_long: 0.75, accumulated_short: 0.5, last_updated: late });
  insertPosition(db, { symbol: "TSLA", accumulated_long: 0.25, last_updated: early });
};

const file = (fill: (db: Db) => unknown) => legacyFile(fill, { age });

const written = (path: string) =>
  select(
    path,
    `select event.payload ->> '$.Migrated.direction' as direction,
       view.payload ->> '$.Trade.direction' as shown,
       metadata ->> 'trade_direction_rule' as rule,
       json_type(metadata, '$.trade_direction_rule') as kind
     from events as event join onchain_trade_view as view on view_id = aggregate_id
     where aggregate_type = 'OnChainTrade' order by event.payload ->> '$.Migrated.legacy_id'`,
  ).map(({ direction, shown, rule, kind }) => [direction, shown, rule, kind]);

const rule = (id: number, cell: string) =>
  `onchain_trades id ${id} direction is TEXT "${cell}": must be decided with --trade-direction hedge or fill: by the sums of trades and orders, the bot wrote the direction of the hedge, which is the opposite of the trade's own, into the 3 trades from before 2025-09-18, of 2025-08-01 to 2025-09-17`;

describe("trades that have the direction of their hedge", () => {
  it.effect("are bad data until that is decided, with their number and period", () =>
    Effect.gen(function* () {
      for (const execution of ["dry-run", "commit"] as const) {
        const failed = yield* migrate(file(turned), { execution });
        expect(left(failed)).toMatchObject({ _tag: "BadLegacyData", count: 3 });
        expect(badLines(failed)).toEqual([rule(1, "BUY"), rule(4, "BUY"), rule(2, "SELL")]);
      }
    }),
  );

  it.effect("get their own if the operator says hedge, each with the decision", () =>
    Effect.gen(function* () {
      const path = file(turned);
      const done = yield* migrate(path, { tradeDirection: "hedge" });
      right(done);
      expect(written(path)).toEqual([
        ["Sell", "Sell", "hedge", "text"],
        ["Buy", "Buy", "hedge", "text"],
        ["Buy", "Buy", null, null],
        ["Sell", "Sell", "hedge", "text"],
      ]);
      expect(messages("Result", done)).toContainEqual("Migrated 4 trades");
      expect(messages("Warning", done).join()).toContain("3 trades have the direction of their");
      expect(findings(done)).toEqual([
        'finding hedged-directions: position "AAPL" has what its trades and orders make only if BUY and SELL of its trades from before 2025-09-18 are those of the hedge; then its long and short are the hedge\'s too, as far as they are from then',
      ]);
      const { lines } = yield* Effect.promise(() => verify(path));
      expect(lines).toEqual([]);
    }),
  );

  it.effect("keep the column's if the operator says fill, each with the decision", () =>
    Effect.gen(function* () {
      const path = file(turned);
      right(yield* migrate(path, { tradeDirection: "fill" }));
      expect(written(path)).toEqual([
        ["Buy", "Buy", "fill", "text"],
        ["Sell", "Sell", "fill", "text"],
        ["Buy", "Buy", null, null],
        ["Buy", "Buy", "fill", "text"],
      ]);
      const { lines } = yield* Effect.promise(() => verify(path));
      expect(lines).toEqual([]);
    }),
  );

  it.effect("need no decision a second time, and cannot be turned round", () =>
    Effect.gen(function* () {
      const path = file(turned);
      right(yield* migrate(path, { tradeDirection: "hedge" }));
      const again = right(yield* migrate(path));
      expect(again.OnChainTrade).toMatchObject({ written: 0, alreadyThere: 4 });
      expect(left(yield* migrate(path, { tradeDirection: "fill" }))).toMatchObject({
        _tag: "ExistingEventsDiffer",
        count: 3,
      });
    }),
  );

  it.effect("are verified against the decision, and it against the sums", () =>
    Effect.gen(function* () {
      const changes: ReadonlyArray<readonly [string, string]> = [
        [
          `update events set payload = replace(payload, '"direction":"Sell"', '"direction":"Buy"')
           where aggregate_type = 'OnChainTrade'`,
          "event direction: is not what the row says",
        ],
        [
          `update events set metadata = json_remove(metadata, '$.trade_direction_rule')
           where aggregate_type = 'OnChainTrade'`,
          'event metadata.trade_direction_rule: is not what the row calls for (expected "hedge" or "fill", stored absent)',
        ],
        [
          `update events set metadata = json_set(metadata, '$.trade_direction_rule', 'fill')
           where aggregate_type = 'OnChainTrade'`,
          "metadata.trade_direction_rule",
        ],
      ];
      for (const [change, said] of changes) {
        const path = file(turned);
        right(yield* migrate(path, { tradeDirection: "hedge" }));
        execute(path, change);
        const { lines } = yield* Effect.promise(() => verify(path));
        expect(lines.join("\n")).toContain(said);
      }
    }),
  );
});

describe("trades from before 2025-09-18", () => {
  it.effect("are as the column says where that is what the sums say", () =>
    Effect.gen(function* () {
      const path = file((db) => {
        trade(db, early, "BUY", 2.5);
        insertOrder(db, { shares: 2n, direction: "SELL", executed_at: early });
        insertPosition(db, { accumulated_long: 0.5, last_updated: early });
      });
      right(yield* migrate(path, { tradeDirection: "hedge" }));
      expect(written(path)).toEqual([["Buy", "Buy", null, null]]);
      const { lines } = yield* Effect.promise(() => verify(path));
      expect(lines).toEqual([]);
    }),
  );

  it.effect("are as the column says where no sum tells, unless the operator knows", () =>
    Effect.gen(function* () {
      const untold = (db: Db) => {
        trade(db, early, "BUY", 0.5);
        insertPosition(db, { accumulated_long: 0.5, last_updated: early });
      };
      const path = file(untold);
      right(yield* migrate(path));
      expect(written(path)).toEqual([["Buy", "Buy", null, null]]);
      const known = file(untold);
      right(yield* migrate(known, { tradeDirection: "hedge" }));
      const again = right(yield* migrate(known));
      expect(again.OnChainTrade).toMatchObject({ written: 0, alreadyThere: 1 });
      expect(written(known)).toEqual([["Sell", "Sell", "hedge", "text"]]);
      for (const one of [path, known]) {
        const { lines } = yield* Effect.promise(() => verify(one));
        expect(lines).toEqual([]);
      }
    }),
  );

  it.effect("are found by an order that is live, which is as old as its position", () =>
    Effect.gen(function* () {
      const path = legacyFile(
        (db) => {
          trade(db, early, "SELL", 1.5);
          insertOrder(db, { id: 1, shares: 1n, direction: "SELL", status: "PENDING" });
          insertPosition(db, {
            accumulated_short: 0.5,
            pending_execution_id: 1,
            last_updated: early,
          });
        },
        { age: "2025-09-03" },
      );
      const failed = yield* migrate(path);
      expect(badLines(failed).join()).toContain("the one trade from before 2025-09-18");
      right(yield* migrate(path, { tradeDirection: "hedge" }));
      const { lines, findings } = yield* Effect.promise(() => verify(path));
      expect(lines).toEqual([]);
      expect(findings.map(({ kind }) => kind)).toEqual(["hedged-directions"]);
    }),
  );
});
