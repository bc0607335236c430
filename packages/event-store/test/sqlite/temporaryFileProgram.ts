import Sqlite from "better-sqlite3";
import { Effect } from "effect";
import * as TemporaryFile from "../../src/sqlite/TemporaryFile.ts";

/** Makes so many temporary files one after the other; without a number one, which it keeps. */

const [count] = process.argv.slice(2);

const keep = Effect.flatMap(TemporaryFile.make("copy"), (path) => {
  const db = new Sqlite(path);
  db.pragma("journal_mode = wal");
  db.exec("create table a (b)");
  console.log(path);
  return Effect.ensuring(
    Effect.never,
    Effect.sync(() => db.close()),
  );
});

const again = Effect.repeatN(Effect.scoped(TemporaryFile.make("copy")), Number(count) - 1);

const timer = setInterval(() => {}, 1_000);
await Effect.runPromise(count === undefined ? Effect.scoped(keep) : again);
clearInterval(timer);
