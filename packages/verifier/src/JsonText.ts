import * as Decimal from "./Decimal.ts";
import type { Json } from "./Json.ts";
import { type Read, Unreadable } from "./Read.ts";

/**
 * JSON as a value that two sides can compare: keys in order, numbers as the decimals that they are,
 * and a JSON `null` as the null that the log has of what stands for nothing.
 */
export type Canonical = string | null;

/** Of a legacy cell's text. What its readers may take differently is refused. */
export const fromText = (text: string): Read<Canonical> => {
  try {
    // Tells whether it is JSON at all, however deep, before anything walks through it.
    JSON.parse(text);
    const { keys, depth } = outline(text);
    if (depth > deepest) return new Unreadable(`is JSON of more than ${deepest} levels`);
    const value: Json = JSON.parse(text, exactly);
    if (keysIn(value) !== keys) return new Unreadable("is JSON with a key twice in one object");
    return fromValue(value);
  } catch (cause) {
    return cause instanceof Inexact
      ? new Unreadable("is JSON with a number that readers do not get as it is written")
      : new Unreadable("is not JSON");
  }
};

/** Of what the log has. */
export const fromValue = (value: Json): Read<Canonical> => {
  const text = canonical(value);
  if (!text.isWellFormed()) return new Unreadable("is JSON with half a character");
  return value === null ? null : text;
};

const deepest = 100;

/** How many keys a text of JSON has, and how many levels. */
const outline = (text: string) => {
  let [keys, depth, level] = [0, 0, 0];
  for (const [token, colon] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[[\]{}]/g)) {
    if (token === "[" || token === "{") level += 1;
    else if (token === "]" || token === "}") level -= 1;
    else if (colon !== undefined) keys += 1;
    depth = Math.max(depth, level);
  }
  return { keys, depth };
};

const keysIn = (value: Json): number => {
  if (typeof value !== "object" || value === null) return 0;
  const members: ReadonlyArray<Json> = Object.values(value);
  const own = Array.isArray(value) ? 0 : members.length;
  return members.reduce<number>((sum, one) => sum + keysIn(one), own);
};

class Inexact extends Error {}

const exactly = (_: string, value: unknown, context?: { readonly source?: string }) => {
  if (typeof value !== "number") return value;
  const source = context?.source?.toLowerCase() ?? "";
  if (/^-?\d+$/.test(source)) return BigInt(source);
  const decimal = Number.isFinite(value) ? Decimal.parse(String(value)) : undefined;
  if (decimal === undefined || decimal !== Decimal.parse(source)) throw new Inexact();
  return value;
};

/** JSON, but for its numbers; half a character in it stays one. */
const canonical = (value: Json): string => {
  if (typeof value === "string") return `"${value.replace(/["\\]/g, "\\$&")}"`;
  if (typeof value === "number" || typeof value === "bigint") {
    return Decimal.parse(String(value)) ?? String(value);
  }
  if (typeof value !== "object" || value === null) return String(value);
  if (isList(value)) return `[${value.map(canonical).join()}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, one]) => `${canonical(name)}:${canonical(one)}`).join()}}`;
};

const isList = (value: Json): value is ReadonlyArray<Json> => Array.isArray(value);
