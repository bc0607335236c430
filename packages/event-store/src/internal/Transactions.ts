import { Effect, FiberRef } from "effect";

/** How a backend begins and ends a block: at depth 0 a transaction, deeper a part of one. */
export interface Blocks<E> {
  /** Runs uninterruptibly; what waits in it may be interrupted by being wrapped in `restore`. */
  readonly begin: (depth: number, restore: Restore) => Effect.Effect<void, E>;
  readonly commit: (depth: number, restore: Restore) => Effect.Effect<void, E>;
  /** Of a block that has begun; its commit may have failed. */
  readonly rollback: (depth: number) => Effect.Effect<void>;
}

export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>;

/** Those who work on the same level: every fiber outside, or the fibers inside one block. */
export interface Scope {
  readonly depth: number;
  readonly outer: Scope | undefined;
  readonly turn: Effect.Semaphore;
  ended: boolean;
}

/**
 * Blocks of all or nothing, one in another, on a backend that has one writer.
 *
 * A fiber that is forked inside a block works inside it until the block ends, and after that outside
 * of it. While one fiber is in a block of its own, those of its level wait. A block ends when the
 * blocks inside it have.
 */
export const make = <E>(blocks: Blocks<E>) => {
  const outside = scopeIn(undefined);
  const current = FiberRef.unsafeMake(outside);

  /** Works on the fiber's level while no fiber of that level is in a block. */
  const inTurn = <A, E2, R>(
    work: (scope: Scope) => Effect.Effect<A, E2, R>,
  ): Effect.Effect<A, E2, R> => {
    const on = (scope: Scope): Effect.Effect<A, E2, R> =>
      scope.ended
        ? on(scope.outer ?? outside)
        : scope.turn.withPermits(1)(
            Effect.suspend(() => (scope.ended ? on(scope.outer ?? outside) : work(scope))),
          );
    return Effect.flatMap(FiberRef.get(current), on);
  };

  const transaction = <A, E2, R>(effect: Effect.Effect<A, E2, R>): Effect.Effect<A, E | E2, R> =>
    inTurn((outer) =>
      Effect.uninterruptibleMask((restore) => {
        const { depth } = outer;
        const inner = scopeIn(outer);
        const body = restore(Effect.locally(effect, current, inner)).pipe(
          Effect.zipLeft(restore(end(inner))),
          Effect.zipLeft(blocks.commit(depth, restore)),
          Effect.onError(() => Effect.zipRight(end(inner), blocks.rollback(depth))),
        );
        return Effect.zipRight(blocks.begin(depth, restore), body);
      }),
    );

  return { inTurn, transaction };
};

const scopeIn = (outer: Scope | undefined): Scope => ({
  depth: outer === undefined ? 0 : outer.depth + 1,
  outer,
  turn: Effect.unsafeMakeSemaphore(1),
  ended: false,
});

const end = (scope: Scope) =>
  scope.turn.withPermits(1)(
    Effect.sync(() => {
      scope.ended = true;
    }),
  );
