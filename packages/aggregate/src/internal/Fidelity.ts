import { SchemaAST } from "effect";

/**
 * Whether JSON text says all of an encoded value: a NaN would become null, an `undefined` in an array
 * too, a Date a text, and a small bigint a number. Looked for only where a schema lets such values
 * in.
 */

export interface Loss {
  readonly path: ReadonlyArray<PropertyKey>;
  readonly found: string;
}

/** What of an encoded value its text would lose or change. */
export type Check = (encoded: unknown, depth: number) => Loss | undefined;

/** Nothing for a schema whose encoded values are JSON, all of them. */
export const make = (ast: SchemaAST.AST): Check | undefined => {
  switch (ast._tag) {
    case "StringKeyword":
    case "BooleanKeyword":
    case "Literal":
    case "Enums":
    case "TemplateLiteral":
    case "NeverKeyword":
    // Told from a number by `NeverJson`, or by whatever makes both the same.
    case "BigIntKeyword":
      return undefined;
    case "NumberKeyword":
      return finite;
    case "Refinement":
    case "Transformation":
      return make(ast.from);
    case "Suspend":
      return suspended(ast);
    case "TupleType":
      return tuple(ast);
    case "TypeLiteral":
      return struct(ast);
    case "Union":
      return union(ast);
    default:
      return ofAny;
  }
};

/** One for each suspension, or each branch of a value would have had its own, for good. */
const checks = new WeakMap<SchemaAST.AST, Check>();

const suspended = (ast: SchemaAST.Suspend): Check => {
  const known = checks.get(ast);
  if (known !== undefined) return known;
  let check: Check | undefined;
  const suspension: Check = (encoded, depth) => {
    check ??= make(ast.f()) ?? nothingLost;
    return check(encoded, depth);
  };
  checks.set(ast, suspension);
  return suspension;
};

/** A text nested deeper than this is not read by every engine. */
const deepest = 500;
const tooDeep: Loss = { path: [], found: `nested deeper than ${deepest} levels` };

const nothingLost: Check = () => undefined;

const finite: Check = (encoded) =>
  typeof encoded !== "number" || Number.isFinite(encoded)
    ? undefined
    : { path: [], found: String(encoded) };

const within = (name: PropertyKey, { path, found }: Loss): Loss => ({
  path: [name, ...path],
  found,
});

const mayBeUndefined = (ast: SchemaAST.AST): boolean =>
  ast._tag === "UndefinedKeyword" ||
  ast._tag === "VoidKeyword" ||
  (ast._tag === "Union" && ast.types.some(mayBeUndefined));

/** The check of what stands in an array or under any name: there `undefined` is a loss. */
const member = (ast: SchemaAST.AST): Check | undefined => {
  const check = make(ast);
  return mayBeUndefined(ast)
    ? (encoded, depth) => (encoded === undefined ? isUndefined : check?.(encoded, depth))
    : check;
};

const isUndefined: Loss = { path: [], found: "undefined" };

const tuple = ({ elements, rest }: SchemaAST.TupleType): Check | undefined => {
  const first = elements.map(({ type }) => member(type));
  const others = rest.map(({ type }) => member(type));
  if ([...first, ...others].every((check) => check === undefined)) return undefined;
  return (encoded, depth) => {
    if (!Array.isArray(encoded)) return undefined;
    if (depth > deepest) return tooDeep;
    // Behind the first of the rest stand as many elements as it has more members.
    const behind = encoded.length - (others.length - 1);
    for (let at = 0; at < encoded.length; at += 1) {
      const check = at < first.length ? first[at] : others[at < behind ? 0 : at - behind + 1];
      const loss = check?.(encoded[at], depth + 1);
      if (loss !== undefined) return within(at, loss);
    }
    return undefined;
  };
};

const struct = (ast: SchemaAST.TypeLiteral): Check | undefined => {
  const { propertySignatures, indexSignatures } = ast;
  // It takes whatever is not null.
  if (propertySignatures.length + indexSignatures.length === 0) return ofAny;
  const names = new Set(propertySignatures.map(({ name }) => name));
  // A property that is undefined is left out, and reads back so.
  const properties = propertySignatures.flatMap(({ name, type }) => {
    const check = make(type);
    return check === undefined ? [] : [{ name, check }];
  });
  const [others] = indexSignatures.map(({ type }) => member(type));
  if (properties.length === 0 && others === undefined) return undefined;
  return (encoded, depth) => {
    if (!isObject(encoded)) return undefined;
    if (depth > deepest) return tooDeep;
    for (const { name, check } of properties) {
      const field = encoded[name];
      const loss = field === undefined ? undefined : check(field, depth + 1);
      if (loss !== undefined) return within(name, loss);
    }
    if (others === undefined) return undefined;
    for (const name of Object.keys(encoded)) {
      const loss = names.has(name) ? undefined : others(encoded[name], depth + 1);
      if (loss !== undefined) return within(name, loss);
    }
    return undefined;
  };
};

const union = ({ types }: SchemaAST.Union): Check | undefined => {
  const members = types.map((ast) => ({ fits: fits(ast), check: make(ast) }));
  if (members.every(({ check }) => check === undefined)) return undefined;
  const isOpen = members.some(({ check }) => check === ofAny);
  return (encoded, depth) => {
    if (typeof encoded !== "object" || encoded === null) {
      return isOpen ? ofAny(encoded, depth) : primitive(encoded);
    }
    const fitting = members.filter(({ fits }) => fits(encoded));
    const [one] = fitting;
    // Where it may be any of several, what none of them can keep is found all the same.
    return fitting.length === 1 ? one?.check?.(encoded, depth) : plain(encoded, depth, false);
  };
};

const primitive = (encoded: unknown): Loss | undefined =>
  encoded === undefined ? undefined : plain(encoded, 0, false);

/** Whether an object can be of a member of a union, as far as its names and literals tell. */
const fits = (ast: SchemaAST.AST): ((encoded: object) => boolean) => {
  switch (ast._tag) {
    case "Refinement":
    case "Transformation":
      return fits(ast.from);
    case "TupleType":
      return Array.isArray;
    case "TypeLiteral": {
      const needed = ast.propertySignatures.filter(({ isOptional }) => !isOptional);
      return (encoded) =>
        !Array.isArray(encoded) &&
        needed.every(({ name, type }) => {
          const field = (encoded as Record<PropertyKey, unknown>)[name];
          return SchemaAST.isLiteral(type)
            ? field === type.literal
            : field !== undefined || mayBeUndefined(type);
        });
    }
    case "Union": {
      const members = ast.types.map(fits);
      return (encoded) => members.some((fits) => fits(encoded));
    }
    case "Declaration":
    case "ObjectKeyword":
    case "UnknownKeyword":
    case "AnyKeyword":
    case "Suspend":
      return () => true;
    default:
      return () => false;
  }
};

/** Of a value of which the schema says nothing. */
const ofAny: Check = (encoded, depth) => plain(encoded, depth, true);

/** `isOpen` where nothing tells a bigint, which reads back as a number, from one. */
const plain = (value: unknown, depth: number, isOpen: boolean): Loss | undefined => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return finite(value, depth);
    case "bigint":
      return isOpen && BigInt.asIntN(54, value) === value
        ? { path: [], found: "a small bigint" }
        : undefined;
    case "object":
      break;
    case "undefined":
      return isUndefined;
    default:
      return { path: [], found: `a ${typeof value}` };
  }
  if (value === null) return undefined;
  if (depth > deepest) return tooDeep;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) {
      const loss = plain(value[at], depth + 1, isOpen);
      if (loss !== undefined) return within(at, loss);
    }
    return undefined;
  }
  if (!isPlain(value)) return { path: [], found: `a ${nameOf(value)}` };
  for (const name of Reflect.ownKeys(value)) {
    if (typeof name === "symbol") return within(name, { path: [], found: "under a symbol" });
    const field = value[name];
    const loss = field === undefined ? undefined : plain(field, depth + 1, isOpen);
    if (loss !== undefined) return within(name, loss);
  }
  return undefined;
};

const isObject = (value: unknown): value is Record<PropertyKey, unknown> =>
  typeof value === "object" && value !== null;

/** An object as JSON makes them, of whichever realm. */
const isPlain = (value: object): value is Record<PropertyKey, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};

const nameOf = ({ constructor: made }: object): string =>
  typeof made === "function" && made.name !== "" ? made.name : "class's object";
