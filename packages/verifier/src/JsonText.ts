import * as Decimal from "./Decimal.ts";
import type { Json } from "./Json.ts";
import { type Read, Unreadable } from "./Read.ts";

/**
 * JSON in one canonical text, so that two sides can be compared: the keys are sorted, and the
 * numbers are exact decimals. A JSON `null` is null, as the log has null for cells that stand for
 * nothing.
 */
export type Canonical = string | null;

/** From a legacy cell's text. JSON that two readers may take differently is refused. */
export const fromText = (text: string): Read<Canonical> => {
  try {
    // Throws for what is not JSON, at any depth, before the recursive functions below see it.
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

/** From a value of the log. */
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

/** JSON but for its numbers; a lone surrogate is left in it, to be refused. */
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
