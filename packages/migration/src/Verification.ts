import {
  type DatabaseBusy,
  type DatabaseError,
  type Service,
  SqliteDatabase,
} from "@ledgerfold/event-store/SqliteDatabase";
import { Effect } from "effect";
import type { AggregateName, Difference } from "./verification/Difference.ts";
import { subject as orders } from "./verification/Orders.ts";
import * as Pass from "./verification/Pass.ts";
import { subject as positions } from "./verification/Positions.ts";
import { counter, type Report } from "./verification/Report.ts";
import * as Runs from "./verification/Runs.ts";
import type { Subject } from "./verification/Subject.ts";
import { subject as tokens } from "./verification/Tokens.ts";
import { subject as trades } from "./verification/Trades.ts";

/**
 * Compares every legacy row with the event and the view that it should have become, and every
 * stream and view row with the row that it should be of. Both sides are read by readers of its
 * own, so that it cannot repeat a mistake of the writer's.
 */

export {
  type AggregateName,
  type Difference,
  describe,
  type Kind,
  type Side,
} from "./verification/Difference.ts";
export type { Progress } from "./verification/Pass.ts";
export type { Report, Tally } from "./verification/Report.ts";

export interface Observer {
  readonly onDifference: (difference: Difference) => Effect.Effect<void>;
  readonly onProgress: (progress: Pass.Progress) => Effect.Effect<void>;
}

const subjects: Readonly<Record<AggregateName, Subject>> = {
  OnChainTrade: trades,
  Position: positions,
  OffchainOrder: orders,
  SchwabAuth: tokens,
};

/** Reads one snapshot. What it finds goes to the observer as it comes, and only counts are kept. */
export const verify = Effect.fn("Verification.verify")(function* (
  observer: Observer,
): Effect.fn.Return<Report, DatabaseError | DatabaseBusy, SqliteDatabase> {
  const database = yield* SqliteDatabase;
  return yield* database.transaction(everything(database, observer));
});

const everything = (
  database: Service,
  observer: Observer,
): Effect.Effect<Report, DatabaseBusy | DatabaseError> =>
  Effect.gen(function* () {
    const counts = counter();
    const runs = Runs.make();
    const tell = (differences: ReadonlyArray<Difference>) => {
      counts.found(differences.length);
      return Effect.forEach(differences, observer.onDifference, { discard: true });
    };
    for (const subject of Object.values(subjects)) {
      yield* Pass.pass(database, subject, {
        counts,
        runs,
        tell,
        tellProgress: observer.onProgress,
      });
    }
    for (const { witness, difference } of runs.dissenters()) {
      if (witness.isSame) counts.degrade(witness.aggregate);
      yield* tell([difference]);
    }
    return counts.report();
  });
