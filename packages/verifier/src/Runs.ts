import type { Difference } from "./Difference.ts";
import type { Event } from "./Event.ts";
import * as Json from "./Json.ts";

/**
 * Finds events that are not as the rest of their run is, in what no row says: one run has one moment
 * of migration, and writes a field that earlier versions did not write in all events or in none. For
 * each of the ways in which the events of a run are, a few streams are kept as witnesses.
 */
export interface Runs {
  readonly add: (event: Event, witness: Witness, allOrNone: ReadonlyArray<string>) => void;
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
  readonly hidesId?: true | undefined;
  readonly isSame: boolean;
}

/** What the events of a run have in one field. */
interface Field {
  readonly name: string;
  readonly groups: Map<string, Group>;
}

interface Group {
  readonly text: string;
  readonly witnesses: Array<Witness>;
  streams: number;
}

/** Bounds the memory where a damaged file names another run in every row. */
const most = { runs: 1_000, fields: 100, groups: 1_000, witnesses: 20 };

const [there, absent] = ["the field", "no such field"];

export const make = (): Runs => {
  const runs = new Map<string, Map<string, Field>>();

  return {
    add: ({ content, metadata }, witness, allOrNone) => {
      const run = metadata?.run_id;
      if (typeof run !== "string" || content === undefined) return;
      const fields = entry(runs, run, most.runs, () => new Map<string, Field>());
      if (fields === undefined) return;
      const moment = content.fields.migrated_at;
      if (typeof moment === "string") count(fields, "migrated_at", "migrated_at", moment, witness);
      for (const name of allOrNone) {
        const text = content.fields[name] === undefined ? absent : there;
        count(fields, `${witness.aggregate} ${name}`, name, text, witness);
      }
    },
    dissenters: () =>
      [...runs.values()].flatMap((fields) => [...fields.values()].flatMap(dissentersOf)),
  };
};

const count = (
  fields: Map<string, Field>,
  key: string,
  name: string,
  text: string,
  witness: Witness,
): void => {
  const field = entry(fields, key, most.fields, () => ({ name, groups: new Map() }));
  const group =
    field && entry(field.groups, text, most.groups, () => ({ text, witnesses: [], streams: 0 }));
  if (group === undefined) return;
  group.streams += 1;
  if (group.witnesses.length < most.witnesses) group.witnesses.push(witness);
};

const entry = <V>(map: Map<string, V>, key: string, limit: number, make: () => V) => {
  const known = map.get(key);
  if (known !== undefined || map.size >= limit) return known;
  const made = make();
  map.set(key, made);
  return made;
};

/** Of as many that lack a field as have it, those are another than the rest that lack it. */
const dissentersOf = ({ name, groups }: Field): ReadonlyArray<Dissenter> => {
  const isAbsent = (text: string) => Number(text === absent);
  const [majority, ...others] = [...groups.values()].sort(
    (a, b) => b.streams - a.streams || isAbsent(a.text) - isAbsent(b.text),
  );
  const shown = (text: string | undefined) =>
    name === "migrated_at" ? Json.show(text) : (text ?? absent);
  return others.flatMap(({ text, witnesses, streams }) =>
    witnesses.map((witness) => ({
      witness,
      difference: {
        kind: "different",
        side: "event",
        aggregate: witness.aggregate,
        ...(witness.hidesId ? { hidesId: true } : {}),
        id: witness.id,
        field: name,
        legacy: shown(majority?.text),
        stored: shown(text),
        reason: `${streams} of the run's streams say so, ${majority?.streams} say otherwise`,
        since: null,
      },
    })),
  );
};
