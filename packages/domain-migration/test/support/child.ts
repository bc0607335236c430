import * as Database from "@ledgerfold/event-store/sqlite/Database";
import * as Store from "@ledgerfold/event-store/sqlite/layer";
import { Effect, Either, Layer } from "effect";
import * as Migration from "../../src/Migration.ts";
import * as MigrationLog from "@ledgerfold/migration/MigrationLog";
import * as LegacySqlite from "@ledgerfold/migration/sqlite/LegacySqlite";

/**
 * A process of its own that migrates the file it is given, for tests that kill it, run two of them
 * or measure its memory. Says how far it is, a line each time, and in its last line how it ended.
 */

const [path = "", execution = "commit"] = process.argv.slice(2);

const say = (line: string) =>
  Effect.async<void>((resume) => {
    process.stdout.write(`${line}\n`, () => resume(Effect.void));
  });

let bad = 0;
const log = Layer.succeed(MigrationLog.MigrationLog, {
  write: (entry) => {
    if (entry._tag === "BadCell") bad += 1;
    return entry._tag === "Progress"
      ? say(`${entry.aggregate}: ${entry.done}/${entry.total}`)
      : Effect.void;
  },
});

const mode = execution === "commit" ? "write" : "read";
const services = Layer.mergeAll(Store.layerDatabase, LegacySqlite.layer).pipe(
  Layer.provide(Database.layer({ path, mode, patience: "30 seconds" })),
  Layer.merge(log),
);

const outcome = await Effect.runPromise(
  Migration.migrateAll({ execution: execution === "commit" ? "commit" : "dry-run" }).pipe(
    Effect.provide(services),
    Effect.either,
  ),
);

const maxResidentMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
const ended = Either.isRight(outcome)
  ? { written: outcome.right.OnChainTrade.written, there: outcome.right.OnChainTrade.alreadyThere }
  : { failed: outcome.left._tag };
await Effect.runPromise(say(JSON.stringify({ ...ended, bad, maxResidentMegabytes })));
