import { rmSync, existsSync } from "node:fs";
import { Effect, Layer } from "effect";
import * as Database from "@ledgerfold/event-store/SqliteDatabase";
import { layerDatabase } from "@ledgerfold/event-store/sqlite/layer";
import { write } from "../../../fixtures/src/SampleDatabase.ts";
import type { Age } from "../../../fixtures/src/LegacySchema.ts";
import * as Verification from "../../src/Verification.ts";
import { migrateAll } from "../../src/Migration.ts";
import * as MigrationLog from "../../src/MigrationLog.ts";
import * as SqliteLegacySource from "../../src/sqlite/LegacySqlite.ts";

const [trades = "1000", age = "2026-01-26"] = process.argv.slice(2);
const path = `/tmp/vt/s-${trades}-${age}.db`;
if (!existsSync(path)) {
  write(path, { trades: Number(trades), orders: Number(trades) / 2, age: age as Age });
  const services = Layer.mergeAll(
    layerDatabase,
    SqliteLegacySource.layer,
    MigrationLog.layerSilent,
  ).pipe(Layer.provideMerge(Database.layer({ path })));
  console.time("migrate");
  await Effect.runPromise(
    migrateAll({ execution: "commit", clean: false, netPosition: "computed" } as never).pipe(
      Effect.provide(services as never),
    ) as Effect.Effect<unknown>,
  );
  console.timeEnd("migrate");
}
let shown = 0;
for (let i = 0; i < 3; i++) {
  const before = process.memoryUsage().rss;
  console.time("verify");
  const report = await Effect.runPromise(
    Verification.verify({
      onDifference: (d) =>
        Effect.sync(() => {
          if (shown++ < 20) console.log(Verification.describe(d));
        }),
      onProgress: () => Effect.void,
    }).pipe(Effect.provide(Database.layer({ path, mode: "read" }))),
  );
  console.timeEnd("verify");
  console.log(JSON.stringify(report), (process.memoryUsage().rss / 1e6) | 0, "MB");
}
