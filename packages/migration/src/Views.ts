import { EventStore, type Rebuilt } from "@ledgerfold/event-store/EventStore";
import { Array as Arr, Effect } from "effect";
import { aggregates } from "./Migration.ts";
import { type AggregateName, aggregateNames } from "./MigrationLog.ts";
import type * as Run from "./Run.ts";

export interface RebuiltView extends Rebuilt {
  readonly aggregate: AggregateName;
  readonly table: string;
}

export interface Options {
  /** In events of the aggregate. */
  readonly onProgress: (progress: {
    readonly aggregate: AggregateName;
    readonly done: number;
    readonly total: number;
  }) => Effect.Effect<void>;
  /** As a migration's. */
  readonly onCommitted?: Run.Options["onCommitted"];
}

/**
 * The views of the four aggregates, folded anew from their events: all four or none. A view whose
 * table is missing gets it, unless there are no events at all.
 */
export const rebuildViews = Effect.fn("Views.rebuildViews")(function* ({
  onProgress,
  onCommitted,
}: Options) {
  const store = yield* EventStore;
  return yield* store.transaction(
    Effect.gen(function* () {
      if (onCommitted !== undefined) yield* store.afterCommit(onCommitted);
      if ((yield* store.count(aggregates)).size > 0) yield* store.setup(aggregates);
      return yield* Effect.forEach(Arr.zip(aggregateNames, aggregates), ([aggregate, one]) =>
        Effect.map(
          store.rebuildView(one, { onProgress: (step) => onProgress({ ...step, aggregate }) }),
          (rebuilt): RebuiltView => ({ ...rebuilt, aggregate, table: one.view.table }),
        ),
      );
    }),
  );
});
