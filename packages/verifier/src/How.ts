import type { Values } from "@ledgerfold/declaration/internal/Checking";
import * as Decimal from "./Decimal.ts";
import type { Cell, Row } from "./Cell.ts";
import type { Json } from "./Json.ts";
import * as Moment from "./Moment.ts";
import { type Read, type Reader, Unreadable, type Value } from "./Read.ts";

/** In which way a stored value is another than the one that its row calls for. */

/** What a rule says of its field for this. */
export interface Field {
  /** Text without it. */
  readonly values?: Values;
  /** Reads any cell as a value of the field. */
  readonly cell?: Reader<Cell | undefined>;
}

export interface Facts {
  /** Without what only some rows have, which are places in a list. */
  readonly field: string;
  readonly rule: Field;
  readonly row: Row;
  /** Undefined where the row does not say. */
  readonly expected: Value | undefined;
  readonly stored: Json | undefined;
  /** The same as it was read. */
  readonly actual: Read<Value>;
}

export type How =
  /** The event has no such field; where the row says nothing, that loses nothing. */
  | { readonly way: "absent" | "unsaid" }
  /** It is null where the row says something. */
  | { readonly way: "dropped" }
  /** It says something where the row has nothing. */
  | { readonly way: "set" }
  /** It says the same, and not as a migration writes it. */
  | { readonly way: "spelled" }
  /** A decimal of fewer digits, or the same but for its last as a double's may be; a coarser moment. */
  | { readonly way: "cut"; readonly digits: number; readonly places: number }
  | { readonly way: "whole"; readonly unit: "s" | "ms" | "us" }
  /** A decimal times 10^power. */
  | { readonly way: "scaled"; readonly power: number | undefined }
  | { readonly way: "negated" }
  /** The other of true and false. */
  | { readonly way: "inverted" }
  /** A moment that is some quarters of an hour off, as one of another zone is. */
  | { readonly way: "moved"; readonly from: number; readonly to: number }
  | { readonly way: "in other case" | "trimmed" | "shortened" }
  | { readonly way: "other" };

export type Way = How["way"];

export const of = (facts: Facts): How => {
  const { rule, expected, stored } = facts;
  const saysNothing = expected === null || expected === undefined;
  if (stored === undefined) return { way: saysNothing ? "unsaid" : "absent" };
  if (stored === null) return { way: "dropped" };
  const actual = loosely(facts);
  if (expected === undefined || actual === expected) return { way: "spelled" };
  if (expected === null) return { way: "set" };
  if (actual === undefined || actual === null) return { way: "other" };
  if (rule.values === "decimal") return ofDecimals(String(expected), String(actual));
  if (typeof expected === "bigint" && typeof actual === "bigint" && rule.values === "moment") {
    return ofMoments(expected, actual);
  }
  if (isFlag(expected) && isFlag(actual)) return { way: "inverted" };
  return rule.values === "text" ? ofTexts(String(expected), String(actual)) : { way: "other" };
};

const isFlag = (value: Value): boolean => value === "true" || value === "false";

/** What can be said of two values in one way; undefined where they differ in two. */
export const both = (a: How, b: How): How | undefined => {
  if (a.way === "cut" && b.way === "cut") {
    const { digits, places } = a;
    return {
      way: "cut",
      digits: Math.max(digits, b.digits),
      places: Math.max(places, b.places),
    };
  }
  if (a.way === "whole" && b.way === "whole") return finer(a.unit) < finer(b.unit) ? b : a;
  if (a.way === "scaled" && b.way === "scaled") {
    return a.power === b.power ? a : { way: "scaled", power: undefined };
  }
  if (a.way === "moved" && b.way === "moved") {
    return { way: "moved", from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) };
  }
  return a.way === b.way ? a : undefined;
};

const finer = (unit: string): number => units.findIndex(([name]) => name === unit);

/** The stored value, however it is written; undefined where it cannot be told. */
export const loosely = ({ rule, stored, actual }: Facts): Value | undefined => {
  if (!(actual instanceof Unreadable)) return actual;
  if (typeof stored !== "string") return undefined;
  if (rule.values === "decimal") return Decimal.parse(stored);
  return rule.values === "moment" ? Moment.parseLegacy(stored) : stored;
};

/** Whether the stored value is what another cell of the row says. */
export const isOf = (facts: Facts, cell: Cell | undefined): boolean => {
  const actual = loosely(facts);
  return actual !== null && actual !== undefined && facts.rule.cell?.(cell) === actual;
};

const ofDecimals = (expected: string, actual: string): How => {
  const [own, other] = [partsOf(expected), partsOf(actual)];
  if (own.digits === "0" || other.digits === "0") return { way: "other" };
  const isNegated = own.sign !== other.sign;
  if (own.digits === other.digits) {
    if (isNegated) return { way: own.power === other.power ? "negated" : "other" };
    return { way: "scaled", power: other.power - own.power };
  }
  if (isNegated || Math.abs(own.power - other.power) > mostApart) return { way: "other" };
  // Doubles show of most values that they are far apart, and cost less than exact decimals.
  const off = Math.abs(Number(expected) - Number(actual));
  if (off > Math.abs(Number(expected)) * 1e-13 + 2 * 10 ** other.power) return { way: "other" };
  const isLess = other.power > own.power && isCut(expected, actual, other.power);
  return isLess || isAsGood(expected, actual)
    ? { way: "cut", digits: other.digits.length, places: Math.max(0, -other.power) }
    : { way: "other" };
};

/** Powers are spelled out in zeros when they are aligned. */
const mostApart = 400;

const partsOf = (value: Decimal.Decimal) => {
  const sign = value.startsWith("-");
  const [digits = "", power] = (sign ? value.slice(1) : value).split("e");
  return { sign, digits, power: Number(power) };
};

/** Whether only digits differ that a double has not for certain, which are those from the 15th on. */
const isAsGood = (a: Decimal.Decimal, b: Decimal.Decimal): boolean =>
  !Decimal.isLess(Decimal.shift(Decimal.abs(a), -14), Decimal.abs(Decimal.subtract(a, b)));

/** Whether one is the other cut or rounded to that power of ten. */
const isCut = (whole: Decimal.Decimal, cut: Decimal.Decimal, power: number): boolean => {
  const off = Decimal.abs(Decimal.subtract(whole, cut));
  return Decimal.isLess(Decimal.abs(cut), Decimal.abs(whole))
    ? Decimal.isLess(off, `1e${power}`)
    : !Decimal.isLess(`5e${power - 1}`, off);
};

const ofMoments = (expected: bigint, actual: bigint): How => {
  for (const [unit, size] of units) {
    if (actual % size === 0n && expected / size === actual / size) return { way: "whole", unit };
  }
  const off = actual - expected;
  const isZone = off % quarter === 0n && off >= -longest && off <= longest;
  if (!isZone) return { way: "other" };
  const minutes = Number(off / minute);
  return { way: "moved", from: minutes, to: minutes };
};

const units = [
  ["s", 1_000_000_000n],
  ["ms", 1_000_000n],
  ["us", 1_000n],
] as const;
const minute = 60_000_000_000n;
const quarter = 15n * minute;
const longest = 14n * 60n * minute;

const ofTexts = (expected: string, actual: string): How => {
  if (expected.toLowerCase() === actual.toLowerCase()) return { way: "in other case" };
  if (expected.trim() === actual) return { way: "trimmed" };
  return actual !== "" && expected.startsWith(actual) ? { way: "shortened" } : { way: "other" };
};
