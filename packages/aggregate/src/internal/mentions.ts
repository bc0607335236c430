import type { SchemaAST } from "effect";

/** Whether a schema, or one that it is made of, is of a kind, on its type side or its encoded one. */
export const mentions = (
  ast: SchemaAST.AST,
  is: (ast: SchemaAST.AST) => boolean,
  seen = new Set<SchemaAST.AST>(),
): boolean => {
  if (seen.has(ast)) return false;
  seen.add(ast);
  return is(ast) || partsOf(ast).some((part) => mentions(part, is, seen));
};

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
