import type { Json } from "@ledgerfold/declaration/Kind";
import * as Decimal from "@ledgerfold/scalars/Decimal";

/**
 * JSON text to its value, exactly or not at all: an integer that JavaScript's numbers cannot hold is
 * a `bigint`, and any other number must be the one that JavaScript prints of it. A key that stands
 * twice, half a character and more levels than `deepest` are refused.
 */
export const parse = (text: string): Json | undefined => {
  try {
    return new Parser(text).whole();
  } catch (cause) {
    if (cause instanceof Refused || cause instanceof SyntaxError) return undefined;
    throw cause;
  }
};

/** The order of keys says nothing. */
export const isSame = (a: Json | undefined, b: Json | undefined): boolean => {
  if (isList(a) || isList(b)) {
    return (
      isList(a) && isList(b) && a.length === b.length && a.every((one, at) => isSame(one, b[at]))
    );
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [names, others] = [Object.keys(a), Object.keys(b)];
  return (
    names.length === others.length &&
    names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]))
  );
};

/** The path of the first part of `wanted` that `found` has not, or has as another; "" is the whole. */
export const firstDifference = (found: Json | undefined, wanted: Json | undefined): string => {
  if (typeof wanted !== "object" || wanted === null) return "";
  if (typeof found !== "object" || found === null) return "";
  const [parts, others] = [Object.entries(wanted), new Map(Object.entries(found))];
  for (const [name, part] of parts) {
    if (isSame(others.get(name), part)) continue;
    return [name, firstDifference(others.get(name), part)].filter((one) => one !== "").join(".");
  }
  return "";
};

const isList = (value: Json | undefined): value is ReadonlyArray<Json> => Array.isArray(value);

/** Levels of lists and objects. */
export const deepest = 100;

class Refused extends Error {}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Json {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw new Refused();
    return value;
  }

  #value(level: number): Json {
    if (level > deepest) throw new Refused();
    this.#space();
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object(level);
      case "[":
        return this.#list(level);
      case '"':
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  #object(level: number): Json {
    const found = new Map<string, Json>();
    this.#each("}", () => {
      this.#space();
      const name = this.#string();
      if (found.has(name)) throw new Refused();
      this.#space();
      this.#take(":");
      found.set(name, this.#value(level + 1));
    });
    // `fromEntries` makes every name an own property, even `__proto__`.
    return Object.fromEntries(found);
  }

  #list(level: number): Json {
    const found: Array<Json> = [];
    this.#each("]", () => found.push(this.#value(level + 1)));
    return found;
  }

  /** What commas part, from the bracket that opens to the one that closes. */
  #each(end: string, member: () => void): void {
    this.#at += 1;
    this.#space();
    if (this.#text[this.#at] === end) {
      this.#at += 1;
      return;
    }
    for (;;) {
      member();
      this.#space();
      const next = this.#text[this.#at];
      this.#at += 1;
      if (next === end) return;
      if (next !== ",") throw new Refused();
    }
  }

  #string(): string {
    const start = this.#at;
    this.#take('"');
    for (;;) {
      const next = this.#text[this.#at];
      if (next === undefined) throw new Refused();
      this.#at += next === "\\" ? 2 : 1;
      if (next === '"') break;
    }
    const value: unknown = JSON.parse(this.#text.slice(start, this.#at));
    if (typeof value !== "string" || !value.isWellFormed()) throw new Refused();
    return value;
  }

  #scalar(): Json {
    word.lastIndex = this.#at;
    const [found] = word.exec(this.#text) ?? [];
    if (found === undefined) throw new Refused();
    this.#at += found.length;
    const known = words.get(found);
    return known === undefined ? numberOf(found) : known;
  }

  #take(character: string): void {
    if (this.#text[this.#at] !== character) throw new Refused();
    this.#at += 1;
  }

  #space(): void {
    while (white.has(this.#text[this.#at] ?? "")) this.#at += 1;
  }
}

const white = new Set([" ", "\t", "\n", "\r"]);
const word = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const words = new Map<string, Json>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

const numberOf = (text: string): Json => {
  const number = Number(text);
  if (/^-?\d+$/.test(text)) return Number.isSafeInteger(number) ? number + 0 : BigInt(text);
  if (text.length > longest || !Number.isFinite(number)) throw new Refused();
  const [digits = "", exponent = "0"] = text.split(/[eE]/);
  const value = Decimal.shift(Decimal.unsafeFromText(digits), Number(exponent));
  if (!value.equals(Decimal.fromDouble(number))) throw new Refused();
  return number + 0;
};

/** Decimals keep so many digits exactly. */
const longest = 1_000;
