import { Deferred, Effect, FiberId } from "effect";

/** What one at a time has; those who wait get it in the order in which they came. */
export interface Turn {
  /** Does the work once it is this fiber's turn; `wait` may give the waiting up. */
  readonly take: <E>(
    wait: (given: Effect.Effect<void>) => Effect.Effect<void, E>,
  ) => <A, E2, R>(work: Effect.Effect<A, E2, R>) => Effect.Effect<A, E | E2, R>;
}

interface Waiter {
  readonly given: Deferred.Deferred<void>;
}

export const make = (): Turn => {
  const waiting = new Set<Waiter>();
  let holder: Waiter | undefined;
  /** Whoever has it passes it on, also in the very moment of getting it. */
  const leave = (waiter: Waiter) =>
    Effect.sync(() => {
      if (holder !== waiter) return waiting.delete(waiter);
      [holder] = waiting;
      if (holder === undefined) return true;
      waiting.delete(holder);
      return Deferred.unsafeDone(holder.given, Effect.void);
    });
  return {
    take: (wait) => (work) =>
      Effect.uninterruptibleMask((restore) => {
        const waiter = { given: Deferred.unsafeMake<void>(FiberId.none) };
        const isFree = holder === undefined;
        if (isFree) holder = waiter;
        else waiting.add(waiter);
        return Effect.ensuring(
          Effect.zipRight(
            isFree ? Effect.void : restore(wait(Deferred.await(waiter.given))),
            restore(work),
          ),
          leave(waiter),
        );
      }),
  };
};
