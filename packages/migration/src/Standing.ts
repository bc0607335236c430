import { EventStore } from "@ledgerfold/event-store/EventStore";
import type { Found } from "@ledgerfold/event-store/Run";
import type { Plan } from "@ledgerfold/declaration/Plan";
import { Effect } from "effect";
import * as Defined from "./Defined.ts";
import { LegacySource } from "./LegacySource.ts";

/** How far the migration of a plan has come, without judging any row. */
export interface Standing {
  /** In the order of the migration. */
  readonly aggregates: ReadonlyArray<Standing.OfAggregate>;
  readonly runs: ReadonlyArray<Found>;
}

export declare namespace Standing {
  interface OfAggregate {
    readonly type: string;
    /** Undefined where the database has no table of these rows. */
    readonly table: string | undefined;
    readonly rows: number;
    /** Whether something about the table as a whole keeps its rows from being counted. */
    readonly isOdd: boolean;
    readonly events: number;
  }
}

/** Of what is there now, all of one moment where rows and log are in one file. */
export const look = Effect.fn("Migration.look")(function* (plan: Plan) {
  const store = yield* EventStore;
  const source = yield* LegacySource;
  return yield* store.transaction(
    Effect.gen(function* () {
      const counts = yield* store.count(plan.aggregates);
      const aggregates = yield* Effect.forEach(
        Object.values(Defined.all(plan.migrations)),
        (migration) =>
          Effect.map(source.rows(migration.declared), (rows): Standing.OfAggregate => {
            const { type } = migration.aggregate;
            return {
              type,
              table: rows?.table,
              rows: rows?.total ?? 0,
              isOdd: rows !== undefined && rows.problems.length > 0,
              events: counts.get(type) ?? 0,
            };
          }),
      );
      return { aggregates, runs: yield* store.runs.all } satisfies Standing;
    }),
  );
});
