import type { Values } from "@ledgerfold/declaration/internal/Checking";
import * as Cell from "./Cell.ts";
import type { Row } from "./Cell.ts";
import type { Differences } from "./Difference.ts";
import type { Facts, Field } from "./How.ts";
import * as Json from "./Json.ts";
import type { JsonObject } from "./Json.ts";
import { type Read, type Reader, Unreadable, type Value } from "./Read.ts";

/** How the fields of an event are held to the columns of its row. */

/**
 * How one field of an event is compared with the row it came from. Each side has a reader of its
 * own, and the two values must be equal.
 */
export interface Rule extends Field {
  /** Undefined where the row does not say. */
  readonly legacy: (row: Row, metadata: JsonObject) => Read<Value | undefined>;
  readonly stored: Reader<Json.Json | undefined>;
  /** How the log has the value that `legacy` gives; `stored` reads it back. */
  readonly written: Json.Writer;
  readonly showLegacy: (row: Row) => string;
  readonly showStored: (value: Json.Json | undefined) => string;
  /** Earlier versions did not write the field: the events of one run have it all or none. */
  readonly allOrNone?: true;
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

/** The rows of other tables that belong to a row, by their `List`'s name. */
export type Parts = Readonly<Record<string, ReadonlyArray<Row>>>;

/** By field of the event. */
export type Rules = Readonly<Record<string, Rule | Group | List>>;

type CellReader = Reader<Cell.Cell | undefined>;

/** The two readers, the writer, and what the values are. */
type Reading = readonly [CellReader, Rule["stored"], Json.Writer, Values];

const from =
  (...[legacy, stored, written, values]: Reading) =>
  (column: string): Rule => ({
    legacy: (row) => legacy(row[column]),
    stored,
    written,
    showLegacy: (row) => Cell.show(row[column]),
    showStored: Json.show,
    values,
    cell: legacy,
  });

const optional = (...[legacy, stored, written, values]: Reading) =>
  from(Cell.orNull(legacy), Json.orNull(stored), Json.writeOrNull(written), values);

const ofText: Reading = [Cell.text, Json.text, Json.writeText, "text"];
const ofInteger: Reading = [Cell.integer, Json.integer, Json.writeInteger, "who"];
const ofDecimal: Reading = [Cell.decimal, Json.decimal, Json.writeDecimal, "decimal"];
const ofMoment: Reading = [Cell.moment, Json.moment, Json.writeMoment, "moment"];

/** TEXT, of a column of this name. */
export const text = from(...ofText);
/** INTEGER, as a number of the log's JSON. */
export const integer = from(...ofInteger);
/** INTEGER or REAL, as decimal text in the log. */
export const decimal = from(...ofDecimal);
/** TEXT of a moment, as RFC 3339 in the log. */
export const moment = from(...ofMoment);
/** `text`, or NULL, or no such column: null in the log. So have the other optional ones. */
export const optionalText = optional(...ofText);
/** `integer` that may be NULL. */
export const optionalInteger = optional(...ofInteger);
/** `decimal` that may be NULL. */
export const optionalDecimal = optional(...ofDecimal);
/** `moment` that may be NULL. */
export const optionalMoment = optional(...ofMoment);

/** One of these words, and how the log writes each in JSON. */
export const words = (column: string, spellings: Readonly<Record<string, string>>): Rule =>
  from(Cell.oneOf(spellings), Json.constant, Json.writeConstant, "who")(column);

/** `words` that may be NULL. */
export const optionalWords = (column: string, spellings: Readonly<Record<string, string>>): Rule =>
  optional(Cell.oneOf(spellings), Json.constant, Json.writeConstant, "who")(column);

/** What every row gets, as JSON. */
export const constant = (json: string): Rule => ({
  legacy: () => json,
  stored: Json.constant,
  written: Json.writeConstant,
  showLegacy: () => json,
  showStored: Json.show,
  values: "who",
});

/** The moment of the run, which no row knows: `Runs` compares it with the run's other events. */
export const migratedAt: Rule = {
  legacy: () => undefined,
  stored: Json.moment,
  written: Json.writeMoment,
  showLegacy: () => "any moment",
  showStored: Json.show,
  values: "moment",
};

interface Sides {
  readonly row: Row;
  readonly parts?: Parts;
  /** The event's. */
  readonly metadata: JsonObject;
  readonly differences: Differences;
  /** Whether the event can be read as a whole, though not this value of the field as we write it. */
  readonly reads: (field: string, stored: Json.Json | undefined) => boolean;
}

type Given = Omit<Sides, "differences" | "reads">;

/**
 * The fields that the event should have, as the log's writers write them. Most events have just
 * these, and comparing their text with this one is cheaper than parsing it. What no row says is
 * taken from another event of the run. Undefined where the fields cannot be told.
 */
export const expected = (
  rules: Rules,
  sides: Given,
  another: JsonObject | undefined,
): JsonObject | undefined => {
  const fields: Record<string, Json.Json> = {};
  for (const { name, rule } of entriesOf(rules)) {
    if ("allOrNone" in rule && another !== undefined && another[name] === undefined) continue;
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
  { row, metadata }: Given,
  another: Json.Json | undefined,
): Json.Json | undefined => {
  const value = legacy(row, metadata);
  if (value === undefined) return stored(another) instanceof Unreadable ? undefined : another;
  return value instanceof Unreadable ? undefined : written(value);
};

const expectedGroup = ({ isUnset, fields }: Group, sides: Given): Json.Json | undefined => {
  const unset = isUnset(sides.row);
  // Only `true` means that there is no group: `compare` reports an unreadable one.
  if (unset === true) return null;
  return unset === false ? expected(fields, sides, undefined) : undefined;
};

const expectedList = (
  { rows, fields }: List,
  { metadata, parts = {} }: Given,
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
export const compare = (
  rules: Rules,
  stored: JsonObject,
  sides: Sides,
  within: Place = { exact: "", plain: "" },
): void => {
  for (const { name, rule, plain } of entriesOf(rules, within.plain)) {
    const place = { exact: within.exact + name, plain };
    if ("rows" in rule) compareList(rule, stored[name], sides, place);
    else if ("fields" in rule) compareGroup(rule, stored[name], sides, place);
    else compareField(rule, stored[name], sides, place);
  }
  for (const name in stored) {
    if (!Object.hasOwn(rules, name)) sides.differences.unknownField("event", within.exact, name);
  }
};

/** Where a field is, such as `lines[3].sku`, and the same for all parts, as `lines[].sku`. */
interface Place {
  readonly exact: string;
  readonly plain: string;
}

/** Fields of the event itself that all events of a run have, or none. */
export const allOrNone = (rules: Rules): ReadonlyArray<string> =>
  entriesOf(rules).flatMap(({ name, rule }) => ("allOrNone" in rule ? [name] : []));

/** The entries of rules, listed once for each place, as they are needed for every row. */
const entriesOf = (rules: Rules, within = ""): ReadonlyArray<Entry> => {
  const known = listed.get(rules)?.get(within);
  if (known !== undefined) return known;
  const entries = Object.entries(rules).map(([name, rule]) => {
    return { name, rule, plain: within + name };
  });
  listed.set(rules, new Map([...(listed.get(rules) ?? []), [within, entries]]));
  return entries;
};
interface Entry {
  readonly name: string;
  readonly rule: Rule | Group | List;
  readonly plain: string;
}
const listed = new WeakMap<Rules, ReadonlyMap<string, ReadonlyArray<Entry>>>();

const compareField = (
  rule: Rule,
  stored: Json.Json | undefined,
  { row, metadata, differences, reads }: Sides,
  { exact: field, plain }: Place,
): void => {
  if (stored === undefined && rule.allOrNone) return;
  const expected = rule.legacy(row, metadata);
  const actual = rule.stored(stored);
  if (expected === actual || (expected === undefined && !(actual instanceof Unreadable))) return;
  const values = () => ({ legacy: rule.showLegacy(row), stored: rule.showStored(stored) });
  if (expected instanceof Unreadable) {
    differences.add("unreadable", "legacy", field, expected.reason, values);
  }
  if (actual instanceof Unreadable && !reads(field, stored)) {
    differences.add("unreadable", "event", field, actual.reason, values);
  } else if (!(expected instanceof Unreadable)) {
    const facts = { field: plain, rule, row, expected, stored, actual };
    differences.add("different", "event", field, reasonOf(facts), values, () => facts);
  }
};

const reasonOf = ({ stored, actual }: Facts): string => {
  if (stored === undefined) return isAbsent;
  return stored !== null && actual instanceof Unreadable ? actual.reason : differs;
};

const compareGroup = (
  group: Group,
  stored: Json.Json | undefined,
  sides: Sides,
  place: Place,
): void => {
  const { exact: field, plain } = place;
  const { row, differences, reads } = sides;
  const unset = group.isUnset(row);
  if (unset === false && Json.isObject(stored)) {
    compare(group.fields, stored, sides, { exact: `${field}.`, plain: `${plain}.` });
    return;
  }
  if (unset === true && stored === null) return;
  const values = { legacy: group.showLegacy(row), stored: Json.show(stored) };
  if (unset instanceof Unreadable) {
    differences.add("unreadable", "legacy", field, unset.reason, values);
    return;
  }
  const actual = Json.show(stored);
  const expected = unset ? null : "";
  const facts = { field: plain, rule: {}, row, expected, stored, actual };
  const reason = stored === undefined && reads(field, stored) ? isAbsent : differs;
  differences.add("different", "event", field, reason, values, () => facts);
};

const compareList = (
  { rows, fields }: List,
  stored: Json.Json | undefined,
  sides: Sides,
  { exact: field, plain }: Place,
): void => {
  const { differences, metadata, parts = {}, reads } = sides;
  const expected = parts[rows] ?? [];
  const found: ReadonlyArray<Json.Json> | undefined = isList(stored) ? stored : undefined;
  if (found?.length !== expected.length) {
    const values = {
      legacy: `${expected.length} row${expected.length === 1 ? "" : "s"}`,
      stored: found === undefined ? Json.show(stored) : `${found.length} of them`,
    };
    differences.add("different", "event", field, differs, values);
    return;
  }
  const each = `${plain}[].`;
  for (const [number, row] of expected.entries()) {
    const one = found[number];
    const within = `${field}[${number}]`;
    if (Json.isObject(one)) {
      const place = { exact: `${within}.`, plain: each };
      compare(fields, one, { row, metadata, differences, reads, parts: {} }, place);
    } else {
      differences.add("unreadable", "event", within, "must be an object", {
        stored: Json.show(one),
      });
    }
  }
};

const isList = (value: Json.Json | undefined): value is ReadonlyArray<Json.Json> =>
  Array.isArray(value);

/** The reason of a field that is not as its row says. */
export const differs = "is not what the row says";
const isAbsent = "is not there";
