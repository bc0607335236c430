import {
  EventStore,
  type Rebuilt,
  type UnreadableStream,
} from "@ledgerfold/event-store/EventStore";
import { Effect } from "effect";
import * as Migrate from "./Migrate.ts";
import { layerSilent } from "./MigrationLog.ts";
import type { Plan } from "@ledgerfold/declaration/Plan";
import * as Defined from "./Defined.ts";
import * as Run from "./Run.ts";

/** What is done with a plan: its rows become events, and views are made anew. */

/** How a run goes about it. */
export interface Options extends Run.Options {
  /**
   * Whether events, snapshots and views of the plan's aggregates are deleted first, in the same
   * transaction.
   */
  readonly clean?: Migrate.Erase;
}

/**
 * The plan's tables as events and views, in one transaction: all of it or, with every bad row of all
 * of them in the log, nothing. Again on the same rows it adds nothing.
 *
 * @example
 * ```ts
 * import type { Plan } from "@ledgerfold/declaration/Plan";
 * import * as Database from "@ledgerfold/event-store/sqlite/Database";
 * import { layerDatabase } from "@ledgerfold/event-store/sqlite/layer";
 * import { migrateAll } from "@ledgerfold/migration/Migrating";
 * import { layerSilent } from "@ledgerfold/migration/MigrationLog";
 * import * as LegacySqlite from "@ledgerfold/migration/sqlite/LegacySqlite";
 * import { Effect, Layer } from "effect";
 *
 * declare const plan: Plan;
 *
 * const file = Database.layer({ path: "shop.db" });
 * const services = Layer.mergeAll(layerDatabase, LegacySqlite.layer, layerSilent);
 *
 * export const trial = migrateAll(plan, { execution: "dry-run" }).pipe(
 *   Effect.provide(Layer.provide(services, file)),
 * );
 * ```
 */
export const migrateAll = Effect.fn("Migration.migrateAll")(function* <Type extends string>(
  plan: Plan<Type>,
  options: Options,
) {
  const run = yield* Run.make(options);
  const outcomes = yield* Migrate.together(Defined.all(plan.migrations), run, {
    ...plan,
    erase: options.clean,
  });
  return { run, ...outcomes };
});

/** What the event store holds of the plan's aggregates. */
export interface Survey {
  /** How many events there are of each type that has any, in the order of the migration. */
  readonly events: ReadonlyArray<readonly [string, number]>;
  readonly total: number;
  /** For how many of them the legacy rows as they are bring one, whether or not it says the same. */
  readonly recoverable: number;
}

/**
 * Counts the events, and with `recoverable` how many of them rows bring back, for which it reads all
 * rows: before `clean` deletes them.
 */
export const survey = Effect.fn("Migration.survey")(function* <Type extends string>(
  plan: Plan<Type>,
  options: { readonly recoverable: boolean },
) {
  const store = yield* EventStore;
  const counts = yield* store.count(plan.aggregates);
  const events = plan.types.flatMap((name) => {
    const count = counts.get(name);
    return count === undefined ? [] : [[name, count] as const];
  });
  const run = yield* Run.make({ execution: "dry-run" });
  const recounts = events.map(([name]) =>
    Effect.map(
      Defined.of(plan.migrations[name]).migrate(run, { existing: true }),
      ({ ofRows }) => ofRows,
    ),
  );
  const recoverable = options.recoverable
    ? yield* Effect.all(recounts).pipe(Effect.provide(layerSilent))
    : [];
  const sum = (numbers: ReadonlyArray<number>) => numbers.reduce((a, b) => a + b, 0);
  return {
    events,
    total: sum(events.map(([, count]) => count)),
    recoverable: sum(recoverable),
  } satisfies Survey;
});

/** What became of one view. */
export interface RebuiltView extends Rebuilt {
  readonly aggregate: string;
  readonly table: string;
  /** How many streams cannot be read, so that their rows stay as they are. */
  readonly unreadable: number;
}

/** Who is told while views are made anew. */
export interface RebuildOptions {
  /** In events of the aggregate. */
  readonly onProgress: (progress: {
    readonly aggregate: string;
    readonly done: number;
    readonly total: number;
  }) => Effect.Effect<void>;
  readonly onUnreadable: (stream: UnreadableStream) => Effect.Effect<void>;
  /** As in the options of a migration. */
  readonly onCommitted?: Run.Options["onCommitted"];
  readonly onCommitting?: Run.Options["onCommitting"];
}

/**
 * The views of the plan's aggregates, folded anew from their events: all or none, but for the rows of
 * streams that cannot be read, which stay as they are. A view whose table
 * is missing gets it, unless there are no events at all.
 */
export const rebuildViews = Effect.fn("Views.rebuildViews")(function* (
  { aggregates }: Plan,
  { onProgress, onUnreadable, onCommitted, onCommitting }: RebuildOptions,
) {
  const store = yield* EventStore;
  return yield* store.transaction(
    Effect.gen(function* () {
      if (onCommitted !== undefined) yield* store.afterCommit(onCommitted);
      if ((yield* store.count(aggregates)).size > 0) yield* store.setup(aggregates);
      const rebuilt = yield* Effect.forEach(aggregates, (one) =>
        store
          .rebuildView(one, {
            onProgress: (step) => onProgress({ ...step, aggregate: one.type }),
            onUnreadable,
          })
          .pipe(
            Effect.map((rebuilt) => ({ ...rebuilt, unreadable: 0 })),
            Effect.catchTag("ViewNotRebuilt", ({ rebuilt, count }) =>
              Effect.succeed({ ...rebuilt, unreadable: count }),
            ),
            Effect.map(
              (done): RebuiltView => ({ ...done, aggregate: one.type, table: one.view.table }),
            ),
          ),
      );
      onCommitting?.();
      return rebuilt;
    }),
  );
});

/** One of a plan's migrations in a run of its own. */
export const alone = <Type extends string>(
  type: Type,
  plan: Plan<Type>,
): ((
  options: Run.Options,
) => Effect.Effect<Migrate.TableOutcome, Migrate.MigrationError, Migrate.Services>) =>
  Migrate.alone(Defined.of(plan.migrations[type]), plan);
