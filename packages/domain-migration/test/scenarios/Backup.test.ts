import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "@effect/vitest";
import { EventStore, type Service as EventStoreService } from "@ledgerfold/event-store/EventStore";
import * as Database from "@ledgerfold/event-store/sqlite/Database";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { Effect, Exit, Fiber, Layer, Ref } from "effect";
import * as Backup from "@ledgerfold/migration/Backup";
import type { MigrationError, Services } from "@ledgerfold/migration/internal/Migrate";
import * as Migration from "../../src/Migration.ts";
import * as MigrationLog from "@ledgerfold/migration/MigrationLog";
import { migrateOnChainTrades } from "../../src/migrateOnChainTrades.ts";
import {
  column,
  execute,
  left,
  migrate,
  onFile,
  right,
  tempPath,
  written,
} from "../support/Files.ts";

const sample = (journalMode: "wal" | "delete", trades = 40) => {
  const path = tempPath();
  SampleDatabase.write(path, { trades, journalMode });
  return path;
};

const failing = Effect.suspend(
  () => new Backup.BackupFailed({ database: "a", backup: "b", reason: "c", advice: "d" }),
);

/** A run on this file, and in which order it backed up, with or without the lock, and wrote. */
const watched = (
  path: string,
  run: (backup: Backup.Backup) => Effect.Effect<unknown, MigrationError, Services> = (backup) =>
    Migration.migrateAll({ execution: "commit", backup }),
) =>
  Effect.gen(function* () {
    const done: Array<string> = [];
    const note = <A, E, R>(what: string, effect: Effect.Effect<A, E, R>) =>
      Effect.suspend(() => {
        done.push(what);
        return effect;
      });
    const backup = Effect.void.pipe(
      (nothing) => Effect.flatMap(Database.SqliteDatabase, (db) => db.transaction(nothing)),
      // Not another driver: in one process their locks are invisible to each other.
      Effect.provide(Database.layer({ path, patience: 0 })),
      Effect.match({
        onSuccess: () => done.push("a backup that anybody may write beside"),
        onFailure: ({ _tag }) => done.push(_tag === "DatabaseBusy" ? "backup" : _tag),
      }),
    );
    const spied = Effect.map(
      EventStore,
      (store): EventStoreService => ({
        ...store,
        setup: (aggregates) => note("setup", store.setup(aggregates)),
        erase: (aggregates) => note("erase", store.erase(aggregates)),
        appendAll: (appends) => note("append", store.appendAll(appends)),
        appendEncoded: (aggregate, streams) =>
          note("append", store.appendEncoded(aggregate, streams)),
        mendViews: (aggregate, ids, options) =>
          options.write
            ? note("mend", store.mendViews(aggregate, ids, options))
            : store.mendViews(aggregate, ids, options),
      }),
    );
    right(yield* onFile(path, Effect.provideServiceEffect(run(backup), EventStore, spied)));
    return done;
  });

describe.each(["wal", "delete"] as const)("the backup of a run in mode %s", (journalMode) => {
  const firstWrites: ReadonlyArray<
    readonly [what: string, (path: string) => void, writes: ReadonlyArray<string>]
  > = [
    ["an event", (path) => remove(path, "SchwabAuth"), ["append"]],
    ["a view", (path) => execute(path, "delete from offchain_order_view"), ["mend"]],
    ["a missing table", (path) => execute(path, "drop table snapshots"), []],
  ];
  for (const [what, prepare, writes] of firstWrites) {
    it.effect(`comes once and first where the first write is ${what}`, () =>
      Effect.gen(function* () {
        const path = sample(journalMode);
        right(yield* migrate(path));
        prepare(path);
        const before = readFileSync(path);
        expect(left(yield* migrate(path, { backup: failing }))._tag).toBe("BackupFailed");
        expect(readFileSync(path).equals(before)).toBe(true);
        expect(yield* watched(path)).toEqual(["backup", "setup", ...writes]);
      }),
    );
  }

  it.effect("comes once and first in a first run, and in one that starts over", () =>
    Effect.gen(function* () {
      // Trades are written 2,000 at a time.
      const path = sample(journalMode, 2_100);
      const appends = Array.from({ length: 5 }, () => "append");
      expect(yield* watched(path)).toEqual(["backup", "setup", ...appends]);
      const confirmed = column(path, "select 1 from events").length;
      const again = yield* watched(path, (backup) =>
        Migration.migrateAll({ execution: "commit", backup, clean: { confirmed } }),
      );
      expect(again).toEqual(["backup", "setup", "erase", ...appends]);
    }),
  );

  it.effect("is not made when there is nothing to write, nor in a dry run", () =>
    Effect.gen(function* () {
      const path = sample(journalMode);
      right(yield* migrate(path, { backup: failing, execution: "dry-run" }, { mode: "read" }));
      right(yield* migrate(path));
      right(yield* migrate(path, { backup: failing }));
    }),
  );

  it.effect("is made by the migration of one aggregate alone too", () =>
    Effect.gen(function* () {
      const path = sample(journalMode);
      const done = yield* watched(path, (backup) =>
        migrateOnChainTrades({ execution: "commit", backup }),
      );
      expect(done).toEqual(["backup", "setup", "append"]);
    }),
  );

  it.effect("is in the log, and an interrupted one leaves nothing", () =>
    Effect.gen(function* () {
      const path = sample(journalMode);
      execute(path, "create table ballast (a); insert into ballast values (zeroblob(20000000))");
      const reached = yield* Effect.makeLatch();
      const entries = yield* Ref.make<ReadonlyArray<MigrationLog.Entry>>([]);
      const log = (onProgress: Effect.Effect<unknown>) =>
        Layer.succeed(MigrationLog.MigrationLog, {
          write: (entry) =>
            Effect.zipRight(
              Ref.update(entries, (said) => [...said, entry]),
              entry._tag === "BackupProgress" ? Effect.asVoid(onProgress) : Effect.void,
            ),
        });
      const backup = Effect.flatten(Backup.make({ tables: [] })).pipe(
        Effect.provide(Database.layer({ path, mode: "write" })),
      );
      const running = yield* Effect.fork(Effect.provide(backup, log(reached.open)));
      yield* reached.await;
      expect(Exit.isInterrupted(yield* Fiber.interrupt(running))).toBe(true);
      const parts = () => readdirSync(dirname(path)).filter((name) => /backup/.test(name));
      expect(parts()).toEqual([]);

      yield* Ref.set(entries, []);
      yield* Effect.provide(backup, log(Effect.void));
      const said = yield* Ref.get(entries);
      expect(said.slice(0, -1).every(({ _tag }) => _tag === "BackupProgress")).toBe(true);
      // The clock of a test stands at its beginning.
      const made = `${path}.19700101T000000.000Z.backup`;
      expect(said.at(-1)).toMatchObject({
        _tag: "BackedUp",
        path: made,
        bytes: statSync(made).size,
      });
      expect(yield* Effect.flip(Effect.provide(backup, log(Effect.void)))).toMatchObject({
        _tag: "BackupFailed",
        backup: made,
      });
    }),
  );
});

it.effect("a file without rows gets its tables, after a backup", () =>
  Effect.gen(function* () {
    const path = tempPath();
    LegacyDatabase.make(path, { age: "2026-01-26" }).close();
    expect(left(yield* migrate(path, { backup: failing }))._tag).toBe("BackupFailed");
    expect(written(path)).toEqual({});
    right(yield* migrate(path));
    right(yield* migrate(path, { backup: failing }));
    expect(column(path, "select count(*) from events")).toEqual([0n]);
  }),
);

const remove = (path: string, type: string) =>
  execute(path, `delete from events where aggregate_type = '${type}'`);
