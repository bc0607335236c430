import { type Difference, shown } from "@ledgerfold/verifier/Difference";
import type { Tally } from "@ledgerfold/verifier/Verify";

/**
 * Whether no row of an aggregate has a stream and as many streams have no row: then it is not the rows
 * that are wrong, but what the definition and the verifier make the ids of.
 */
export const make = () => {
  const first = { missing: new Map<string, string>(), extra: new Map<string, string>() };
  return {
    add: (difference: Difference): void => {
      const { kind, aggregate } = difference;
      if (kind !== "missing" && kind !== "extra") return;
      if (!first[kind].has(aggregate)) first[kind].set(aggregate, shown(difference).id);
    },
    /** A sentence for each such aggregate, with an id of either side. */
    differing: (tallies: Readonly<Record<string, Tally>>): ReadonlyArray<string> =>
      Object.entries(tallies).flatMap(([name, { rows, missing, extra }]) =>
        missing > 1 && missing === extra && missing + extra === rows
          ? [
              `Every row of ${name} is without a stream, and as many streams are without a row: the verifier makes ids such as "${first.missing.get(name)}" of the columns, and the definition's id makes others, such as "${first.extra.get(name)}". Carry the columns that make the id to aggregate_id, or say with verify: { id } what the verifier is to make it of.`,
            ]
          : [],
      ),
  };
};
