import type { DatabaseBusy, DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import { type Service, SqliteDatabase } from "@ledgerfold/event-store/sqlite/Database";
import * as Ledger from "@ledgerfold/declaration/internal/Ledger";
import * as FileSchema from "@ledgerfold/event-store/internal/sqlite/FileSchema";
import type { Plan } from "@ledgerfold/declaration/Plan";
import { Effect } from "effect";
import * as Contradictions from "./Contradictions.ts";
import type { Difference } from "./Difference.ts";
import { type Finding, undeclared } from "./Finding.ts";
import * as Judgement from "./Judgement.ts";
import * as Kinds from "./Kinds.ts";
import * as AggregateVerification from "./AggregateVerification.ts";
import { counter, type VerificationSummary } from "./VerificationSummary.ts";
import * as Live from "./Live.ts";
import * as RowCopy from "./sqlite/RowCopy.ts";
import * as Runs from "./Runs.ts";
import * as ChangedSince from "./ChangedSince.ts";
import * as AggregateSpecs from "./AggregateSpecs.ts";

/** Holding a log and its views to the legacy rows, both ways. */

export type { Progress } from "./AggregateVerification.ts";
export type { VerificationSummary, Tally } from "./VerificationSummary.ts";

/** What of a command's plan is verified. */
export type Verifiable<Type extends string = string> = Pick<
  Plan<Type>,
  "tables" | "migrations" | "ledger" | "findings"
>;

/** Who is told of what is found, as it comes. */
export interface Observer {
  /** Those of one stream or row together, at least one: of another program's log each may have dozens. */
  readonly onDifferences: (differences: ReadonlyArray<Difference>) => Effect.Effect<void>;
  readonly onProgress: (progress: AggregateVerification.Progress) => Effect.Effect<void>;
  /** Findings are of the file as a whole, and come after the differences. */
  readonly onFinding?: (finding: Finding) => Effect.Effect<void>;
}

/** What a verification leaves out, and what else is done on its snapshot. */
export interface Options<E = never> {
  /** Undeclared tables and columns that the operator knows of, as for a migration. */
  readonly leaveOut?: ReadonlyArray<string>;
  /** Runs before anything is read, and makes the copy of a log that is kept elsewhere. */
  readonly before?: (database: Service) => Effect.Effect<void, E>;
  /** Runs after the rest, on the same snapshot, and reads what else is wanted of it. */
  readonly also?: (seen: Seen) => Effect.Effect<void, E>;
}

/** The snapshot that was verified. */
export interface Seen {
  readonly database: Service;
  readonly schema: ReadonlyArray<FileSchema.FileTable>;
}

/**
 * Compares every legacy row with the event and the view that it should have become, and every
 * stream and view row with the row that it should be of. Both sides are read by readers of its
 * own, so that it cannot repeat a mistake of the writer's.
 *
 * Reads one snapshot. What it finds goes to the observer as it comes, and only counts are kept.
 *
 * @example
 * ```ts
 * import type { Plan } from "@ledgerfold/declaration/Plan";
 * import { layer } from "@ledgerfold/event-store/sqlite/Database";
 * import { describe } from "@ledgerfold/verifier/Difference";
 * import { verify } from "@ledgerfold/verifier/Verify";
 * import { Console, Effect } from "effect";
 *
 * declare const plan: Plan;
 *
 * export const differences = verify(plan, {
 *   onDifferences: (found) => Console.error(found.map(describe).join("\n")),
 *   onProgress: () => Effect.void,
 * }).pipe(
 *   Effect.map(({ differences }) => differences),
 *   Effect.provide(layer({ path: "shop.db", mode: "read" })),
 * );
 * ```
 */
export const verify = Effect.fn("Verification.verify")(function* <Type extends string, E = never>(
  plan: Verifiable<Type>,
  observer: Observer,
  options: Options<E> = {},
): Effect.fn.Return<
  VerificationSummary<Type>,
  DatabaseError | DatabaseBusy | Ledger.NothingToLeaveOut | E,
  SqliteDatabase
> {
  const database = yield* SqliteDatabase;
  return yield* database.transaction(everything(database, plan, observer, options));
});

const everything = <Type extends string, E>(
  database: Service,
  { tables, migrations, ledger, findings }: Verifiable<Type>,
  observer: Observer,
  { leaveOut = [], before, also }: Options<E>,
): Effect.Effect<
  VerificationSummary<Type>,
  DatabaseBusy | DatabaseError | Ledger.NothingToLeaveOut | E
> =>
  Effect.gen(function* () {
    if (before !== undefined) yield* before(database);
    const copies = yield* RowCopy.make(
      database,
      tables.flatMap(({ names, rows }) => [
        ...names,
        ...Object.values(rows).map(({ name }) => name),
      ]),
    );
    const schema = yield* database.run("looking at the schema", () => FileSchema.read(database));
    const judged = ledger.judge(schema, leaveOut);
    const refusal = ledger.refusal(judged);
    if (refusal?._tag === "NothingToLeaveOut") return yield* refusal;
    const all = AggregateSpecs.all(migrations);
    const counts = counter(
      all.map(({ aggregate }) => aggregate),
      Judgement.make(all),
    );
    const changedSince = ChangedSince.make(database, all);
    const runs = Runs.make();
    const isLive = yield* database.run("looking whether rows go on", () =>
      Live.areRows(database, all),
    );
    const contradictions = yield* Contradictions.find(database, isLive ? all : []);
    const tell = (differences: ReadonlyArray<Difference>) => {
      counts.found(differences);
      return differences.length === 0 ? Effect.void : observer.onDifferences(differences);
    };
    for (const spec of all) {
      yield* AggregateVerification.verify(database, spec, {
        counts,
        runs,
        changedSince,
        isLive,
        contradictions,
        tell,
        tellProgress: observer.onProgress,
      });
    }
    const strangers = yield* database.run("looking for rows of no kind", () =>
      Kinds.strangers(database, tables, all),
    );
    for (const { aggregate } of strangers) counts.add(aggregate, "unreadable");
    yield* tell(strangers);
    for (const { witness, difference } of runs.dissenters()) {
      if (witness.isSame) counts.degrade(witness.aggregate);
      yield* tell([difference]);
    }
    const tellFindings = (found: ReadonlyArray<Finding>) => {
      counts.foundOfFile(found.length);
      return Effect.forEach(found, observer.onFinding ?? (() => Effect.void), { discard: true });
    };
    for (const { check } of findings) yield* check(database, tellFindings);
    yield* database.run("tidying up", () => RowCopy.drop(database, copies));
    yield* tellFindings(judged.undeclared.map(undeclared));
    if (also !== undefined) yield* also({ database, schema });
    // There is a tally for each spec, and no other.
    return counts.summary(judged.leftOut.map(Ledger.show)) as VerificationSummary<Type>;
  });
