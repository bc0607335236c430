import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "@effect/vitest";
import * as EventLogSchema from "@ledgerfold/fixtures/EventLogSchema";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import type { MigrationError, Services } from "@ledgerfold/migration/internal/Migrate";
import * as Migration from "../../src/Migration.ts";
import {
  column,
  execute,
  left,
  legacyFile,
  messages,
  migrate,
  onFile,
  right,
} from "../support/Files.ts";
import { tempPath, written } from "../support/Files.ts";

/** All tags there are: another one in the type, or one that is gone, does not compile here. */
const tag = (error: MigrationError): string => {
  switch (error._tag) {
    case "BadLegacyData":
    case "ExistingEventsDiffer":
    case "LogChanged":
    case "UndeclaredSchema":
    case "NothingToLeaveOut":
    case "DatabaseBusy":
    case "DatabaseError":
    case "UnfitTable":
    case "UnfitServer":
    case "SetUpNeeded":
    case "VersionConflict":
    case "EventIdReused":
    case "UndecodableEvent":
    case "UnstorableValue":
    case "InvalidArgument":
    case "BackupFailed":
    case "NoSpace":
      return error._tag;
  }
};

const handled: Effect.Effect<string, never, Services> = Migration.migrateAll({
  execution: "commit",
}).pipe(
  Effect.as("done"),
  Effect.catchAll((error) => Effect.succeed(tag(error))),
);

const outcome = (path: string) => Effect.map(onFile(path, handled), right);
const trade = () => legacyFile((db) => LegacyDatabase.insertTrade(db));

describe("what a migration can fail with is in its type", () => {
  it.effect("nothing at all", () =>
    Effect.gen(function* () {
      expect(yield* outcome(trade())).toBe("done");
    }),
  );

  it.effect("BadLegacyData", () =>
    Effect.gen(function* () {
      const path = trade();
      execute(path, "update onchain_trades set symbol = x'00'");
      expect(yield* outcome(path)).toBe("BadLegacyData");
    }),
  );

  it.effect("ExistingEventsDiffer", () =>
    Effect.gen(function* () {
      const path = trade();
      expect(yield* outcome(path)).toBe("done");
      execute(path, "update onchain_trades set symbol = 'tF'");
      expect(yield* outcome(path)).toBe("ExistingEventsDiffer");
    }),
  );

  it.effect("DatabaseError, with SQLite's name of it, when the store cannot write", () =>
    Effect.gen(function* () {
      const path = trade();
      execute(path, EventLogSchema.ddl);
      execute(
        path,
        "create trigger full before insert on events begin select raise(abort, 'no more'); end",
      );
      const before = written(path);
      expect(yield* outcome(path)).toBe("DatabaseError");
      const failed = yield* migrate(path);
      expect(left(failed)).toMatchObject({
        _tag: "DatabaseError",
        database: path,
        operation: "appending",
        code: "SQLITE_CONSTRAINT_TRIGGER",
      });
      expect(messages("Result", failed)).toEqual([]);
      expect(written(path)).toEqual(before);
    }),
  );

  it.effect("DatabaseError on a connection that only reads", () =>
    Effect.gen(function* () {
      const failure = left(yield* migrate(trade(), {}, { mode: "read" }));
      expect(failure).toMatchObject({ _tag: "DatabaseError", code: "SQLITE_READONLY" });
    }),
  );

  it.effect("DatabaseError for a file that is damaged", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => LegacyDatabase.insertTrade(db), { journalMode: "delete" });
      const [root] = column(
        path,
        "select rootpage from sqlite_schema where name = 'onchain_trades'",
      );
      const [size] = column(path, "pragma page_size");
      const bytes = readFileSync(path);
      bytes.fill(0xff, (Number(root) - 1) * Number(size), Number(root) * Number(size));
      writeFileSync(path, bytes);
      const failure = left(yield* migrate(path));
      expect(failure).toMatchObject({ _tag: "DatabaseError" });
      expect("code" in failure ? failure.code : "").toMatch(/^SQLITE_CORRUPT/);
    }),
  );
});

describe("what stops a run before it begins", () => {
  it.effect("a file that is not there, which is not made", () =>
    Effect.gen(function* () {
      const path = tempPath();
      expect(left(yield* migrate(path))).toMatchObject({
        _tag: "DatabaseError",
        operation: "opening",
        code: "SQLITE_CANTOPEN",
      });
      expect(existsSync(path)).toBe(false);
    }),
  );

  it.effect("a file that is no database", () =>
    Effect.gen(function* () {
      const path = tempPath();
      writeFileSync(path, "id,symbol\n1,AAPL\n".repeat(100));
      expect(left(yield* migrate(path))).toMatchObject({
        _tag: "DatabaseError",
        code: "SQLITE_NOTADB",
      });
    }),
  );
});
