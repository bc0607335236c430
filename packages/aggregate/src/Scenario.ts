import { Effect, Either } from "effect";
import * as Aggregate from "./Aggregate.ts";
import * as View from "./View.ts";

/**
 * A test of an aggregate's decisions in three words, for any test runner: given events (none for a
 * fresh stream), when a command, then events or a refusal.
 */

/**
 * Given the stream's events so far, oldest first, when a command comes.
 *
 * @example
 * ```ts
 * import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
 * import { events, given, refusal, row } from "@ledgerfold/aggregate/Scenario";
 * import { Schema } from "effect";
 * import { deepStrictEqual } from "node:assert";
 *
 * class Shut extends Schema.TaggedError<Shut>()("Shut", {}) {}
 * const door = Aggregate.make({
 *   type: "Door",
 *   codec: Schema.Union(Schema.TaggedStruct("Shut", {}), Schema.TaggedStruct("Passed", {})),
 *   state: Schema.Boolean,
 *   initial: true,
 *   evolve: (isOpen, { _tag }) => isOpen && _tag === "Passed",
 *   decide: (isOpen, _: { _tag: "Pass" }) => (isOpen ? [{ _tag: "Passed" }] : new Shut()),
 *   view: "door_view",
 * });
 *
 * deepStrictEqual(given(door).whenSync({ _tag: "Pass" }), events({ _tag: "Passed" }));
 * deepStrictEqual(given(door, { _tag: "Shut" }).whenSync({ _tag: "Pass" }), refusal(new Shut()));
 * console.log(row(door, "front", { _tag: "Shut" }));
 * ```
 *
 * ```text
 * false
 * ```
 */
export const given = <S, E, C, Refusal, R>(
  aggregate: Decides<S, E, C, Refusal, R>,
  ...history: ReadonlyArray<E>
) => {
  const when = (command: C): Effect.Effect<Outcome<E, Refusal>, never, R> =>
    aggregate
      .decide(Aggregate.fold(aggregate, aggregate.initial, history), command)
      .pipe(Effect.either);
  return {
    when,
    /** The same at once, of an aggregate that needs no services and waits for nothing. */
    whenSync: (command: [R] extends [never] ? C : never): Outcome<E, Refusal> =>
      Effect.runSync(when(command) as Effect.Effect<Outcome<E, Refusal>>),
  };
};

type Decides<S, E, C, Refusal, R> = {
  readonly initial: S;
  readonly evolve: (state: S, event: E) => S;
  readonly decide: (state: S, command: C) => Effect.Effect<ReadonlyArray<E>, Refusal, R>;
};

/** What comes of a command. */
export type Outcome<Event, Refusal> = Either.Either<ReadonlyArray<Event>, Refusal>;

/** Then these events, none for nothing to do. */
export const events = <E>(...expected: ReadonlyArray<E>): Outcome<E, never> =>
  Either.right(expected);

/** Then this refusal, with its fields. */
export const refusal = <Refusal>(expected: Refusal): Outcome<never, Refusal> =>
  Either.left(expected);

/** The view's row of a stream that consists of these events, oldest first. */
export const row = <Model, E>(
  { view }: { readonly view: View.View<Model, E> },
  id: string,
  ...events: ReadonlyArray<E>
): Model => View.fold(view, view.initial, events, { id, first: events[0] });
