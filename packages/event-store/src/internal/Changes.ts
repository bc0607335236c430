import { Effect, Queue, type Scope } from "effect";

/** Tells everybody in this process who waits for events that there may be some. */
export interface Changes {
  /** To be called once what was appended is committed, so that whoever is woken finds it. */
  readonly signal: () => void;
  /** Signals that come while nobody takes one are merged into one. */
  readonly subscribe: Effect.Effect<Queue.Dequeue<void>, never, Scope.Scope>;
}

export const make = (): Changes => {
  const waiting = new Set<Queue.Queue<void>>();
  return {
    signal: () => {
      for (const queue of waiting) queue.unsafeOffer(undefined);
    },
    subscribe: Effect.acquireRelease(
      Effect.tap(Queue.dropping<void>(1), (queue) => Effect.sync(() => waiting.add(queue))),
      (queue) =>
        Effect.zipRight(
          Effect.sync(() => waiting.delete(queue)),
          Queue.shutdown(queue),
        ),
    ),
  };
};
