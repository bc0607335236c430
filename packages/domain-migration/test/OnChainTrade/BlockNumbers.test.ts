import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import {
  badLines,
  column,
  damagedFile,
  execute,
  hash,
  left,
  legacyFile,
} from "../support/Files.ts";
import { messages, migrate, right } from "../support/Files.ts";

const blocks = (path: string) =>
  column(
    path,
    "select json_extract(payload, '$.Migrated.block_number') from events order by rowid",
  );

const unknown = (count: number) =>
  `${count} trades have no block number in event_queue: 0 is written for them`;

describe("block numbers", () => {
  it.effect("come from event_queue for the same hash in any case and the same log index", () =>
    Effect.gen(function* () {
      const lower = `0x${"ab".repeat(32)}`;
      const upper = `0x${"AB".repeat(32)}`;
      const mixed = `0x${"aBcD".repeat(16)}`;
      const other = `0x${"AbCd".repeat(16)}`;
      const path = legacyFile((db) => {
        LegacyDatabase.insertTrade(db, { tx_hash: lower });
        LegacyDatabase.insertTrade(db, { tx_hash: lower, log_index: 1 });
        LegacyDatabase.insertTrade(db, { tx_hash: mixed });
        LegacyDatabase.insertTrade(db, { tx_hash: hash(9) });
        const queued = (tx_hash: string, log_index: number, block_number: number) =>
          LegacyDatabase.insertQueueEvent(db, { tx_hash, log_index, block_number });
        queued(upper, 0, 31);
        queued(upper, 1, 32);
        queued(upper, 2, 99);
        queued(other, 0, 33);
        queued(hash(8), 0, 98);
      });
      const done = yield* migrate(path);
      right(done);
      expect(blocks(path)).toEqual([31n, 32n, 33n, 0n]);
      expect(messages("Warning", done)).toEqual([unknown(1)]);
    }),
  );

  it.effect("may be 0 without being counted as missing, or stand twice if they are the same", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) => {
        LegacyDatabase.insertTrade(db, { tx_hash: hash(10) });
        LegacyDatabase.insertTrade(db, { tx_hash: hash(11) });
        LegacyDatabase.insertQueueEvent(db, { tx_hash: hash(10), block_number: 0 });
        for (const tx_hash of [hash(11), hash(11).replace("b", "B")]) {
          LegacyDatabase.insertQueueEvent(db, { tx_hash, block_number: 2n ** 53n + 1n });
        }
      });
      const done = yield* migrate(path);
      right(done);
      expect(blocks(path)).toEqual([0n, 2n ** 53n + 1n]);
      expect(messages("Warning", done)).toEqual([]);
    }),
  );

  it.effect(
    "that conflict, or are no INTEGER from 0, are bad data of the trades they are for",
    () =>
      Effect.gen(function* () {
        const cells = [
          ["31", "32", "31"],
          ["31", "'31'"],
          ["31.0"],
          ["31.5"],
          ["'31'"],
          ["-1"],
          ["null"],
          ["x'1f'"],
          ["7", "null"],
          ["1", "-1"],
        ];
        const path = damagedFile((db) => {
          db.exec(
            "drop table event_queue; create table event_queue (tx_hash, log_index, block_number)",
          );
          cells.forEach((numbers, index) => {
            const tx_hash = hash(index);
            LegacyDatabase.insertTrade(db, { tx_hash });
            for (const number of numbers) {
              db.exec(`insert into event_queue values ('${tx_hash}', 0, ${number})`);
            }
          });
          db.exec(`insert into event_queue values ('${hash(99)}', 0, 'of no trade')`);
        });
        const failed = yield* migrate(path);
        const bad = (id: number, value: string) =>
          `event_queue of onchain_trades id ${id} block_number is ${value}: must be one INTEGER from 0 for one log entry`;
        expect(badLines(failed)).toEqual([
          bad(1, "INTEGER 31 and INTEGER 32"),
          bad(2, 'INTEGER 31 and TEXT "31"'),
          bad(3, "REAL 31"),
          bad(4, "REAL 31.5"),
          bad(5, 'TEXT "31"'),
          bad(6, "INTEGER -1"),
          bad(7, "NULL"),
          bad(8, "BLOB x'1f'"),
          bad(9, "INTEGER 7 and NULL"),
          bad(10, "INTEGER -1 and INTEGER 1"),
        ]);
        expect(left(failed)._tag).toBe("BadLegacyData");
      }),
  );

  const missing = {
    "without the table": "drop table event_queue",
    "without its hashes": "alter table event_queue drop column tx_hash",
    "without its log indexes": "alter table event_queue drop column log_index",
    "without its block numbers": "alter table event_queue drop column block_number",
  };
  for (const [what, sql] of Object.entries(missing)) {
    it.effect(`are 0, counted and said, ${what}`, () =>
      Effect.gen(function* () {
        const path = damagedFile((db) => {
          LegacyDatabase.insertTrade(db);
          LegacyDatabase.insertTrade(db);
          LegacyDatabase.insertQueueEvent(db);
        });
        execute(path, sql);
        const done = yield* migrate(path);
        right(done);
        expect(blocks(path)).toEqual([0n, 0n]);
        expect(messages("Warning", done)).toEqual([unknown(2)]);
      }),
    );
  }

  it.effect("are not taken from a view, which is no table", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) => {
        LegacyDatabase.insertTrade(db);
        db.exec("drop table event_queue; create view event_queue as select * from nowhere");
      });
      right(yield* migrate(path));
      expect(blocks(path)).toEqual([0n]);
    }),
  );

  it.effect("are one for a trade whose log index the queue spells twice", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) => {
        LegacyDatabase.insertTrade(db, { tx_hash: hash(7), log_index: 0 });
        LegacyDatabase.insertTrade(db, { log_index: 1 });
        db.exec(
          "drop table event_queue; create table event_queue (tx_hash, log_index, block_number)",
        );
        const queue = db.prepare("insert into event_queue values (?, ?, 30000001)");
        for (const index of [0n, "0", "00", "x", null]) queue.run(hash(7), index);
      });
      right(yield* migrate(path));
      expect(blocks(path)).toEqual([30_000_001n, 0n]);
    }),
  );

  it.live("are found quickly in a long queue without its index", () =>
    Effect.gen(function* () {
      const path = damagedFile(() => undefined);
      execute(
        path,
        `with recursive numbers (n) as
           (select 1 union all select n + 1 from numbers where n < 10000)
         insert into onchain_trades (tx_hash, log_index, symbol, amount, direction, price_usdc)
         select printf('0x%064x', n), 0, 'tAAPL', 1, 'BUY', 1 from numbers;
         with recursive numbers (n) as
           (select 1 union all select n + 1 from numbers where n < 40000)
         insert into event_queue (tx_hash, log_index, block_number, event_data)
         select printf('0x%064X', n % 20000), n / 20000, n, '' from numbers`,
      );
      const started = performance.now();
      right(yield* migrate(path));
      // Comparing each with each would take minutes.
      expect(performance.now() - started).toBeLessThan(20_000);
      expect(blocks(path).slice(0, 3)).toEqual([1n, 2n, 3n]);
    }),
  );
});
