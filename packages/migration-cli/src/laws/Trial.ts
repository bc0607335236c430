import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { Effect } from "effect";
import { takenBack } from "../TakenBack.ts";
import type { differencesOf, Found } from "./Copy.ts";
import type { Weight } from "./Places.ts";

/** One change of a copy that is tried, fit for a screen. */
export interface Change {
  readonly table: string;
  readonly key: string;
  /** Of JSON with the path in it, as `payload.Sent.items.0.name`. */
  readonly column: string;
  readonly from: string;
  readonly to: string;
}

export interface Trial {
  readonly change: Change;
  /** Makes the change; undefined where the table does not have it. */
  readonly apply: () => Weight | undefined;
  /** Anywhere where it is undefined. */
  readonly shows: Shows | undefined;
}

/** Where alone a change can show. */
export interface Shows {
  readonly aggregates: ReadonlySet<string>;
  /** By what `Copy.streamOf` calls them; any of the aggregates' without it. */
  readonly streams?: ReadonlySet<string>;
}

export interface Outcome {
  readonly change: Change;
  readonly weight: Weight;
  readonly isSeen: boolean;
}

/**
 * Tries all of them. Those that cannot show in the same place are verified together, and nothing but
 * their aggregates is: a difference in a place of a change is of that change. A change that comes out
 * against its weight is tried again alone and with the whole plan, and so are all of those together
 * where some difference is in none of their places.
 */
export const outcomes = (
  database: Service,
  trials: Iterable<Trial>,
  verified: (aggregates?: ReadonlySet<string>) => ReturnType<typeof differencesOf>,
) => {
  const verify = (batch: ReadonlyArray<Trial>, aggregates?: ReadonlySet<string>) =>
    Effect.gen(function* () {
      const applied = yield* database.run("changing cells", () =>
        batch.flatMap((trial) => {
          const weight = taken(trial.apply);
          return weight === undefined ? [] : [{ trial, weight }];
        }),
      );
      const found = applied.length === 0 ? none : yield* verified(aggregates);
      return { applied, found };
    }).pipe((work) => takenBack(database, work));
  const alone = (trial: Trial) =>
    Effect.map(verify([trial]), ({ applied, found }) =>
      applied.map(({ weight }): Outcome => {
        return { change: trial.change, weight, isSeen: found.differences > 0 };
      }),
    );
  const together = ({ level, trials }: Batch) =>
    Effect.gen(function* () {
      const { applied, found } = yield* verify(
        trials,
        new Set(trials.flatMap(({ shows }) => placesIn("aggregates", shows))),
      );
      const known = new Set(applied.flatMap(({ trial }) => placesIn(level, trial.shows)));
      const isClear = placesIn(level, found).every((place) => known.has(place));
      const judged = yield* Effect.forEach(applied, ({ trial, weight }) => {
        const isSeen = placesIn(level, trial.shows).some((place) => found[level].has(place));
        const isExpected = weight === "left out" || isSeen === (weight === "means something");
        return isClear && isExpected
          ? Effect.succeed([{ change: trial.change, weight, isSeen } satisfies Outcome])
          : alone(trial);
      });
      return judged.flat();
    });
  return Effect.gen(function* () {
    const all = [...trials];
    const at = (level: Level | undefined) => all.filter((one) => levelOf(one) === level);
    const found = [
      ...(yield* Effect.forEach(at(undefined), alone)),
      ...(yield* Effect.forEach(
        levels.flatMap((level) => apart(at(level), level)),
        together,
      )),
    ].flat();
    return { outcomes: found, refused: all.length - found.length };
  });
};

const none: Found = { differences: 0, first: "", streams: new Set(), aggregates: new Set() };

/** Undefined where a rule of the table, which stays in a copy, does not let it be. */
const taken = <A>(apply: () => A | undefined): A | undefined => {
  try {
    return apply();
  } catch (cause) {
    if (/constraint failed|malformed JSON|datatype mismatch/.test(String(cause))) return undefined;
    throw cause;
  }
};

const levels = ["streams", "aggregates"] as const;
type Level = (typeof levels)[number];

const levelOf = ({ shows }: Trial): Level | undefined =>
  shows === undefined ? undefined : shows.streams === undefined ? "aggregates" : "streams";

const placesIn = (level: Level, shows: Shows | undefined): ReadonlyArray<string> => [
  ...(shows?.[level] ?? []),
];

interface Batch {
  readonly level: Level;
  readonly trials: ReadonlyArray<Trial>;
}

/** Each place is in a batch once at most. */
const apart = (trials: ReadonlyArray<Trial>, level: Level): ReadonlyArray<Batch> => {
  const batches: Array<Array<Trial>> = [];
  const next = new Map<string, number>();
  for (const trial of trials) {
    const places = placesIn(level, trial.shows);
    const number = Math.max(...places.map((place) => next.get(place) ?? 0));
    for (const place of places) next.set(place, number + 1);
    const batch = batches[number] ?? [];
    batches[number] = batch;
    batch.push(trial);
  }
  return batches.map((some) => ({ level, trials: some }));
};
