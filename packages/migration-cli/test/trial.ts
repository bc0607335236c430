import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import * as Store from "@ledgerfold/event-store/sqlite/layer";
import { migrateAll } from "@ledgerfold/migration/Migrating";
import { layerSilent } from "@ledgerfold/migration/MigrationLog";
import * as LegacySqlite from "@ledgerfold/migration/sqlite/LegacySqlite";
import { verify } from "@ledgerfold/verifier/Verify";
import { Effect, Either, Layer } from "effect";
import type { Plan } from "@ledgerfold/declaration/Plan";
import type { On } from "./Breaks.ts";

const plans: Record<On, () => Promise<{ readonly plan: Plan }>> = {
  parcels: () => import("./Parcel.ts"),
  club: () => import("./Club.ts"),
  seats: () => import("./seats/plan.ts"),
};

/** How a migration and the verification of it come out. */
export const outcome = (on: On, path: string): Promise<string> =>
  Effect.gen(function* () {
    const { plan } = yield* Effect.promise(plans[on]);
    const migrated = yield* Effect.either(migrateAll(plan, { execution: "commit" }));
    if (Either.isLeft(migrated)) return `refused: ${migrated.left._tag}`;
    const verified = yield* Effect.either(
      verify(plan, { onDifferences: () => Effect.void, onProgress: () => Effect.void }),
    );
    if (Either.isLeft(verified)) return `not verified: ${verified.left._tag}`;
    return verified.right.differences === 0 ? "no differences" : "differences";
  }).pipe(
    Effect.provide(
      Layer.mergeAll(Store.layerDatabase, LegacySqlite.layer, layerSilent).pipe(
        Layer.provideMerge(SqliteDatabase.layer({ path, synchronous: "normal" })),
      ),
    ),
    Effect.runPromise,
  );
