import { readFileSync } from "node:fs";
import { layerDatabase as layerEventStore } from "@ledgerfold/event-store/sqlite/layer";
import * as SqliteDatabase from "@ledgerfold/event-store/SqliteDatabase";
import { migrateAll } from "@ledgerfold/migration/Migration";
import { layerSilent } from "@ledgerfold/migration/MigrationLog";
import { layer as layerLegacy } from "@ledgerfold/migration/sqlite/LegacySqlite";
import { verify } from "@ledgerfold/migration/Verification";
import { Effect, Layer } from "effect";
import { floor } from "./floor.ts";

/** One measurement in a process of its own: `measure.ts floor|migration|verification FILE`. */

const [kind = "", path = ""] = process.argv.slice(2);

const database = (mode: "read" | "write") => SqliteDatabase.layer({ path, mode });
const stores = Layer.merge(layerEventStore, layerLegacy);

const work: Readonly<Record<string, () => Promise<unknown>>> = {
  floor: async () => floor(path),
  migration: () =>
    migrateAll({ execution: "commit" }).pipe(
      Effect.provide(Layer.merge(Layer.provide(stores, database("write")), layerSilent)),
      Effect.runPromise,
    ),
  verification: () =>
    verify({ onDifference: Effect.die, onProgress: () => Effect.void }).pipe(
      Effect.provide(database("read")),
      Effect.runPromise,
    ),
};

const start = performance.now();
await work[kind]?.();
const seconds = (performance.now() - start) / 1000;
// Not resourceUsage().maxRSS: that begins with what the parent process had.
const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
const megabytes = Number(peak) / 1024;
console.log(JSON.stringify({ seconds, megabytes }));
