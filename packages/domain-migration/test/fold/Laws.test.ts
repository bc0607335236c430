import { expect, it } from "@effect/vitest";
import type { Effect, Fold } from "@ledgerfold/declaration/Fold";
import { list } from "@ledgerfold/declaration/Fold";
import { FastCheck } from "effect";
import { describe } from "vitest";
import { cases, disagreements, histories } from "./Folds.ts";

/** The verifier folds by what is declared and the domain by its `evolve`: neither knows the other. */

describe.each(Object.entries(cases))("%s", (_, one) => {
  it.prop(
    "is folded alike by both, whatever happened",
    [histories(one)],
    ([history]) => {
      expect(disagreements(one, history)).toEqual([]);
    },
    { fastCheck: { numRuns: 500 } },
  );

  it("is seen by the verifier where the domain leaves a field as it was", () => {
    const { aggregate } = one.migration;
    const sample = FastCheck.sample(histories(one), { numRuns: 300, seed: 7 });
    const changed = new Set<string>();
    for (const history of sample) {
      let state = aggregate.initial;
      for (const event of history) {
        const next = aggregate.evolve(state, event);
        for (const field of Object.keys(next)) {
          if (Object.hasOwn(state, field) && next[field] !== state[field])
            changed.add(`${event._tag} ${field}`);
        }
        state = next;
      }
    }
    expect(changed.size).toBeGreaterThan(5);
    for (const line of changed) {
      const [tag, field = ""] = line.split(" ");
      const evolve = (state: Record<string, unknown>, event: { readonly _tag: string }) => {
        const next = aggregate.evolve(state, event);
        return event._tag === tag && Object.hasOwn(state, field)
          ? { ...next, [field]: state[field] }
          : next;
      };
      // Another tag, or a field of another state, may be none that can be written.
      const isSeen = sample.some((history) => {
        try {
          return disagreements(one, history, { evolve: evolve as never }).length > 0;
        } catch {
          return true;
        }
      });
      expect([line, isSeen]).toEqual([line, true]);
    }
  });

  it("is seen by the domain where something else is declared", () => {
    const { fold } = one.migration.definition;
    const sample = FastCheck.sample(histories(one), { numRuns: 500, seed: 11 });
    const broken = fold === undefined ? [] : breaks(fold);
    expect(broken.length).toBeGreaterThan(5);
    const unseen = broken.filter(
      ([, other]) =>
        !sample.some((history) => disagreements(one, history, { fold: other }).length > 0),
    );
    expect(unseen.map(([name]) => name)).toEqual([]);
  }, 240_000);
});

/** What the bot makes of a position stands in no state and no view: its rows hold it. */
const ofRows = new Set(["long", "short"]);

/** Each effect gone or of the other sign, and each condition of an event gone or turned round. */
const breaks = (fold: Fold): ReadonlyArray<readonly [name: string, fold: Fold]> =>
  Object.entries(fold.events).flatMap(([tag, effects]) => {
    const entries = Object.entries(effects)
      .filter(([field]) => !ofRows.has(field))
      .map(([field, some]) => [field, list(some)] as const);
    const other = (
      name: string,
      changed: (effect: Effect, place: string) => ReadonlyArray<Effect>,
    ) =>
      [
        `${tag} ${name}`,
        {
          ...fold,
          events: {
            ...fold.events,
            [tag]: Object.fromEntries(
              entries.map(([field, all]) => [
                field,
                all.flatMap((effect, at) => changed(effect, `${field} ${at}`)),
              ]),
            ),
          },
        },
      ] as const;
    const places = entries.flatMap(([field, all]) =>
      all.map((effect, at) => [`${field} ${at}`, effect] as const),
    );
    const tests = new Set(places.flatMap(([, effect]) => effect.when));
    return [
      ...places.flatMap(([place, { does }]) => [
        other(`without ${place}`, (one, at) => (at === place ? [] : [one])),
        ...(does === "set"
          ? []
          : [
              other(`with the other sign for ${place}`, (one, at) =>
                at === place ? [{ ...one, does: does === "add" ? "subtract" : "add" }] : [one],
              ),
            ]),
      ]),
      ...[...tests].flatMap((test) => [
        other(`without ${JSON.stringify(test)}`, (one) => [
          { ...one, when: one.when.filter((own) => own !== test) },
        ]),
        other(`with ${JSON.stringify(test)} turned round`, (one) => [
          {
            ...one,
            when: one.when.map((own) =>
              own === test ? ({ ...own, isNot: !(own.isNot ?? false) } as never) : own,
            ),
          },
        ]),
      ]),
    ];
  });
