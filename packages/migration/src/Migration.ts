import { EventStore } from "@ledgerfold/event-store/EventStore";
import { Effect } from "effect";
import * as Migrate from "./Migrate.ts";
import { migration as offchainOrders } from "./migrateOffchainOrders.ts";
import { migration as onChainTrades } from "./migrateOnChainTrades.ts";
import { migration as positions } from "./migratePositions.ts";
import { migration as schwabAuth } from "./migrateSchwabAuth.ts";
import { type AggregateName, aggregateNames, layerSilent } from "./MigrationLog.ts";
import * as Run from "./Run.ts";

/** All four migrations, in the order in which they run. A forgotten one does not compile. */
const migrations: Readonly<Record<AggregateName, Migrate.Defined>> = {
  OnChainTrade: onChainTrades,
  Position: positions,
  OffchainOrder: offchainOrders,
  SchwabAuth: schwabAuth,
};

export const aggregates = aggregateNames.map((name) => migrations[name].aggregate);

export interface Options extends Run.Options {
  /**
   * Whether events, snapshots and views of these aggregates are deleted first, in the same
   * transaction.
   */
  readonly clean?: Migrate.Erase;
}

/**
 * The four tables as events and views, in one transaction: all of it or, with every bad row of all
 * four tables in the log, nothing. Again on the same rows it adds nothing.
 */
export const migrateAll = Effect.fn("Migration.migrateAll")(function* (options: Options) {
  const run = yield* Run.make(options);
  const passed = yield* Migrate.together(migrations, run, { erase: options.clean });
  return { run, ...passed };
});

export type Summary = Effect.Effect.Success<ReturnType<typeof migrateAll>>;

/** What the event store holds of the four aggregates. */
export interface Survey {
  /** How many events there are of each type that has any, in the order of the migration. */
  readonly events: ReadonlyArray<readonly [AggregateName, number]>;
  readonly total: number;
  /** How many of them a migration of the legacy rows as they are would write again. */
  readonly recoverable: number;
}

export const survey = Effect.fn("Migration.survey")(function* (options: {
  readonly recoverable: boolean;
}) {
  const store = yield* EventStore;
  const counts = yield* store.count(aggregates);
  const events = aggregateNames.flatMap((name) => {
    const count = counts.get(name);
    return count === undefined ? [] : [[name, count] as const];
  });
  const run = yield* Run.make({ execution: "dry-run" });
  const passes = events.map(([name]) =>
    Effect.map(migrations[name].pass(run, { existing: true }), ({ alreadyThere }) => alreadyThere),
  );
  const recoverable = options.recoverable
    ? yield* Effect.all(passes).pipe(Effect.provide(layerSilent))
    : [];
  const sum = (numbers: ReadonlyArray<number>) => numbers.reduce((a, b) => a + b, 0);
  return {
    events,
    total: sum(events.map(([, count]) => count)),
    recoverable: sum(recoverable),
  } satisfies Survey;
});
