import { Either, type ParseResult, Schema, SchemaAST } from "effect";
import type { Loss } from "./Fidelity.ts";
import { identityOf } from "./mentions.ts";

/**
 * Fields that a value has and its schema has not, which encoding leaves out without a word. One that
 * is undefined is no loss.
 */

/** The path of the first such field in a value that fits the schema. */
export type Check = (value: unknown) => Loss["path"] | undefined;

/** Nothing for a schema of which no value can lose a field. */
export const make = (schema: SchemaAST.AST): Check | undefined => {
  const ast = typeSide(schema);
  switch (ast._tag) {
    case "Suspend":
      return suspended(ast);
    case "Declaration":
      return ast.typeParameters.length > 0 ? declaration(ast) : undefined;
    case "TupleType":
      return tuple(ast);
    case "TypeLiteral":
      return struct(ast);
    case "Union":
      return union(ast);
    default:
      return undefined;
  }
};

const typeSide = (ast: SchemaAST.AST): SchemaAST.AST => {
  if (SchemaAST.isRefinement(ast)) return typeSide(ast.from);
  return SchemaAST.isTransformation(ast) ? typeSide(ast.to) : ast;
};

const checks = new WeakMap<object, Check>();

const suspended = (ast: SchemaAST.Suspend): Check => {
  const known = checks.get(identityOf(ast));
  if (known !== undefined) return known;
  let check: Check | undefined;
  const suspension: Check = (value) => {
    check ??= make(ast.f()) ?? nothingLost;
    return check(value);
  };
  checks.set(identityOf(ast), suspension);
  return suspension;
};

const nothingLost: Check = () => undefined;

/** What a schema of one's own holds only its own functions know: the parser calls them. */
const declaration = (ast: SchemaAST.Declaration): Check => {
  const encode = Schema.encodeUnknownEither(Schema.typeSchema(Schema.make(ast)), {
    onExcessProperty: "error",
  });
  return (value) => {
    const encoded = encode(value);
    return Either.isLeft(encoded) ? unexpectedIn(encoded.left.issue) : undefined;
  };
};

const unexpectedIn = (issue: ParseResult.ParseIssue): Loss["path"] | undefined => {
  switch (issue._tag) {
    case "Unexpected":
      return [];
    case "Pointer": {
      const inner = unexpectedIn(issue.issue);
      return inner && [issue.path, inner].flat();
    }
    case "Composite":
      return [issue.issues]
        .flat()
        .map(unexpectedIn)
        .find((path) => path !== undefined);
    case "Refinement":
    case "Transformation":
      return unexpectedIn(issue.issue);
    default:
      return undefined;
  }
};

const tuple = ({ elements, rest }: SchemaAST.TupleType): Check | undefined => {
  const first = elements.map(({ type }) => make(type));
  const others = rest.map(({ type }) => make(type));
  if ([...first, ...others].every((check) => check === undefined)) return undefined;
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    // Behind the first of the rest stand as many elements as it has more members.
    const behind = value.length - (others.length - 1);
    for (let at = 0; at < value.length; at += 1) {
      const check = at < first.length ? first[at] : others[at < behind ? 0 : at - behind + 1];
      const path = check?.(value[at]);
      if (path !== undefined) return [at, ...path];
    }
    return undefined;
  };
};

const struct = ({
  propertySignatures,
  indexSignatures,
}: SchemaAST.TypeLiteral): Check | undefined => {
  // It takes whatever is not null, as it is.
  if (propertySignatures.length + indexSignatures.length === 0) return undefined;
  const properties = new Map<PropertyKey, Check>();
  for (const { name, type } of propertySignatures) properties.set(name, make(type) ?? nothingLost);
  const others = indexSignatures.map(({ parameter, type }) => ({
    takes: Schema.is(Schema.make(parameter)),
    check: make(type) ?? nothingLost,
  }));
  return (value) => {
    if (!isObject(value)) return undefined;
    for (const name in value) {
      const check = properties.get(name) ?? others.find(({ takes }) => takes(name))?.check;
      if (check === undefined) {
        if (value[name] !== undefined && Object.hasOwn(value, name)) return [name];
        continue;
      }
      const path = check(value[name]);
      if (path !== undefined) return [name, ...path];
    }
    return undefined;
  };
};

interface Member {
  readonly ast: SchemaAST.AST;
  readonly check: Check | undefined;
}

/** The first member that a value fits is the one that encodes it. */
const union = ({ types }: SchemaAST.Union): Check | undefined => {
  const members = types
    .map((type): Member => ({ ast: typeSide(type), check: make(type) }))
    .filter(({ ast }) => mayBeObject(ast));
  const [one] = members;
  if (members.length < 2 || members.every(({ check }) => check === undefined)) return one?.check;
  return byLiteral(members) ?? byFit(members);
};

const mayBeObject = (ast: SchemaAST.AST): boolean =>
  ["Declaration", "ObjectKeyword", "UnknownKeyword", "AnyKeyword", "Suspend"].includes(ast._tag) ||
  ["TupleType", "TypeLiteral", "Union"].includes(ast._tag);

/** Where a literal tells the members apart, as `_tag` does. */
const byLiteral = (members: ReadonlyArray<Member>): Check | undefined => {
  const literals = members.map(({ ast }) => literalsOf(ast));
  for (const name of literals[0]?.keys() ?? []) {
    const known = new Map(members.map(({ check }, at) => [literals[at]?.get(name), check]));
    if (known.size < members.length || known.has(undefined)) continue;
    return (value) => (isObject(value) ? known.get(value[name])?.(value) : undefined);
  }
  return undefined;
};

const literalsOf = (ast: SchemaAST.AST): ReadonlyMap<PropertyKey, unknown> => {
  const found = new Map<PropertyKey, unknown>();
  if (!SchemaAST.isTypeLiteral(ast)) return found;
  for (const { name, type } of ast.propertySignatures) {
    if (SchemaAST.isLiteral(type)) found.set(name, type.literal);
  }
  return found;
};

const byFit = (members: ReadonlyArray<Member>): Check => {
  const fitting = members.map(({ ast, check }) => ({ fits: Schema.is(Schema.make(ast)), check }));
  return (value) =>
    isObject(value) ? fitting.find(({ fits }) => fits(value))?.check?.(value) : undefined;
};

const isObject = (value: unknown): value is Record<PropertyKey, unknown> =>
  typeof value === "object" && value !== null;
