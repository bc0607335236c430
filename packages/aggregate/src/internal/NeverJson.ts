import { Option, Schema, SchemaAST } from "effect";
import type { Loss } from "./Fidelity.ts";
import { identityOf } from "./mentions.ts";

/** The part of a schema whose encoded values JSON can never give back, if there is one. */
export const find = (ast: SchemaAST.AST): Loss | undefined => search(ast, new Set());

/** What a transformation begins with may be a number or a bigint, if it makes both the same. */
const search = (ast: SchemaAST.AST, seen: Set<object>, isTransformed = false): Loss | undefined => {
  switch (ast._tag) {
    case "UndefinedKeyword":
    case "VoidKeyword":
      return { path: [], found: "undefined" };
    case "SymbolKeyword":
    case "UniqueSymbol":
      return { path: [], found: "a symbol" };
    case "BigIntKeyword":
      return ofBigInt;
    case "Literal":
      return typeof ast.literal === "bigint" ? ofBigInt : undefined;
    case "Declaration":
      return declaration(ast);
    case "Refinement":
      return search(ast.from, seen, isTransformed);
    case "Transformation":
      return search(ast.from, seen, true);
    case "Suspend":
      if (seen.has(identityOf(ast))) return undefined;
      seen.add(identityOf(ast));
      return search(ast.f(), seen);
    case "TupleType":
      return firstOf(
        [...ast.elements, ...ast.rest].map(({ type }, at) => [at, search(type, seen)]),
      );
    case "TypeLiteral":
      return firstOf([
        ...ast.propertySignatures.map(({ name, type }): Part => [name, property(name, type, seen)]),
        ...ast.indexSignatures.map(({ type }): Part => ["*", search(type, seen)]),
      ]);
    case "Union":
      return union(ast, seen, isTransformed);
    default:
      return undefined;
  }
};

/** A variant that can't be stored is one too many; of plain values one that can be is enough. */
const union = (
  { types }: SchemaAST.Union,
  seen: Set<object>,
  isTransformed: boolean,
): Loss | undefined => {
  const isAnyInteger = isTransformed && types.some(isNumber);
  const found = types.map((member) =>
    isAnyInteger && SchemaAST.isBigIntKeyword(member) ? undefined : search(member, seen),
  );
  const never = found.filter((loss) => loss !== undefined);
  const inside = never.find((loss) => loss.path.length > 0 || loss === ofBigInt);
  return inside ?? (never.length === found.length ? never[0] : undefined);
};

const ofBigInt: Loss = { path: [], found: "a bigint, which reads back as a number" };

type Part = readonly [name: PropertyKey, loss: Loss | undefined];

const firstOf = (parts: ReadonlyArray<Part>): Loss | undefined => {
  for (const [name, loss] of parts) {
    if (loss !== undefined) return { ...loss, path: [name, ...loss.path] };
  }
  return undefined;
};

const property = (name: PropertyKey, type: SchemaAST.AST, seen: Set<object>): Loss | undefined => {
  if (typeof name === "symbol") return { path: [], found: "a value under a symbol" };
  if (name === "__proto__") return { path: [], found: "a value under that name" };
  // Left out, and read back so.
  return SchemaAST.isUndefinedKeyword(type) ? undefined : search(type, seen);
};

const isNumber = (ast: SchemaAST.AST): boolean =>
  SchemaAST.isNumberKeyword(ast) || (SchemaAST.isRefinement(ast) && isNumber(ast.from));

/** What a schema of one's own declares may be JSON; what Effect calls `FromSelf` is not. */
const declaration = (ast: SchemaAST.Declaration): Loss | undefined => {
  const name = Option.getOrElse(
    Option.orElse(SchemaAST.getIdentifierAnnotation(ast), () => SchemaAST.getTitleAnnotation(ast)),
    () => "class's object",
  );
  const isNever =
    ast.typeParameters.length > 0 ||
    name.endsWith("FromSelf") ||
    Option.isSome(SchemaAST.getSurrogateAnnotation(ast)) ||
    Option.getOrUndefined(SchemaAST.getSchemaIdAnnotation(ast)) === Schema.InstanceOfSchemaId;
  return isNever ? { path: [], found: `a ${name}` } : undefined;
};
