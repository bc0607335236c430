import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import * as Store from "@ledgerfold/event-store/sqlite/layer";
import { migrateAll } from "@ledgerfold/migration/Migrating";
import { layerSilent } from "@ledgerfold/migration/MigrationLog";
import * as LegacySqlite from "@ledgerfold/migration/sqlite/LegacySqlite";
import { verify } from "@ledgerfold/verifier/Verify";
import { Effect, Either, Layer } from "effect";
import { plan } from "./Parcel.ts";

/** How a migration and the verification of it come out. */
export const outcome = (path: string): Promise<string> =>
  Effect.gen(function* () {
    const migrated = yield* Effect.either(migrateAll(plan, { execution: "commit" }));
    if (Either.isLeft(migrated)) return `refused: ${migrated.left._tag}`;
    const { differences } = yield* verify(plan, {
      onDifference: () => Effect.void,
      onProgress: () => Effect.void,
    });
    return differences === 0 ? "no differences" : "differences";
  }).pipe(
    Effect.provide(
      Layer.mergeAll(Store.layerDatabase, LegacySqlite.layer, layerSilent).pipe(
        Layer.provideMerge(SqliteDatabase.layer({ path, synchronous: "normal" })),
      ),
    ),
    Effect.runPromise,
  );
