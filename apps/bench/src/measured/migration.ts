import { layerDatabase as layerEventStore } from "@ledgerfold/event-store/sqlite/layer";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import { migrateAll } from "@ledgerfold/domain-migration/Migration";
import { layerSilent } from "@ledgerfold/migration/MigrationLog";
import { layer as layerLegacy } from "@ledgerfold/migration/sqlite/LegacySqlite";
import { Effect, Layer } from "effect";
import type { Measured } from "../Measurement.ts";
import * as libraryPragmas from "./libraryPragmas.ts";

/** The migration of a file as the command does it, opening and closing included. */
export const migration = async (path: string): Promise<Measured> => {
  const stores = Layer.provideMerge(
    Layer.merge(layerEventStore, layerLegacy),
    SqliteDatabase.layer({ path, mode: "write" }),
  );
  const start = performance.now();
  const [{ OnChainTrade: trades, OffchainOrder: orders }, settings] = await Effect.runPromise(
    Effect.all([migrateAll({ execution: "commit" }), libraryPragmas.read]).pipe(
      Effect.provide(Layer.merge(stores, layerSilent)),
    ),
  );
  const seconds = (performance.now() - start) / 1000;
  return { seconds, count: trades.written + orders.written, settings };
};
