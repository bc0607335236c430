import { Cause, Data, Effect, Exit } from "effect";
import type { StoreError } from "../DatabaseError.ts";
import type { AppendError, Appended } from "../EventStore.ts";
import * as AppendPlan from "./AppendPlan.ts";
import * as Combiner from "./Combiner.ts";

/**
 * The appends of a process to a server: those that come while a call is under way share the next
 * one. A group that another writer has overtaken goes again, at last with the lock of the log.
 */

export interface Server {
  /**
   * One call for all of these groups. It answers each of them, with `undefined` where the log had
   * moved on, so that the group has to go again. `isAgain` tells that some of them already did:
   * then nothing is taken for granted of what this process wrote last.
   */
  readonly attempt: (
    groups: ReadonlyArray<AppendPlan.Group>,
    isAgain: boolean,
  ) => Effect.Effect<ReadonlyArray<AppendPlan.Answer | undefined>, StoreError | TooMuch>;
  /**
   * The same with the lock taken before anything is read, so that no other writer can come between.
   * A single group may be of any size.
   */
  readonly attemptLocked: (
    groups: ReadonlyArray<AppendPlan.Group>,
  ) => Effect.Effect<ReadonlyArray<AppendPlan.Answer | undefined>, StoreError | TooMuch>;
  /** Whether the whole call was undone because of other writers, so that it can be made again. */
  readonly isOvertaken: (error: StoreError) => boolean;
  /** Whether one group's own content may have failed the call for all of them. */
  readonly isOfOne: (error: StoreError) => boolean;
  /** What to answer to a failed call, which may have been committed all the same. */
  readonly failure: (error: StoreError) => StoreError;
}

/** Nothing was done, as the rows and texts of these groups are too much for one statement. */
export class TooMuch extends Data.TaggedError("TooMuch") {}

export const make = (server: Server) => {
  const run = (waiting: ReadonlyArray<Waiting>, tries = 0): Effect.Effect<void> =>
    Effect.gen(function* () {
      if (waiting.length === 0) return;
      const groups = waiting.map(({ item }) => item);
      const isTooMuch = waiting.length === 1 && groups.some(isAlone);
      const exit = yield* Effect.exit(
        tries < triesWithoutLock && !isTooMuch
          ? server.attempt(groups, tries > 0)
          : server.attemptLocked(groups),
      );
      if (Exit.isSuccess(exit)) {
        const again = waiting.filter(({ answer }, at) => {
          const given = exit.value[at];
          if (given !== undefined) answer(given);
          return given === undefined;
        });
        return yield* run(again, tries + 1);
      }
      if (exit.cause._tag === "Fail") {
        const { error } = exit.cause;
        if (error instanceof TooMuch) {
          if (waiting.length === 1) return yield* run(waiting, triesWithoutLock);
          const half = Math.ceil(waiting.length / 2);
          yield* run(waiting.slice(0, half), tries);
          return yield* run(waiting.slice(half), tries);
        }
        if (server.isOvertaken(error) && tries < triesAtMost) return yield* run(waiting, tries + 1);
        if (server.isOfOne(error) && waiting.length > 1) {
          return yield* Effect.forEach(waiting, (one) => run([one]), { discard: true });
        }
      }
      const failure = Exit.failCause(
        Cause.flatMap(exit.cause, (error) =>
          error instanceof TooMuch ? Cause.die(error) : Cause.fail(server.failure(error)),
        ),
      );
      for (const { answer } of waiting) answer(failure);
    });

  const combined = Combiner.make<Item, Appendeds, AppendError>((waiting) => run(waiting), {
    limit: weightOfACall,
  });

  return (group: AppendPlan.Group): Effect.Effect<Appendeds, AppendError> =>
    combined({ ...group, size: AppendPlan.weightOf(group) });
};

/** What one statement takes, in rows, each with so many characters. */
export const weightOfAStatement = 4_000;

const isAlone = (group: AppendPlan.Group) => AppendPlan.weightOf(group) > weightOfAStatement;

type Item = AppendPlan.Group & { readonly size: number };
type Appendeds = ReadonlyArray<Appended>;
type Waiting = Combiner.Waiting<AppendPlan.Group, Appendeds, AppendError>;

/** Groups that share a call: more than so much in all makes those who come first wait for nothing. */
const weightOfACall = 1_000;
const triesWithoutLock = 3;
const triesAtMost = 20;
