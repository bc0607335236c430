import type { Agreement } from "@ledgerfold/declaration/Fold";
import type { AggregateSpec } from "./AggregateSpec.ts";
import type * as Event from "./Event.ts";
import * as Fold from "./Fold.ts";
import type { Json, JsonObject } from "./Json.ts";
import { Unreadable } from "./Read.ts";
import * as Rule from "./Rule.ts";
import type { Judged, StreamCase } from "./StreamCase.ts";

/** A stream that has gone on, judged by what all of its events come to. */

/** The fold of one stream, while its events are read. */
export interface Folded {
  /** Undefined of an event that could not be read: what the stream comes to is not known then. */
  readonly add: (event: Event.Tagged | undefined) => void;
  readonly state: () => Fold.State | undefined;
}

/**
 * Of a stream that is more than what a migration wrote of its row; undefined of others, and where the
 * definition does not say what events do.
 */
export const begin = (
  spec: AggregateSpec,
  { id }: Pick<StreamCase, "id">,
  { first, events, differences }: Judged,
): Folded | undefined => {
  const { folding } = spec;
  if (folding === undefined || first === undefined || typeof id !== "string") return undefined;
  if (events === 1 && first.content?.tag === spec.tag && first.isMigrated) return undefined;
  let state: Fold.State | undefined = Fold.start(folding);
  const add = (event: Event.Tagged | undefined) => {
    state =
      event === undefined || state === undefined
        ? undefined
        : Fold.evolve(folding, state, event.tag, event.fields, id);
  };
  add(differences.found.some(({ kind }) => kind === "unreadable") ? undefined : first.content);
  return { add, state: () => state };
};

/** Compares the row with what the stream comes to. */
export const judge = (
  spec: AggregateSpec,
  { legacy, parts }: StreamCase,
  { differences, first }: Judged,
  state: Fold.State,
): void => {
  const { folding } = spec;
  if (folding === undefined || legacy === undefined || first?.content === undefined) return;
  if (folding.tags !== undefined && state._tag === null) {
    differences.add("missing", "event", null, "no event begins the stream");
    return;
  }
  const { row } = legacy;
  const { metadata = {} } = first;
  const isMigrated = first.isMigrated && first.content.tag === spec.tag;
  const stored: Record<string, Json> = {};
  const rules: Record<string, Rule.Rules[string]> = {};
  for (const field in spec.fields) {
    const agreement = folding.fold.row[field];
    const rule = ruleOf(agreement) ?? spec.fields[field];
    if (rule === undefined) continue;
    if (agreement === undefined) {
      // What no event changes, the first one says for good.
      if (!isMigrated || folding.fold.firstAlone?.includes(field)) continue;
      const value = first.content.fields[field];
      rules[field] = rule;
      if (value !== undefined) stored[field] = value;
      continue;
    }
    const value = said(agreement, state);
    if (mayLack(agreement, state) && "legacy" in rule && rule.legacy(row, metadata) === null) {
      continue;
    }
    rules[field] = rule;
    stored[field] = readable(rule, value);
  }
  Rule.compare(rules, stored, { row, parts, metadata, differences, reads: () => true });
};

const ruleOf = (agreement: Agreement | undefined): Rule.Rules[string] | undefined =>
  typeof agreement === "object" ? agreement.rule : undefined;

const said = (agreement: Agreement, state: JsonObject): Json => {
  if (typeof agreement === "string") return Fold.at(state, agreement);
  const { of, as } = agreement;
  const paths = typeof of === "string" ? [of] : of;
  const value = paths.map((path) => Fold.at(state, path)).find((one) => one !== null) ?? null;
  return typeof value === "string" && as !== undefined && Object.hasOwn(as, value)
    ? (as[value] ?? null)
    : value;
};

const mayLack = (agreement: Agreement, state: JsonObject): boolean =>
  typeof agreement === "object" &&
  agreement.orNothing !== undefined &&
  Fold.at(state, agreement.orNothing.path) === agreement.orNothing.is;

/** Other writers' zeros are no difference of values. */
const readable = (rule: Rule.Rules[string], value: Json): Json => {
  const isRead = "stored" in rule && !(rule.stored(value) instanceof Unreadable);
  return isRead ? value : (Fold.plain(value) ?? null);
};
