import * as PostgresDatabase from "@ledgerfold/event-store/postgres/Database";
import * as TemporaryFile from "@ledgerfold/event-store/internal/sqlite/TemporaryFile";
import { Console, Effect } from "effect";
import * as Copy from "../../src/source/Copy.ts";
import { tableOf } from "./tableOf.ts";

/** Copies one table, and says how many rows it has. */

const [url = "", name = ""] = process.argv.slice(2);
let rows = 0;

Effect.gen(function* () {
  const source = yield* PostgresDatabase.make({ url, prepare: false });
  const path = yield* TemporaryFile.make("copy");
  yield* Copy.fill(
    source,
    path,
    { tables: [tableOf(name)], migrations: {} },
    {
      onBad: () => Effect.void,
      onProgress: (done) =>
        Effect.sync(() => {
          rows = done;
        }),
    },
  );
  yield* Console.log(rows);
}).pipe(Effect.scoped, Effect.runPromise);
