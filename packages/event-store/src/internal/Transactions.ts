import { type Duration, Effect, FiberRef, identity } from "effect";
import * as Turn from "./Turn.ts";

/** How a backend begins and ends a block: at depth 0 a transaction, deeper a part of one. */
export interface Blocks<E, Held = void> {
  /**
   * Runs uninterruptibly; what waits in it may be interrupted by being wrapped in `restore`. Gives
   * what the block holds, such as a connection, and gets what the one around it does.
   */
  readonly begin: (
    depth: number,
    restore: Restore,
    outer: Held | undefined,
  ) => Effect.Effect<Held, E>;
  readonly commit: (depth: number, restore: Restore, held: Held) => Effect.Effect<void, E>;
  /** Of a block that has begun; its commit may have failed. */
  readonly rollback: (depth: number, held: Held) => Effect.Effect<void>;
  /** Whether a commit that failed so may have happened all the same; never where this is left out. */
  readonly isUnknown?: (error: E) => boolean;
}

export interface Options<E> {
  /** How long to wait for others of this process, who may in turn wait for the one who does. */
  readonly patience: Duration.DurationInput;
  /** For whoever has waited so long. */
  readonly busy: () => E;
  /**
   * Whether the backend has many connections: then transactions run beside each other, each on its
   * own, and work inside one has it to itself for as long as it takes.
   */
  readonly isConcurrent?: boolean;
}

/** Done once a block is committed, or once nobody can know any more whether it is. */
export type Afterwards = (isKnown: boolean) => void;

export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>;

/** Those who work on the same level: every fiber outside, or the fibers inside one block. */
interface Scope<Held> {
  readonly depth: number;
  readonly outer: Scope<Held> | undefined;
  /** Nothing outside. */
  readonly held: Held | undefined;
  /** Whoever opens a block holds this until the block has ended. */
  readonly turn: Turn.Turn;
  /** Whether somebody does. */
  occupied: boolean;
  ended: boolean;
  /** What to do once the outermost block around has been committed; gone with a rollback. */
  readonly afterwards: Set<Afterwards>;
}

/**
 * Blocks of all or nothing, one in another, on a backend that has one writer, or many.
 *
 * A fiber that is forked inside a block works inside it until the block ends, and after that outside
 * of it. While one fiber is in a block of its own, those of its level wait. A block ends when the
 * blocks inside it have.
 */
export const make = <E, Held = void>(
  blocks: Blocks<E, Held>,
  { patience: duration, busy, isConcurrent = false }: Options<E>,
) => {
  const patiently = (given: Effect.Effect<void>) =>
    Effect.timeoutFail(given, { duration, onTimeout: busy });
  const current = FiberRef.unsafeMake(scopeIn<Held>(undefined, undefined));
  /** The level whose turn this fiber has, for work that calls for more of it. */
  const holding = FiberRef.unsafeMake<Scope<Held> | undefined>(undefined);
  const isShared = ({ depth }: Scope<Held>) => isConcurrent && depth === 0;

  /**
   * Calls `work`, which gets the depth and what the block holds, while no fiber of this level is in
   * a block. Nobody comes between as long as `work` itself does everything: then it needs to hold
   * nothing.
   */
  const inTurn = <A, E2, R>(
    work: (depth: number, held: Held | undefined) => Effect.Effect<A, E2, R>,
  ): Effect.Effect<A, E | E2, R> =>
    Effect.withFiberRuntime((fiber) => {
      const scope = notEnded(fiber.getFiberRef(current));
      if (isConcurrent && scope.depth > 0) {
        return fiber.getFiberRef(holding) === scope
          ? work(scope.depth, scope.held)
          : alone(scope, work);
      }
      if (!scope.occupied) return work(scope.depth, scope.held);
      return Effect.flatten(
        scope.turn.take(patiently)(
          Effect.sync(() => (scope.ended ? inTurn(work) : work(scope.depth, scope.held))),
        ),
      );
    });

  /** Work of several steps, between which no other fiber of the level comes and no end. */
  const alone = <A, E2, R>(
    scope: Scope<Held>,
    work: (depth: number, held: Held | undefined) => Effect.Effect<A, E2, R>,
  ): Effect.Effect<A, E | E2, R> =>
    Effect.flatten(
      scope.turn.take(patiently)(
        Effect.suspend(() => {
          if (scope.ended) return Effect.succeed(inTurn(work));
          scope.occupied = true;
          return Effect.ensuring(
            Effect.map(
              Effect.locally(work(scope.depth, scope.held), holding, scope),
              Effect.succeed,
            ),
            Effect.sync(() => {
              scope.occupied = false;
            }),
          );
        }),
      ),
    );

  const transaction = <A, E2, R>(effect: Effect.Effect<A, E2, R>): Effect.Effect<A, E | E2, R> =>
    Effect.withFiberRuntime((fiber) => {
      const outer = notEnded(fiber.getFiberRef(current));
      const inBlock = block(effect, outer);
      if (isShared(outer) || fiber.getFiberRef(holding) === outer) return inBlock;
      return outer.turn.take(patiently)(inBlock);
    });

  /** For the one who has the outer scope's turn. */
  const block = <A, E2, R>(
    effect: Effect.Effect<A, E2, R>,
    outer: Scope<Held>,
  ): Effect.Effect<A, E | E2, R> =>
    Effect.uninterruptibleMask((restore) => {
      if (outer.ended) return restore(transaction(effect));
      const { depth } = outer;
      outer.occupied = !isShared(outer);
      const body = (held: Held) => {
        const inner = scopeIn(outer, held);
        return restore(Effect.locally(effect, current, inner)).pipe(
          Effect.zipLeft(restore(end(inner))),
          Effect.zipLeft(
            Effect.suspend(() => blocks.commit(depth, restore, held)).pipe(
              Effect.tapError((error) => Effect.sync(() => tellUnknown(inner, error))),
            ),
          ),
          Effect.zipLeft(Effect.sync(() => passOn(inner))),
          Effect.onError(() => Effect.zipRight(end(inner), blocks.rollback(depth, held))),
        );
      };
      return Effect.flatMap(blocks.begin(depth, restore, outer.held), body).pipe(
        Effect.ensuring(
          Effect.sync(() => {
            outer.occupied = false;
          }),
        ),
      );
    });

  /**
   * Calls `work` once what this fiber wrote is committed: with the outermost block around it, at once
   * outside of all, and never when one of the blocks around it is given up. The same work is called
   * once a block.
   */
  const afterCommit = (work: Afterwards): Effect.Effect<void> =>
    Effect.withFiberRuntime((fiber) => {
      const scope = notEnded(fiber.getFiberRef(current));
      if (scope.outer === undefined) work(true);
      else scope.afterwards.add(work);
      return Effect.void;
    });

  const tellUnknown = ({ depth, afterwards }: Scope<Held>, error: E) => {
    if (depth > 1 || blocks.isUnknown?.(error) !== true) return;
    for (const work of afterwards) work(false);
  };

  return { inTurn, transaction, afterCommit };
};

const scopeIn = <Held>(outer: Scope<Held> | undefined, held: Held | undefined): Scope<Held> => ({
  depth: outer === undefined ? 0 : outer.depth + 1,
  outer,
  held,
  turn: Turn.make(),
  occupied: false,
  ended: false,
  afterwards: new Set(),
});

/**
 * Passes a committed block's work for afterwards to the block around it, or does it if outermost.
 */
const passOn = <Held>({ depth, outer, afterwards }: Scope<Held>) => {
  for (const work of afterwards) {
    if (depth === 1) work(true);
    else outer?.afterwards.add(work);
  }
};

/** The scope itself or, where that has ended, the innermost around it that has not. */
const notEnded = <Held>(scope: Scope<Held>): Scope<Held> =>
  scope.ended && scope.outer !== undefined ? notEnded(scope.outer) : scope;

const end = <Held>(scope: Scope<Held>): Effect.Effect<void> => {
  const ending = Effect.sync(() => {
    scope.ended = true;
  });
  return Effect.suspend(() => (scope.occupied ? scope.turn.take(identity)(ending) : ending));
};
