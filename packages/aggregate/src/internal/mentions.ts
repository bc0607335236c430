import type { SchemaAST } from "effect";

/** Whether a schema, or one that it is made of, is of a kind, on its type side or its encoded one. */
export const mentions = (
  ast: SchemaAST.AST,
  is: (ast: SchemaAST.AST) => boolean,
  seen = new Set<object>(),
): boolean => {
  const it = identityOf(ast);
  if (seen.has(it)) return false;
  seen.add(it);
  return is(ast) || partsOf(ast).some((part) => mentions(part, is, seen));
};

/**
 * The type side of a recursive schema never comes back to itself: each look makes a new suspension of
 * it. Only their annotations are the same object.
 */
export const identityOf = (ast: SchemaAST.AST): object =>
  ast._tag === "Suspend" ? ast.annotations : ast;

const partsOf = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> => {
  switch (ast._tag) {
    case "Refinement":
      return [ast.from];
    case "Transformation":
      return [ast.from, ast.to];
    case "Suspend":
      return [ast.f()];
    case "Declaration":
      return ast.typeParameters;
    case "Union":
      return ast.types;
    case "TupleType":
      return [...ast.elements, ...ast.rest].map(({ type }) => type);
    case "TypeLiteral":
      return [...ast.propertySignatures, ...ast.indexSignatures].map(({ type }) => type);
    default:
      return [];
  }
};
