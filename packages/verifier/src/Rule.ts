import * as Cell from "./Cell.ts";
import type { Row } from "./Cell.ts";
import type { Differences } from "./Difference.ts";
import * as Json from "./Json.ts";
import type { JsonObject } from "./Json.ts";
import { type Read, type Reader, Unreadable, type Value } from "./Read.ts";

/**
 * How one field of an event is compared with the row it came from. Each side has a reader of its
 * own, and the two values must be equal.
 */
export interface Rule {
  /** Undefined where the row does not say. */
  readonly legacy: (row: Row, metadata: JsonObject) => Read<Value | undefined>;
  readonly stored: Reader<Json.Json | undefined>;
  /** How the log has the value that `legacy` gives; `stored` reads it back. */
  readonly written: Json.Writer;
  readonly showLegacy: (row: Row) => string;
  readonly showStored: (value: Json.Json | undefined) => string;
}

/** Fields that are an object of their own, or null where the row has none of them. */
export interface Group {
  readonly isUnset: (row: Row) => Read<boolean>;
  readonly showLegacy: (row: Row) => string;
  readonly fields: Readonly<Record<string, Rule>>;
}

/** Fields that list the rows of another table that belong to the row. */
export interface List {
  /** The name under which `Parts` has them. */
  readonly rows: string;
  readonly fields: Rules;
}

export type Parts = Readonly<Record<string, ReadonlyArray<Row>>>;

export type Rules = Readonly<Record<string, Rule | Group | List>>;

type CellReader = Reader<Cell.Cell | undefined>;

const from =
  (legacy: CellReader, stored: Rule["stored"], written: Json.Writer) =>
  (column: string): Rule => ({
    legacy: (row) => legacy(row[column]),
    stored,
    written,
    showLegacy: (row) => Cell.show(row[column]),
    showStored: Json.show,
  });

const optional = (legacy: CellReader, stored: Rule["stored"], written: Json.Writer) =>
  from(Cell.orNull(legacy), Json.orNull(stored), Json.writeOrNull(written));

export const text = from(Cell.text, Json.text, Json.writeText);
export const integer = from(Cell.integer, Json.integer, Json.writeInteger);
export const decimal = from(Cell.decimal, Json.decimal, Json.writeDecimal);
export const moment = from(Cell.moment, Json.moment, Json.writeMoment);
export const optionalText = optional(Cell.text, Json.text, Json.writeText);
export const optionalInteger = optional(Cell.integer, Json.integer, Json.writeInteger);
export const optionalDecimal = optional(Cell.decimal, Json.decimal, Json.writeDecimal);
export const optionalMoment = optional(Cell.moment, Json.moment, Json.writeMoment);

/** One of these words, and how the log writes each in JSON. */
export const words = (column: string, spellings: Readonly<Record<string, string>>): Rule =>
  from(Cell.oneOf(spellings), Json.constant, Json.writeConstant)(column);

export const optionalWords = (column: string, spellings: Readonly<Record<string, string>>): Rule =>
  optional(Cell.oneOf(spellings), Json.constant, Json.writeConstant)(column);

/** What every row gets, as JSON. */
export const constant = (json: string): Rule => ({
  legacy: () => json,
  stored: Json.constant,
  written: Json.writeConstant,
  showLegacy: () => json,
  showStored: Json.show,
});

/** The moment of the run, which no row knows: `Runs` compares it with the run's other events. */
export const migratedAt: Rule = {
  legacy: () => undefined,
  stored: Json.moment,
  written: Json.writeMoment,
  showLegacy: () => "any moment",
  showStored: Json.show,
};

interface Sides {
  readonly row: Row;
  readonly parts?: Parts;
  /** The event's. */
  readonly metadata: JsonObject;
  readonly differences: Differences;
}

/**
 * The fields that the event should have, as the log's writers write them. Most events have just
 * these, and comparing their text with this one is cheaper than parsing it. What no row says is
 * taken from another event of the run. Undefined where the fields cannot be told.
 */
export const expected = (
  rules: Rules,
  sides: Omit<Sides, "differences">,
  another: JsonObject | undefined,
): JsonObject | undefined => {
  const fields: Record<string, Json.Json> = {};
  for (const [name, rule] of entriesOf(rules)) {
    const value =
      "rows" in rule
        ? expectedList(rule, sides)
        : "fields" in rule
          ? expectedGroup(rule, sides)
          : expectedField(rule, sides, another?.[name]);
    if (value === undefined) return undefined;
    fields[name] = value;
  }
  return fields;
};

const expectedField = (
  { legacy, stored, written }: Rule,
  { row, metadata }: Omit<Sides, "differences">,
  another: Json.Json | undefined,
): Json.Json | undefined => {
  const value = legacy(row, metadata);
  if (value === undefined) return stored(another) instanceof Unreadable ? undefined : another;
  return value instanceof Unreadable ? undefined : written(value);
};

const expectedGroup = (
  { isUnset, fields }: Group,
  sides: Omit<Sides, "differences">,
): Json.Json | undefined => {
  const unset = isUnset(sides.row);
  // Only `true` means that there is no group: `compare` reports an unreadable one.
  if (unset === true) return null;
  return unset === false ? expected(fields, sides, undefined) : undefined;
};

const expectedList = (
  { rows, fields }: List,
  { metadata, parts = {} }: Omit<Sides, "differences">,
): Json.Json | undefined => {
  const list: Array<Json.Json> = [];
  for (const row of parts[rows] ?? []) {
    const one = expected(fields, { row, metadata, parts: {} }, undefined);
    if (one === undefined) return undefined;
    list.push(one);
  }
  return list;
};

/** Reports the fields that are not as the row says, and those that should not be there. */
export const compare = (rules: Rules, stored: JsonObject, sides: Sides, within = ""): void => {
  for (const [name, rule] of entriesOf(rules)) {
    if ("rows" in rule) compareList(rule, stored[name], sides, within + name);
    else if ("fields" in rule) compareGroup(rule, stored[name], sides, within + name);
    else compareField(rule, stored[name], sides, within + name);
  }
  for (const name in stored) {
    if (!Object.hasOwn(rules, name)) sides.differences.unknownField("event", within, name);
  }
};

/** The entries of rules, listed once, as they are needed for every row. */
const entriesOf = (rules: Rules): ReadonlyArray<readonly [string, Rule | Group | List]> => {
  const known = listed.get(rules);
  if (known !== undefined) return known;
  const entries = Object.entries(rules);
  listed.set(rules, entries);
  return entries;
};
const listed = new WeakMap<Rules, ReadonlyArray<readonly [string, Rule | Group | List]>>();

const compareField = (
  rule: Rule,
  stored: Json.Json | undefined,
  { row, metadata, differences }: Sides,
  field: string,
): void => {
  const expected = rule.legacy(row, metadata);
  const actual = rule.stored(stored);
  if (expected === actual || (expected === undefined && !(actual instanceof Unreadable))) return;
  const values = { legacy: rule.showLegacy(row), stored: rule.showStored(stored) };
  const unreadable = expected instanceof Unreadable || actual instanceof Unreadable;
  if (!unreadable) differences.add("different", "event", field, differs, values);
  if (expected instanceof Unreadable) {
    differences.add("unreadable", "legacy", field, expected.reason, values);
  }
  if (actual instanceof Unreadable) {
    differences.add("unreadable", "event", field, actual.reason, values);
  }
};

const compareGroup = (
  group: Group,
  stored: Json.Json | undefined,
  sides: Sides,
  field: string,
): void => {
  const { row, differences } = sides;
  const unset = group.isUnset(row);
  if (unset === false && Json.isObject(stored)) {
    compare(group.fields, stored, sides, `${field}.`);
    return;
  }
  if (unset === true && stored === null) return;
  const values = { legacy: group.showLegacy(row), stored: Json.show(stored) };
  if (unset instanceof Unreadable) {
    differences.add("unreadable", "legacy", field, unset.reason, values);
  } else {
    differences.add("different", "event", field, differs, values);
  }
};

const compareList = (
  { rows, fields }: List,
  stored: Json.Json | undefined,
  sides: Sides,
  field: string,
): void => {
  const { differences, metadata, parts = {} } = sides;
  const expected = parts[rows] ?? [];
  const found: ReadonlyArray<Json.Json> | undefined = isList(stored) ? stored : undefined;
  if (found?.length !== expected.length) {
    const values = {
      legacy: `${expected.length} rows`,
      stored: found === undefined ? Json.show(stored) : `${found.length} of them`,
    };
    differences.add("different", "event", field, differs, values);
    return;
  }
  for (const [place, row] of expected.entries()) {
    const one = found[place];
    const within = `${field}[${place}]`;
    if (Json.isObject(one)) {
      compare(fields, one, { row, metadata, differences, parts: {} }, `${within}.`);
    } else {
      differences.add("unreadable", "event", within, "must be an object", {
        stored: Json.show(one),
      });
    }
  }
};

const isList = (value: Json.Json | undefined): value is ReadonlyArray<Json.Json> =>
  Array.isArray(value);

export const differs = "is not what the row says";
