import { aggregateNames } from "./MigrationLog.ts";
import type { AggregateName } from "./MigrationLog.ts";
import { Effect } from "effect";
import * as Migrate from "./Migrate.ts";
import { migration as offchainOrders } from "./migrateOffchainOrders.ts";
import { migration as onChainTrades } from "./migrateOnChainTrades.ts";
import { migration as positions } from "./migratePositions.ts";
import { migration as schwabAuth } from "./migrateSchwabAuth.ts";
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
  /** Whether events, snapshots and views of these aggregates are deleted first, in the same transaction. */
  readonly clean: boolean;
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
