import { Context, Effect, Layer, Ref } from "effect";
import type { BadCell } from "./BadData.ts";
import type { Finding } from "@ledgerfold/declaration/internal/Checking";
import type { Said } from "@ledgerfold/declaration/Writing";

/** What a run has to say while it works, as values. */

/** What a run has to say while it works, as values; whoever runs it decides how they look. */
export type Entry =
  | { readonly _tag: "Started"; readonly runId: string; readonly execution: string }
  | {
      readonly _tag: "Progress";
      readonly aggregate: string;
      readonly done: number;
      readonly total: number;
    }
  /** In pages of the database. */
  | { readonly _tag: "BackupProgress"; readonly done: number; readonly total: number }
  | {
      readonly _tag: "BackedUp";
      readonly path: string;
      readonly bytes: number;
    }
  | { readonly _tag: "BadCell"; readonly bad: BadCell }
  | {
      readonly _tag: "ExistingEventDiffers";
      readonly aggregate: string;
      readonly id: string;
      readonly difference: string;
    }
  /** Rows that contradict each other; they are carried as they are. */
  | { readonly _tag: "Finding"; readonly finding: Finding }
  | Said;

/** Who hears what a run has to say: bad rows, warnings, how far it is. */
export class MigrationLog extends Context.Tag("@ledgerfold/migration/MigrationLog")<
  MigrationLog,
  { readonly write: (entry: Entry) => Effect.Effect<void> }
>() {}

/**
 * Says nothing.
 *
 * @example
 * ```ts
 * import type { Plan } from "@ledgerfold/declaration/Plan";
 * import { migrateAll } from "@ledgerfold/migration/Migrating";
 * import { layerSilent } from "@ledgerfold/migration/MigrationLog";
 * import { Effect } from "effect";
 *
 * export const migrate = (plan: Plan) =>
 *   Effect.provide(migrateAll(plan, { execution: "commit" }), layerSilent);
 * ```
 */
export const layerSilent = Layer.succeed(MigrationLog, { write: () => Effect.void });

/**
 * Keeps every entry in `entries`, in the order in which they are said.
 *
 * @example
 * ```ts
 * import type { Plan } from "@ledgerfold/declaration/Plan";
 * import { describe } from "@ledgerfold/migration/BadData";
 * import { migrateAll } from "@ledgerfold/migration/Migrating";
 * import { type Entry, layerMemory } from "@ledgerfold/migration/MigrationLog";
 * import { Effect, Ref } from "effect";
 *
 * export const badRows = (plan: Plan) =>
 *   Effect.gen(function* () {
 *     const entries = yield* Ref.make<ReadonlyArray<Entry>>([]);
 *     yield* migrateAll(plan, { execution: "dry-run" }).pipe(
 *       Effect.provide(layerMemory(entries)),
 *       Effect.ignore,
 *     );
 *     const said = yield* Ref.get(entries);
 *     return said.flatMap((one) => (one._tag === "BadCell" ? [describe(one.bad)] : []));
 *   });
 * ```
 */
export const layerMemory = (entries: Ref.Ref<ReadonlyArray<Entry>>) =>
  Layer.succeed(MigrationLog, {
    write: (entry) => Ref.update(entries, (before) => [...before, entry]),
  });
