import {
  type DatabaseBusy,
  type DatabaseError,
  isPassing,
} from "@ledgerfold/event-store/DatabaseError";
import { Clock, Console, Context, Duration, Effect, FiberRef, Option, Schedule } from "effect";
import * as CommitState from "./CommitState.ts";
import { UsageError } from "./UsageError.ts";

/** Waiting for what is in the way for a while only: a lock, or a server that restarts. */

/** For how long, in milliseconds. */
export class Patience extends Context.Reference<Patience>()("@ledgerfold/migration-cli/Patience", {
  defaultValue: () => 10_000,
}) {}

/** What `--patience` says. */
export const read = ({
  patience,
}: {
  readonly patience: Option.Option<string>;
}): Effect.Effect<number, UsageError> =>
  Option.match(patience, {
    onNone: () => Patience,
    onSome: (text) =>
      /^\d{1,5}$/.test(text) && Number(text) <= longest
        ? Effect.succeed(1_000 * Number(text))
        : new UsageError({
            message: `--patience must be a whole number of seconds, from 0 to ${longest}, not ${JSON.stringify(text)}.`,
          }),
  });

/** A day. */
const longest = 86_400;

/** A server that is well may take so long to answer, also where nobody wants to wait for more. */
export const ofServer = Effect.map(Patience, (patience) => Math.max(patience, 1_000));

/** How each try is told. */
export const teller = FiberRef.unsafeMake<(line: string) => Effect.Effect<void>>(Console.error);

/** Something of which a message says what to do about it, too. */
export interface Failure {
  readonly message: string;
  /** The message without that. */
  readonly fact?: string;
}

/** Pauses before another try, each told, that grow from a tenth of a second to two. */
export const pauses = (milliseconds: number): Schedule.Schedule<unknown, Failure> =>
  Schedule.exponential("100 millis").pipe(
    Schedule.modifyDelay((_, pause) => Duration.min(pause, "2 seconds")),
    Schedule.jittered,
    Schedule.intersect(Schedule.elapsed),
    Schedule.intersect(Schedule.identity<Failure>()),
    Schedule.whileOutput(([[, elapsed]]) => Duration.toMillis(elapsed) < milliseconds),
    // The last try is at the very end.
    Schedule.modifyDelayEffect(([[, elapsed], { message, fact }], pause) => {
      const left = milliseconds - Duration.toMillis(elapsed);
      const next = Math.min(Math.ceil(Duration.toMillis(pause)), left);
      const line = `Trying again in ${(next / 1_000).toFixed(1)} s: ${fact ?? message.replace(/\.$/, "")}.`;
      return Effect.as(
        Effect.flatMap(FiberRef.get(teller), (tell) => tell(line)),
        next,
      );
    }),
  );

/**
 * Does a step again, from its start, as long as what it fails with is for a while only, and never
 * once anything of it is kept, or may be. Where a try has done nothing but wait, that counts.
 * `isOvertaken` knows what else passes of this step.
 */
export const patiently = <A, E extends Failure, R>(
  step: Effect.Effect<A, E, R>,
  isOvertaken: (error: E) => boolean = () => false,
): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const patience = yield* Patience;
    const begun = yield* Clock.currentTimeMillis;
    return yield* Effect.catchAll(step, (error) =>
      Effect.gen(function* () {
        const spent = isWait(error) ? (yield* Clock.currentTimeMillis) - begun : 0;
        const driver = yield* Schedule.driver(pauses(patience - spent));
        const again = (error: E): Effect.Effect<A, E, R> =>
          (isForAWhile(error) || isOvertaken(error)) && CommitState.canTryAgain()
            ? Effect.matchEffect(driver.next(error), {
                onFailure: () => Effect.fail(error),
                onSuccess: () => Effect.catchAll(step, again),
              })
            : Effect.fail(error);
        return yield* again(error);
      }),
    );
  });

/** Not where something may be kept, nor where this process waits for itself. */
const isForAWhile = (error: unknown): error is DatabaseBusy | DatabaseError =>
  isPassing(error) &&
  error.reason !== "own" &&
  (error._tag === "DatabaseBusy" || (error.reason !== "unknown" && error.reason !== "unconfirmed"));

/** Whether the time that it took was spent on waiting: for a lock, or for a connection. */
const isWait = (error: unknown): boolean =>
  isPassing(error) && (error._tag === "DatabaseBusy" || error.reason === "unreachable");
