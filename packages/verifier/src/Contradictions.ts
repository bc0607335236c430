import type { Contradiction } from "@ledgerfold/declaration/internal/Checking";
import type { DatabaseBusy, DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { Effect } from "effect";
import type { AggregateSpec } from "./AggregateSpec.ts";
import type { Differences } from "./Difference.ts";

/** What streams say against each other, kept until the stream is judged in which it shows. */
export type Contradictions = ReadonlyMap<string, ReadonlyArray<Contradiction>>;

/** Of those specs that ask for it. */
export const find = (
  database: Service,
  specs: ReadonlyArray<AggregateSpec>,
): Effect.Effect<Contradictions, DatabaseBusy | DatabaseError> =>
  Effect.gen(function* () {
    const found = new Map<string, Array<Contradiction>>();
    for (const { streams } of specs) {
      if (streams === undefined) continue;
      yield* streams(database, (one) => {
        const key = keyOf(one.aggregate, one.id);
        const known = found.get(key);
        if (known === undefined) found.set(key, [one]);
        else known.push(one);
      });
    }
    return found;
  });

const keyOf = (aggregate: string, id: string): string => `${aggregate} ${id}`;

export const add = (all: Contradictions, differences: Differences): void => {
  const { aggregate, id } = differences.named;
  for (const { kind, field, reason, expected, stored } of all.get(keyOf(aggregate, id)) ?? []) {
    differences.add(kind, "event", field, reason, {
      ...(expected === undefined ? {} : { legacy: expected }),
      ...(stored === undefined ? {} : { stored }),
    });
  }
};
