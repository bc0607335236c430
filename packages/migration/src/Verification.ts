import type { DatabaseBusy, DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import { type Service, SqliteDatabase } from "@ledgerfold/event-store/SqliteDatabase";
import { Effect } from "effect";
import type { AggregateName, Difference } from "./verification/Difference.ts";
import * as ColumnLedger from "./ColumnLedger.ts";
import * as FileSchema from "@ledgerfold/event-store/sqlite/FileSchema";
import type { Finding } from "./verification/Finding.ts";
import * as Invariants from "./verification/Invariants.ts";
import { subject as orders } from "./verification/Orders.ts";
import * as Pass from "./verification/Pass.ts";
import { subject as positions } from "./verification/Positions.ts";
import { counter, type Report } from "./verification/Report.ts";
import * as Runs from "./verification/Runs.ts";
import * as Since from "./verification/Since.ts";
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
  shown,
} from "./verification/Difference.ts";
export { describe as describeFinding, type Finding } from "./verification/Finding.ts";
export type { Progress } from "./verification/Pass.ts";
export type { Report, Tally } from "./verification/Report.ts";

export interface Observer {
  readonly onDifference: (difference: Difference) => Effect.Effect<void>;
  readonly onProgress: (progress: Pass.Progress) => Effect.Effect<void>;
  /** Of the file as a whole; they come after the differences. */
  readonly onFinding?: (finding: Finding) => Effect.Effect<void>;
}

export interface Options<E = never> {
  /** Undeclared tables and columns that the operator knows of, as for a migration. */
  readonly leaveOut?: ReadonlyArray<string>;
  /** What has to be there before anything is read: a copy of a log that is kept elsewhere. */
  readonly before?: (database: Service) => Effect.Effect<void, E>;
  /** What else is to be read of the same snapshot, after the rest. */
  readonly also?: (seen: Seen) => Effect.Effect<void, E>;
}

export interface Seen {
  readonly database: Service;
  readonly schema: ReadonlyArray<FileSchema.FileTable>;
}

const subjects: Readonly<Record<AggregateName, Subject>> = {
  OnChainTrade: trades,
  Position: positions,
  OffchainOrder: orders,
  SchwabAuth: tokens,
};

/** Reads one snapshot. What it finds goes to the observer as it comes, and only counts are kept. */
export const verify = Effect.fn("Verification.verify")(function* <E = never>(
  observer: Observer,
  options: Options<E> = {},
): Effect.fn.Return<
  Report,
  DatabaseError | DatabaseBusy | ColumnLedger.NothingToLeaveOut | E,
  SqliteDatabase
> {
  const database = yield* SqliteDatabase;
  return yield* database.transaction(everything(database, observer, options));
});

const everything = <E>(
  database: Service,
  observer: Observer,
  { leaveOut = [], before, also }: Options<E>,
): Effect.Effect<Report, DatabaseBusy | DatabaseError | ColumnLedger.NothingToLeaveOut | E> =>
  Effect.gen(function* () {
    if (before !== undefined) yield* before(database);
    const schema = yield* database.run("looking at the schema", () => FileSchema.read(database));
    const ledger = ColumnLedger.judge(schema, leaveOut);
    const refusal = ColumnLedger.refusal(ledger);
    if (refusal?._tag === "NothingToLeaveOut") return yield* refusal;
    const counts = counter();
    const since = Since.make(database);
    const runs = Runs.make();
    const tell = (differences: ReadonlyArray<Difference>) => {
      counts.found(differences);
      return Effect.forEach(differences, observer.onDifference, { discard: true });
    };
    for (const subject of Object.values(subjects)) {
      yield* Pass.pass(database, subject, {
        counts,
        runs,
        since,
        tell,
        tellProgress: observer.onProgress,
      });
    }
    for (const { witness, difference } of runs.dissenters()) {
      if (witness.isSame) counts.degrade(witness.aggregate);
      yield* tell([difference]);
    }
    const tellFindings = (findings: ReadonlyArray<Finding>) => {
      counts.foundOfFile(findings.length);
      return Effect.forEach(findings, observer.onFinding ?? (() => Effect.void), { discard: true });
    };
    yield* Invariants.check(database, tellFindings);
    yield* tellFindings(
      ledger.undeclared.map((one) => ({ kind: "undeclared", name: ColumnLedger.show(one) })),
    );
    if (also !== undefined) yield* also({ database, schema });
    return counts.report(ledger.leftOut.map(ColumnLedger.show));
  });
