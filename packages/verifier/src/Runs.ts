import type { Difference } from "./Difference.ts";
import type { Event } from "./Event.ts";
import * as Json from "./Json.ts";

/**
 * Finds events that name another moment of migration than the rest of their run. No row says when
 * it was migrated, but one run has one moment. For each moment that the events of a run name, a few
 * streams are kept as witnesses.
 */
export interface Runs {
  readonly add: (event: Event, witness: Witness) => void;
  /** The streams that disagree with most of their run. */
  readonly dissenters: () => ReadonlyArray<Dissenter>;
}

interface Dissenter {
  readonly witness: Witness;
  readonly difference: Difference;
}

interface Witness {
  readonly aggregate: string;
  readonly id: string;
  readonly hidesId?: true;
  readonly isSame: boolean;
}

interface Moment {
  readonly text: string;
  readonly witnesses: Array<Witness>;
  streams: number;
}

/** Bounds the memory where a damaged file names another run in every row. */
const most = { runs: 1_000, moments: 1_000, witnesses: 20 };

export const make = (): Runs => {
  const runs = new Map<string, Map<string, Moment>>();

  return {
    add: ({ content, metadata }, witness) => {
      const run = metadata?.run_id;
      const text = content?.fields.migrated_at;
      if (typeof run !== "string" || typeof text !== "string") return;
      const moments = entry(runs, run, most.runs, () => new Map<string, Moment>());
      if (moments === undefined) return;
      const moment = entry(moments, text, most.moments, () => ({
        text,
        witnesses: [],
        streams: 0,
      }));
      if (moment === undefined) return;
      moment.streams += 1;
      if (moment.witnesses.length < most.witnesses) moment.witnesses.push(witness);
    },
    dissenters: () => [...runs.values()].flatMap(dissentersOf),
  };
};

const entry = <V>(map: Map<string, V>, key: string, limit: number, make: () => V) => {
  const known = map.get(key);
  if (known !== undefined || map.size >= limit) return known;
  const made = make();
  map.set(key, made);
  return made;
};

const dissentersOf = (moments: ReadonlyMap<string, Moment>): ReadonlyArray<Dissenter> => {
  const [majority, ...others] = [...moments.values()].sort((a, b) => b.streams - a.streams);
  return others.flatMap(({ text, witnesses, streams }) =>
    witnesses.map((witness) => ({
      witness,
      difference: {
        kind: "different",
        side: "event",
        aggregate: witness.aggregate,
        ...(witness.hidesId ? { hidesId: true } : {}),
        id: witness.id,
        field: "migrated_at",
        legacy: Json.show(majority?.text),
        stored: Json.show(text),
        reason: `${streams} of the run's streams say so, ${majority?.streams} say otherwise`,
        since: null,
      },
    })),
  );
};
