import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { StoredEvent } from "@ledgerfold/aggregate/EventCodec";
import { Effect, Exit } from "effect";
import { DatabaseBusy, DatabaseError, type StoreError } from "../DatabaseError.ts";
import type { Append, AppendError, Appended, StreamId } from "../EventStore.ts";
import * as AppendPlan from "../remote/AppendPlan.ts";
import * as CombinedAppends from "../remote/CombinedAppends.ts";
import * as Lookup from "../remote/Lookup.ts";
import * as RecentViews from "../remote/RecentViews.ts";
import * as AppendStatement from "./AppendStatement.ts";
import type { Service, Session } from "./Database.ts";
import * as Lock from "./Lock.ts";
import * as Failures from "./Failures.ts";
import * as Standing from "./Standing.ts";
import type { Statements } from "./Statements.ts";
import { escapeNul, unescapeNul } from "./Text.ts";

/**
 * Appends to PostgreSQL: reads at once what all groups of a call need to know, plans them, and hands
 * the whole plan to the appending function.
 */

export const make = (database: Service, statements: Statements) => {
  const recent = RecentViews.make();
  database.onLoss(recent.forget);

  const history = (session: Session, { type, id }: StreamId) =>
    Effect.map(
      session.execute("reading a history", statements.history(), [
        escapeNul(type),
        escapeNul(id),
        1,
      ]),
      (rows) => rows.map(stored),
    );

  /** The plan, and for it the histories of those views that have to be folded anew. */
  const plan = (session: Session, groups: ReadonlyArray<AppendPlan.Group>, isAgain: boolean) =>
    Effect.gen(function* () {
      const canGuess = !isAgain && !session.isInTransaction;
      const lookup = Lookup.make(groups, { recent: canGuess ? recent : undefined, isAgain });
      // Those of one call are for its caller to bound; those of several only share it.
      const isBounded = groups.length > 1;
      if (!(yield* Standing.read(session, statements, lookup, { isBounded }))) {
        return yield* new CombinedAppends.TooMuch();
      }
      const { known, looked } = lookup;
      for (;;) {
        const planned = AppendPlan.make(groups, known);
        if (!(planned instanceof AppendPlan.Missing)) return { planned, known, looked };
        const { type, id } = planned.stream;
        known.histories.set(AppendPlan.key(type, id), yield* history(session, planned.stream));
      }
    });

  /** The answers; nothing for a group that has to go again. */
  const attempt = (
    session: Session,
    groups: ReadonlyArray<AppendPlan.Group>,
    { isAgain, isLocked }: { readonly isAgain: boolean; readonly isLocked: boolean },
  ): Effect.Effect<
    ReadonlyArray<AppendPlan.Answer | undefined>,
    StoreError | CombinedAppends.TooMuch
  > =>
    Effect.gen(function* () {
      const { planned, known, looked } = yield* plan(session, groups, isAgain);
      const isGuess = (append: Append<Aggregate.Any>) => !looked.has(append);
      /** Groups whose refusal may come of what was assumed: they go again, with everything read. */
      const guessed = new Set(
        planned.flatMap(({ exit }, place) =>
          Exit.isFailure(exit) && groups[place]?.appends.some(isGuess) === true ? [place] : [],
        ),
      );
      const confirmed = Effect.suspend(() =>
        planned.some(isThere) ? session.execute("appending", statements.confirm()) : Effect.void,
      );
      if (planned.every(({ events }) => events.length === 0)) {
        yield* confirmed;
        return AppendPlan.answers(planned, 0, guessed);
      }
      const ats = groups.map(({ at }) => at);
      const execute = (planned: ReadonlyArray<AppendPlan.Planned>) => {
        const { statement, parameters } = AppendStatement.make(statements, planned, ats);
        const where = [database.schema, database.lockTimeout, known.generation];
        return Effect.map(
          session.execute("appending", statement, [...where, ...parameters]),
          ([row]) => row,
        );
      };
      if (AppendPlan.weightOfPlan(planned) > CombinedAppends.weightOfAStatement) {
        const [one, ...others] = planned;
        if (!session.isInTransaction || one === undefined || others.length > 0) {
          return yield* new CombinedAppends.TooMuch();
        }
        // What was read before the lock was there may not be so any more.
        if (!isLocked) return yield* lockedAttempt(session, groups);
        let base: number | undefined;
        for (const part of AppendPlan.parts(one, CombinedAppends.weightOfAStatement)) {
          const row = yield* execute([part]);
          if (typeof row?.base !== "number" || row.refused !== "[]") {
            return yield* Effect.dieMessage("the log changed while it was locked");
          }
          base ??= row.base;
        }
        return AppendPlan.answers(planned, base ?? 0, guessed);
      }
      const row = yield* execute(planned);
      const refused = new Set<number>(JSON.parse(row?.refused ?? "[]"));
      const isWritten = planned.some(
        ({ events }, place) => events.length > 0 && !refused.has(place),
      );
      if (!isWritten) yield* confirmed;
      if (!session.isInTransaction && row !== undefined) {
        for (const [place, one] of planned.entries()) {
          if (!refused.has(place)) recent.put(groups[place], one, known, row);
        }
      }
      return AppendPlan.answers(planned, row?.base ?? 0, new Set([...guessed, ...refused]));
    });

  const lockedAttempt = (session: Session, groups: ReadonlyArray<AppendPlan.Group>) =>
    Effect.zipRight(
      session.execute("waiting for other writers", Lock.take(database.schema)),
      attempt(session, groups, { isAgain: true, isLocked: true }),
    );

  const combined = CombinedAppends.make({
    attempt: (groups, isAgain) =>
      database.use((session) => attempt(session, groups, { isAgain, isLocked: false })),
    attemptLocked: (groups) =>
      database.transaction(database.use((session) => lockedAttempt(session, groups))),
    isOvertaken,
    isOfOne: (error) => error instanceof DatabaseError && error.reason === "failed",
    failure: asUncertain,
  });

  /** On the transaction that is open: from the first call on it has the lock. */
  const inTransaction = (
    session: Session,
    group: AppendPlan.Group,
    tries = 0,
  ): Effect.Effect<ReadonlyArray<Appended>, AppendError> =>
    attempt(session, [group], { isAgain: tries > 0, isLocked: false }).pipe(
      Effect.catchTag("TooMuch", Effect.die),
      Effect.flatMap(([exit]) => exit ?? inTransaction(session, group, tries + 1)),
    );

  return (group: AppendPlan.Group): Effect.Effect<ReadonlyArray<Appended>, AppendError> =>
    database.use((session) =>
      session.isInTransaction ? inTransaction(session, group) : combined(group),
    );
};

/** Whether all of a group was in the log before, and is answered as if it had just been written. */
const isThere = ({ events, exit }: AppendPlan.Planned): boolean =>
  events.length === 0 && Exit.isSuccess(exit);

/** Whether the whole call was undone because of others, so that it can be made again. */
const isOvertaken = (error: StoreError): boolean =>
  error instanceof DatabaseBusy
    ? error.reason === "overtaken"
    : error instanceof DatabaseError && error.code === "23505";

const asUncertain = (error: StoreError): StoreError =>
  Failures.isLost(error) && error.operation === "appending" ? Failures.uncertain(error) : error;

const stored = ({ type, version, payload }: StoredEvent): StoredEvent => ({
  type: unescapeNul(type),
  version: unescapeNul(version),
  payload,
});
