import * as Scenario from "@ledgerfold/aggregate/Scenario";
import { expect, it } from "@effect/vitest";
import { Effect, Either } from "effect";

interface Tagged {
  readonly _tag: string;
}

/**
 * Every command in every state: one given/when/then each. A command or a state that is left out
 * does not type-check. An outcome is the event that is caused or the refusal.
 */
export const suite = <
  State,
  Event extends Tagged,
  Command extends Tagged,
  Refusal extends Tagged & Error,
  const Given extends string,
>(table: {
  readonly aggregate: {
    readonly initial: State;
    readonly evolve: (state: State, event: Event) => State;
    readonly decide: (
      state: State,
      command: Command,
    ) => Effect.Effect<ReadonlyArray<Event>, Refusal>;
  };
  readonly given: { readonly [State in Given]: ReadonlyArray<Event> };
  readonly when: { readonly [C in Command["_tag"]]: Extract<Command, { readonly _tag: C }> };
  readonly outcomes: {
    readonly [State in Given]: {
      readonly [C in Command["_tag"]]: Event["_tag"] | Refusal["_tag"];
    };
  };
}) => {
  for (const state of Object.keys(table.given) as Array<Given>) {
    for (const command of Object.keys(table.when) as Array<Command["_tag"]>) {
      const expected = table.outcomes[state][command];
      it.effect(`given ${state}, when ${command}, then ${expected}`, () =>
        Effect.gen(function* () {
          const given = Scenario.given(table.aggregate, ...table.given[state]);
          const outcome = yield* given.when(table.when[command]);
          expect(tagOf(outcome)).toBe(expected);
        }),
      );
    }
  }
};

/** A refusal also has to say a sentence that a person can act on. */
const tagOf = (outcome: Scenario.Outcome<Tagged, Tagged & Error>) =>
  Either.match(outcome, {
    onLeft: (refusal) => {
      expect(refusal.message).toMatch(/^[A-Z].{10,}\.$/);
      return refusal._tag;
    },
    onRight: (events) => events.map((event) => event._tag).join(),
  });
