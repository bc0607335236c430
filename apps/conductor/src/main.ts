import { parseArgs } from "node:util";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import { layerDatabase } from "@ledgerfold/event-store/sqlite/layer";
import { Console, Effect, Layer } from "effect";
import * as Conductor from "./Conductor.ts";

/** `node apps/conductor/src/main.ts st0x.db`: what a conductor would hedge now. It only looks. */
const {
  positionals: [path],
} = parseArgs({ allowPositionals: true });

const program = Effect.gen(function* () {
  const due = yield* Conductor.due(new Map());
  for (const { symbol, net } of due) yield* Console.log(`${symbol}: ${net.toFixed()} shares`);
  yield* Console.log(`Positions over their threshold: ${due.length}`);
});

if (path === undefined) {
  console.error("Name a migrated database: node apps/conductor/src/main.ts st0x.db");
  process.exitCode = 2;
} else {
  const layer = Layer.provide(layerDatabase, SqliteDatabase.layer({ path, mode: "read" }));
  await Effect.runPromise(
    program.pipe(
      Effect.provide(layer),
      Effect.catchAll((error) =>
        Effect.zipRight(
          Console.error(error.message),
          Effect.sync(() => {
            process.exitCode = 1;
          }),
        ),
      ),
    ),
  );
}
