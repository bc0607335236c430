import { chmodSync, copyFileSync, existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { Effect } from "effect";
import { execute, legacyFile, migrate, right, select, tempPath } from "../support/Files.ts";

const dryRun = (path: string) => migrate(path, { execution: "dry-run" }, { mode: "read" });

const bytes = (path: string) => (existsSync(path) ? readFileSync(path).toString("base64") : "none");

const digests = (path: string) => [path, `${path}-wal`, `${path}-journal`].map(bytes);

/** A file whose rows are still in its WAL, as a bot leaves them that was killed. */
const withFullWal = (): string => {
  const source = tempPath();
  const path = tempPath();
  const db = LegacyDatabase.make(source, { age: "2026-01-26" });
  db.pragma("wal_autocheckpoint = 0");
  LegacyDatabase.insertTrade(db);
  LegacyDatabase.insertOrder(db, { status: "PENDING" });
  LegacyDatabase.insertPosition(db, { pending_execution_id: 1 });
  LegacyDatabase.insertAuth(db);
  for (const side of ["", "-wal"]) copyFileSync(`${source}${side}`, `${path}${side}`);
  db.close();
  return path;
};

const withoutRun = (entries: ReadonlyArray<{ readonly _tag: string }>) =>
  entries.filter(({ _tag }) => _tag !== "Started");

describe("a dry run on a connection that only reads", () => {
  for (const journalMode of ["wal", "delete"] as const) {
    it.effect(`says what a run would do and leaves a file in mode ${journalMode} as it is`, () =>
      Effect.gen(function* () {
        const path = tempPath();
        const counts = SampleDatabase.write(path, { trades: 1_200, journalMode });
        const before = digests(path);
        const dry = yield* dryRun(path);
        expect(digests(path)).toEqual(before);
        expect(right(dry)).toMatchObject({
          OnChainTrade: { written: 1_200, alreadyThere: 0 },
          Position: { written: counts.positions, alreadyThere: 0 },
          OffchainOrder: { written: counts.orders, alreadyThere: 0 },
          SchwabAuth: { written: 1, alreadyThere: 0 },
        });
        expect(select(path, "select name from sqlite_schema where name = 'events'")).toEqual([]);

        const real = yield* migrate(path);
        right(real);
        expect(withoutRun(dry.entries)).toEqual(withoutRun(real.entries));
        expect(dry.entries[0]).toMatchObject({ _tag: "Started", execution: "dry-run" });
        expect(real.entries[0]).toMatchObject({ _tag: "Started", execution: "commit" });
      }),
    );
  }

  it.effect("reads what is only in the WAL and leaves it there", () =>
    Effect.gen(function* () {
      const path = withFullWal();
      const before = digests(path);
      expect(before[1]).not.toBe("none");
      expect(right(yield* dryRun(path))).toMatchObject({
        OnChainTrade: { written: 1 },
        Position: { written: 1 },
        OffchainOrder: { written: 1 },
        SchwabAuth: { written: 1 },
      });
      expect(digests(path)).toEqual(before);
    }),
  );

  it.effect("sees what an earlier run wrote and adds nothing to it", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => LegacyDatabase.insertTrade(db), { journalMode: "delete" });
      right(yield* migrate(path));
      execute(
        path,
        "insert into trade_accumulators (symbol, last_updated) values ('F', '2025-08-01 12:00:00')",
      );
      const before = digests(path);
      expect(right(yield* dryRun(path))).toMatchObject({
        OnChainTrade: { written: 0, alreadyThere: 1 },
        Position: { written: 1, alreadyThere: 0 },
      });
      expect(digests(path)).toEqual(before);
    }),
  );

  it.effect("works on a file and in a folder that cannot be written", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => LegacyDatabase.insertTrade(db), { journalMode: "delete" });
      chmodSync(path, 0o444);
      chmodSync(dirname(path), 0o555);
      const done = yield* dryRun(path);
      chmodSync(dirname(path), 0o755);
      expect(right(done).OnChainTrade).toMatchObject({ written: 1 });
    }),
  );

  it.effect("keeps nothing either on a connection that could write", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => LegacyDatabase.insertTrade(db), { journalMode: "delete" });
      const before = digests(path);
      expect(right(yield* migrate(path, { execution: "dry-run" })).OnChainTrade).toMatchObject({
        written: 1,
      });
      expect(digests(path)).toEqual(before);
    }),
  );

  it.effect("shows one state of a file that a bot writes to meanwhile", () =>
    Effect.gen(function* () {
      const path = tempPath();
      const db = LegacyDatabase.make(path, { age: "2026-01-26" });
      for (let n = 0; n < 3; n += 1) LegacyDatabase.insertTrade(db);
      db.exec("begin immediate");
      LegacyDatabase.insertTrade(db);
      expect(right(yield* dryRun(path)).OnChainTrade).toMatchObject({ written: 3 });
      db.exec("commit");
      expect(right(yield* dryRun(path)).OnChainTrade).toMatchObject({ written: 4 });
      db.close();
    }),
  );
});
