import { Deferred, Effect, Exit, FiberId } from "effect";

/**
 * Lets those who come while a call is under way wait together, and makes the next call for all of
 * them at once.
 */

export interface Options {
  /** How much may go into one call; the first always does. */
  readonly limit: number;
}

/** What somebody waits for. */
export interface Waiting<Item, A, E> {
  readonly item: Item;
  readonly answer: (exit: Exit.Exit<A, E>) => void;
}

/** `work` answers each of those it is given. */
export const make = <Item extends { readonly size: number }, A, E>(
  work: (waiting: ReadonlyArray<Waiting<Item, A, E>>) => Effect.Effect<void>,
  { limit }: Options,
): ((item: Item) => Effect.Effect<A, E>) => {
  interface Entry extends Waiting<Item, A, E> {
    isTaken: boolean;
  }
  const queue: Array<Entry> = [];
  let isRunning = false;

  const take = (): ReadonlyArray<Entry> => {
    let size = 0;
    const end = queue.findIndex(({ item }, at) => {
      size += item.size;
      return at > 0 && size > limit;
    });
    const taken = queue.splice(0, end === -1 ? queue.length : end);
    for (const entry of taken) entry.isTaken = true;
    return taken;
  };
  const drain: Effect.Effect<void> = Effect.suspend(() => {
    const taken = take();
    if (taken.length === 0) {
      isRunning = false;
      return Effect.void;
    }
    return work(taken).pipe(
      // Whoever was not answered hears what went wrong.
      Effect.onExit((exit) =>
        Effect.sync(() => {
          const failure = Exit.isFailure(exit) ? Exit.failCause(exit.cause) : unanswered;
          for (const { answer } of taken) answer(failure);
        }),
      ),
      Effect.exit,
      // Those who were answered may come back at once.
      Effect.zipRight(Effect.yieldNow()),
      Effect.zipRight(drain),
    );
  });

  return (item) =>
    Effect.uninterruptibleMask((restore) => {
      const deferred = Deferred.unsafeMake<A, E>(FiberId.none);
      const entry: Entry = {
        item,
        isTaken: false,
        answer: (exit) => Deferred.unsafeDone(deferred, exit),
      };
      queue.push(entry);
      const start = isRunning ? Effect.void : Effect.forkDaemon(drain);
      isRunning = true;
      const answered = Deferred.await(deferred);
      return Effect.zipRight(
        start,
        Effect.onInterrupt(restore(answered), () => {
          // A call that is under way may still write, so its answer is waited for, if it comes soon.
          if (entry.isTaken) return Effect.timeoutOption(soon(answered), grace);
          queue.splice(queue.indexOf(entry), 1);
          return Effect.void;
        }),
      );
    });
};

/** May be left alone by whoever can't be interrupted otherwise. */
const soon = <A, E>(answered: Effect.Effect<A, E>) => Effect.interruptible(Effect.exit(answered));

const grace = "1 second";

const unanswered = Exit.die(new Error("a call ended without an answer"));
