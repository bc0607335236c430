import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import { damagedFile, hash, legacyFile, migrate, right, select, streams } from "./support/Files.ts";

/** Earliest first; equal moments are written in several forms, and then the id decides. */
const moments = [
  "1969-12-31 23:59:59.999999999",
  "1970-01-01T00:00:00Z",
  "2024-02-29T23:59:59.999999999+00:00",
  "2025-07-31 23:59:59.999999999",
  "2025-08-01 00:00:00",
  "2025-08-01T00:00:00.000000001Z",
  "2025-08-01 00:00:00.000000002",
  "2025-08-01T00:00:00.00000001",
  "2025-08-01 00:00:00.1+00:00",
  "2025-08-01T00:00:00.100000001",
  "2025-08-01 00:00:00.2Z",
  "2025-08-01T05:00:00.25+04:59",
  "2025-08-01 00:01:01",
];

/** The places 0 to n-1 so that neighbours in time are far apart by id. */
const shuffled = (n: number): ReadonlyArray<number> =>
  Array.from({ length: n }, (_, index) => (index * 5 + 3) % n);

const loggedHashes = (path: string) =>
  streams(path).map((stream) => Number(`0x${String(stream).slice(-6, -2)}`));

describe("trades in the log", () => {
  it.effect("are in the order of their moments, to the nanosecond, in every form", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        for (const place of shuffled(moments.length)) {
          LegacyDatabase.insertTrade(db, {
            tx_hash: hash(place),
            block_timestamp: moments[place] as string,
          });
        }
      });
      right(yield* migrate(path));
      expect(loggedHashes(path)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      expect(
        select(
          path,
          `select json_extract(payload, '$.Migrated.block_timestamp') as at from events
           order by rowid`,
        ).map(({ at }) => at),
      ).toEqual([
        "1969-12-31T23:59:59.999999999Z",
        "1970-01-01T00:00:00Z",
        "2024-02-29T23:59:59.999999999Z",
        "2025-07-31T23:59:59.999999999Z",
        "2025-08-01T00:00:00Z",
        "2025-08-01T00:00:00.000000001Z",
        "2025-08-01T00:00:00.000000002Z",
        "2025-08-01T00:00:00.000000010Z",
        "2025-08-01T00:00:00.100Z",
        "2025-08-01T00:00:00.100000001Z",
        "2025-08-01T00:00:00.200Z",
        "2025-08-01T00:01:00.250Z",
        "2025-08-01T00:01:01Z",
      ]);
    }),
  );

  it.effect("are in the order of their ids where the moment is the same, however written", () =>
    Effect.gen(function* () {
      const same = ["2025-08-01 12:00:00", "2025-08-01T12:00:00.000Z", "2025-08-01T14:00:00+02:00"];
      const path = legacyFile((db) => {
        [9n, 2n, 10n, -1n, 2n ** 53n + 1n, 2n ** 53n, 1n].forEach((id, index) => {
          LegacyDatabase.insertTrade(db, {
            id,
            tx_hash: hash(index),
            block_timestamp: same[index % 3] as string,
          });
        });
      });
      right(yield* migrate(path));
      expect(loggedHashes(path)).toEqual([3, 6, 1, 0, 2, 5, 4]);
    }),
  );

  it.effect("are ordered by created_at where block_timestamp is missing", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => {
        const at = (block_timestamp: string | null, created_at: string) =>
          LegacyDatabase.insertTrade(db, { block_timestamp, created_at });
        at("2025-08-01 12:00:03", "2025-08-01 12:00:00");
        at(null, "2025-08-01T12:00:02Z");
        at("2025-08-01 12:00:01", "2025-08-01 12:00:09");
      });
      right(yield* migrate(path));
      expect(loggedHashes(path)).toEqual([3, 2, 1]);
    }),
  );

  it.effect("are ordered by their ids also where the id is not the row's place", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) => {
        db.exec("drop table onchain_trades");
        db.exec(`create table onchain_trades (id, tx_hash, log_index, symbol, amount, direction,
          price_usdc, created_at)`);
        for (const id of [3n, 1n, 2n]) {
          LegacyDatabase.insertTrade(db, { id, tx_hash: hash(Number(id)), log_index: 0n });
        }
      });
      right(yield* migrate(path));
      expect(loggedHashes(path)).toEqual([1, 2, 3]);
    }),
  );
});
