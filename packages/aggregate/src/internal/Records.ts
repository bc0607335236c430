import { SchemaAST } from "effect";
import type { Loss } from "./Fidelity.ts";
import { mentions } from "./mentions.ts";

/**
 * Records of any names. The parser makes them anew by assigning one name after the other, which is
 * no way to make a field `__proto__`: it is gone without a word.
 */

export const areIn = (ast: SchemaAST.AST): boolean =>
  mentions(ast, (one) => SchemaAST.isTypeLiteral(one) && one.indexSignatures.length > 0);

/** Where a value has a field of this name. */
export const droppedName = (value: unknown): Loss | undefined => search(value, new Set());

const search = (value: unknown, seen: Set<unknown>): Loss | undefined => {
  if (typeof value !== "object" || value === null || seen.has(value)) return undefined;
  seen.add(value);
  if (Object.hasOwn(value, "__proto__")) {
    return { path: ["__proto__"], found: "under a name that a record can't have" };
  }
  const entries = isIterable(value) ? Array.from(value).entries() : Object.entries(value);
  for (const [name, inner] of entries) {
    const loss = search(inner, seen);
    if (loss !== undefined) return { ...loss, path: [name, ...loss.path] };
  }
  return undefined;
};

const isIterable = (value: object): value is Iterable<unknown> => Symbol.iterator in value;
