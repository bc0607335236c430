import { Effect, Either } from "effect";
import * as Aggregate from "./Aggregate.ts";

/**
 * A test of an aggregate's decisions in three words, for any test runner:
 *
 * ```ts
 * const outcome = yield* Scenario.given(Position.aggregate, migrated).when(place);
 * expect(outcome).toEqual(Scenario.events(placed));
 * ```
 *
 * Given events (none for a fresh stream), when a command, then events or a refusal.
 */
export const given = <S, E, C, Refusal, R>(
  aggregate: Decides<S, E, C, Refusal, R>,
  ...history: ReadonlyArray<E>
) => ({
  when: (command: C): Effect.Effect<Outcome<E, Refusal>, never, R> =>
    aggregate
      .decide(Aggregate.fold(aggregate, aggregate.initial, history), command)
      .pipe(Effect.either),
});

type Decides<S, E, C, Refusal, R> = {
  readonly initial: S;
  readonly evolve: (state: S, event: E) => S;
  readonly decide: (state: S, command: C) => Effect.Effect<ReadonlyArray<E>, Refusal, R>;
};

export type Outcome<Event, Refusal> = Either.Either<ReadonlyArray<Event>, Refusal>;

export const events = <E>(...expected: ReadonlyArray<E>): Outcome<E, never> =>
  Either.right(expected);

export const refusal = <Refusal>(expected: Refusal): Outcome<never, Refusal> =>
  Either.left(expected);
