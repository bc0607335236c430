import { describe, expect, it } from "@effect/vitest";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { Deferred, Effect, Exit, Fiber } from "effect";
import * as Migration from "../../src/Migration.ts";
import * as MigrationLog from "@ledgerfold/migration/MigrationLog";
import { column, migrate, onFile, right, select, tempPath } from "../support/Files.ts";

/** Interrupts a run once it has said `done` of `aggregate`, and returns how it ended. */
const interruptedAt = (path: string, aggregate: string, done: number) =>
  Effect.gen(function* () {
    const reached = yield* Deferred.make<void>();
    const write = (entry: MigrationLog.Entry) =>
      entry._tag === "Progress" && entry.aggregate === aggregate && entry.done >= done
        ? Deferred.succeed(reached, undefined)
        : Effect.void;
    const running = yield* Migration.migrateAll({ execution: "commit" }).pipe(
      Effect.provideService(MigrationLog.MigrationLog, { write }),
      (effect) => onFile(path, effect),
      Effect.fork,
    );
    yield* Deferred.await(reached);
    return yield* Fiber.interrupt(running);
  });

describe.each(["wal", "delete"] as const)("a run interrupted in mode %s", (journalMode) => {
  it.effect("keeps nothing, lets go of the file, and can be run again", () =>
    Effect.gen(function* () {
      const path = tempPath();
      SampleDatabase.write(path, { trades: 2_000, journalMode });
      const schema = select(path, "select * from sqlite_schema");
      for (const [aggregate, done] of [
        ["OnChainTrade", 500],
        ["OnChainTrade", 1_500],
        ["OffchainOrder", 1],
      ] as const) {
        const exit = yield* interruptedAt(path, aggregate, done);
        expect(Exit.isInterrupted(exit)).toBe(true);
        expect(select(path, "select * from sqlite_schema")).toEqual(schema);
      }
      const { OnChainTrade } = right(yield* migrate(path));
      expect(OnChainTrade).toMatchObject({ written: 2_000, alreadyThere: 0 });
      expect(column(path, "pragma integrity_check")).toEqual(["ok"]);
    }),
  );
});
