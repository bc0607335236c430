import type { Effect, Effects, Fold, Shown, Source, Test } from "@ledgerfold/declaration/Fold";
import { list } from "@ledgerfold/declaration/Fold";
import * as Decimal from "./Decimal.ts";
import * as Json from "./Json.ts";
import type { JsonObject } from "./Json.ts";
import * as Moment from "./Moment.ts";

/** The verifier's own fold of a stream, by what is declared of each event: no code of the domain's. */

/** By field; what is not there is null. A state without tags has null for its tag too. */
export type State = JsonObject;

/** The fields of the aggregate's state under each of its tags; undefined where it has no tags. */
export type Tags = ReadonlyMap<string, ReadonlySet<string>>;

export interface Folding {
  readonly fold: Fold;
  readonly tags: Tags | undefined;
  readonly view: {
    readonly tagOf: (state: State) => string;
    /** Its tag while nothing is known of the stream. */
    readonly unknown: string;
    readonly fields: ReadonlyMap<string, ReadonlyArray<string>>;
  };
}

/** Of a stream without events; a state that has tags has none yet. */
export const start = ({ fold }: Pick<Folding, "fold">): State => ({ _tag: null, ...fold.start });

/** The state after an event of this tag; undefined where nothing is declared of such an event. */
export const evolve = (
  { fold, tags }: Folding,
  state: State,
  tag: string,
  event: JsonObject,
  id: string,
): State | undefined => {
  if (!Object.hasOwn(fold.events, tag)) return undefined;
  const effects = fold.events[tag] ?? {};
  const given = { state, event, id };
  const after: Record<string, Json.Json> = { ...state };
  for (const [field, some] of entriesOf(effects)) {
    for (const effect of some) {
      if (!effect.when.every((test) => holds(test, given))) continue;
      after[field] = applied(effect, after[field] ?? null, read(effect.from, given));
    }
  }
  return tags === undefined ? after : within(tags, after);
};

interface Given {
  readonly state: State;
  readonly event: JsonObject;
  readonly id: string;
}

const entriesOf = (effects: Effects) => {
  const known = listed.get(effects);
  if (known !== undefined) return known;
  const entries = Object.entries(effects).map(([field, some]) => [field, list(some)] as const);
  listed.set(effects, entries);
  return entries;
};
const listed = new WeakMap<Effects, ReadonlyArray<readonly [string, ReadonlyArray<Effect>]>>();

/** What is there under a path; null where nothing is. */
export const at = (value: JsonObject, path: string): Json.Json => {
  let found: Json.Json | undefined = value;
  for (const name of path.split(".")) found = Json.isObject(found) ? found[name] : undefined;
  return found ?? null;
};

const holds = (test: Test, { state, event }: Given): boolean => {
  const value = at(test.of === "state" ? state : event, test.path);
  const is =
    "than" in test
      ? value !== null && Json.same(value, at(event, test.than))
      : Json.same(value, test.is);
  return is !== (test.isNot ?? false);
};

const read = (source: Source, given: Given): Json.Json => {
  switch (source._tag) {
    case "event":
      return at(given.event, source.path);
    case "state":
      return at(given.state, source.path);
    case "constant":
      return source.json;
    case "object":
      return Object.fromEntries(
        Object.entries(source.fields).map(([name, one]) => [name, read(one, given)]),
      );
    case "own":
      return source.of(given.event, given.id) ?? null;
  }
};

const applied = ({ does, as }: Effect, before: Json.Json, value: Json.Json): Json.Json => {
  if (does === "set") return value;
  const [a, b] = [decimal(before ?? "0"), decimal(value)];
  if (a === undefined || b === undefined) return before;
  const signed = does === "add" ? b : negated(b);
  if (as === "double") return spelled(Decimal.parse(String(Number(a) + Number(signed))) ?? a);
  const sum = new Decimal.Sum();
  sum.add(a);
  sum.add(signed);
  return spelled(sum.value);
};

const decimal = (value: Json.Json): Decimal.Decimal | undefined => {
  const read = typeof value === "string" ? Decimal.parse(value) : undefined;
  return read !== undefined && Decimal.isCountable(read) ? read : undefined;
};

/** With all of its digits, as the log has it. */
const spelled = (value: Decimal.Decimal): string => {
  const [, sign = "", digits = "", power = "0"] = /^(-?)(\d+)e(-?\d+)$/.exec(value) ?? [];
  const places = Number(power);
  if (places >= 0) return `${sign}${digits}${"0".repeat(places)}`;
  const padded = digits.padStart(1 - places, "0");
  return `${sign}${padded.slice(0, places)}.${padded.slice(places)}`;
};

const negated = (value: Decimal.Decimal): Decimal.Decimal =>
  value.startsWith("-") ? value.slice(1) : `-${value}`;

/** Without what the state does not have under its tag. */
const within = (tags: Tags, state: State): State => {
  const own = typeof state._tag === "string" ? tags.get(state._tag) : none;
  const all = allOf(tags);
  return Object.fromEntries(
    Object.entries(state).filter(
      ([field]) => field === "_tag" || own?.has(field) === true || !all.has(field),
    ),
  );
};
const none: ReadonlySet<string> = new Set();

const allOf = (tags: Tags): ReadonlySet<string> => {
  const known = together.get(tags);
  if (known !== undefined) return known;
  const all = new Set([...tags.values()].flatMap((fields) => [...fields]));
  together.set(tags, all);
  return all;
};
const together = new WeakMap<Tags, ReadonlySet<string>>();

/** What the view of the stream shows, under which tag. */
export const shown = (
  { fold, tags, view }: Folding,
  state: State,
  id: string,
): { readonly tag: string; readonly fields: Readonly<Record<string, Json.Json | undefined>> } => {
  const isKnown = fold.ids?.test(id) !== false && (tags === undefined || state._tag !== null);
  const tag = isKnown ? view.tagOf(state) : view.unknown;
  const fields = (view.fields.get(tag) ?? []).map((field) => {
    const how: Shown = fold.view?.[field] ?? field;
    return [field, typeof how === "function" ? how(state, id) : at(state, how)] as const;
  });
  return { tag, fields: Object.fromEntries(fields) };
};

/**
 * Whether the log's other writers mean the same by `said` as is stored: they write decimals with zeros
 * at their end, and moments with a fraction of any length.
 */
export const means = (said: Json.Json | undefined, stored: Json.Json | undefined): boolean =>
  Json.same(said, stored) || Json.same(plain(said), stored);

/** As a writer of ours has it. */
export const plain = (value: Json.Json | undefined): Json.Json | undefined => {
  if (typeof value === "string") {
    const moment = isMoment.test(value) ? Moment.parseLegacy(value) : undefined;
    if (moment !== undefined) return Moment.format(moment);
    const read = /^-?\d+(\.\d+)?$/.test(value) ? decimal(value) : undefined;
    return read === undefined ? value : spelled(read);
  }
  if (!Json.isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, plain(one) as Json.Json]),
  );
};

const isMoment = /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/;
