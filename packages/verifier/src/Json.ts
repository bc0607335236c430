import type { Json, JsonObject } from "@ledgerfold/declaration/Kind";
import * as Decimal from "./Decimal.ts";
import { digest, printable, shortened } from "./Display.ts";
import * as Moment from "./Moment.ts";
import { type Read, type Reader, Unreadable, type Value } from "./Read.ts";

/** JSON with exact integers: those that a JavaScript number cannot hold are a `bigint`. */
export type { Json, JsonObject } from "@ledgerfold/declaration/Kind";

/**
 * Reads text as the log's writers write it. White space, needless escapes, other spellings of a
 * number and a key that stands twice are refused: a reader elsewhere may take them differently.
 */
export const parse = (text: string): Read<Json> => {
  try {
    const value: Json = longInteger.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
    return stringify(value) === text ? value : new Unreadable(neverWritten);
  } catch {
    return new Unreadable("is not JSON");
  }
};

export const neverWritten =
  "is JSON in a form that is never written: spaces, escapes or a key twice";

/** Any JSON, however it is written; throws for anything else. */
export const parseAny = (text: string): Json => JSON.parse(text, exactInteger);

/** Matches text that may have an unsafe integer, for which parsing takes a slower way. */
const longInteger = /[:,[]-?\d{16}|^-?\d{16}/;

const exactInteger = (_: string, value: unknown, context?: { readonly source?: string }) =>
  typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")
    ? BigInt(context?.source ?? "")
    : value;

const stringify = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? "absent";
  } catch {
    // Only a bigint makes it throw. Looking for one first would cost more than the writing.
    return JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === "bigint" ? json.rawJSON(String(inner)) : inner,
    );
  }
};

/** `JSON.rawJSON` is in every Node since 22, but not in TypeScript's types. */
const json = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

/** An integer's digits as `parse` reads them; anything else as text. */
export const fromInteger = (digits: string): Json => {
  if (!/^-?\d+$/.test(digits)) return digits;
  return Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits);
};

export const conceal = (value: Json | undefined): string => digest(stringify(value));

export const show = (value: Json | undefined): string => printable(shortened(stringify(value)));

/** Whether `text` is how `value` is written, with its keys in the same order. */
export const isWritten = (
  value: Readonly<Record<string, Json | undefined | Readonly<Record<string, Json | undefined>>>>,
  text: unknown,
): boolean => stringify(value) === text;

export const same = (a: Json | undefined, b: Json | undefined): boolean =>
  a === b || stringify(a) === stringify(b);

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

// Readers of stored fields.

type Field = Json | undefined;

export const text: Reader<Field> = (value) =>
  typeof value === "string" ? value : new Unreadable("must be text");

export const integer: Reader<Field> = (value) => {
  if (typeof value === "bigint") return value;
  return typeof value === "number" && Number.isSafeInteger(value)
    ? BigInt(value)
    : new Unreadable("must be a whole number");
};

/** No exponent, no zeros that say nothing, no `-0`. */
export const decimal: Reader<Field> = (value) => {
  const plain = typeof value === "string" && value !== "-0" && canonical.test(value);
  return (plain ? Decimal.parse(value) : undefined) ?? new Unreadable("must be decimal text");
};
const canonical = /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/;

export const moment: Reader<Field> = (value) =>
  (typeof value === "string" ? Moment.parseStored(value) : undefined) ??
  new Unreadable("must be a moment in UTC with 0, 3, 6 or 9 digits of fraction");

/** Its JSON text, for what is one of a few constants. */
export const constant: Reader<Field> = (value) => stringify(value);

export const orNull =
  (read: Reader<Field>): Reader<Field> =>
  (value) =>
    value === null ? null : read(value);

// Writers: how the log has the value that a reader gives; undefined where the value does not tell.

export type Writer = (value: Value) => Field;

export const writeText: Writer = (value) => (typeof value === "string" ? value : undefined);

export const writeInteger: Writer = (value) => {
  if (typeof value !== "bigint") return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

export const writeDecimal: Writer = (value) => {
  if (typeof value !== "string") return undefined;
  const text = Decimal.show(value);
  return text.includes("e") ? undefined : text;
};

export const writeMoment: Writer = (value) => {
  // An offset may move a moment out of the years 0000 to 9999, which are all that the form has.
  if (typeof value !== "bigint" || value < Moment.first || value > Moment.last) return undefined;
  return Moment.format(value);
};

export const writeConstant: Writer = (value) => {
  if (typeof value !== "string") return undefined;
  const known = constants.get(value);
  if (known !== undefined) return known;
  const read: Json = JSON.parse(value);
  constants.set(value, read);
  return read;
};
const constants = new Map<string, Json>();

export const writeOrNull =
  (write: Writer): Writer =>
  (value) =>
    value === null ? null : write(value);
