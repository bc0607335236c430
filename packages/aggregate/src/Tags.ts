import { Option, type Schema, SchemaAST } from "effect";

/** What values of a schema may have as their `_tag`; nothing where the schema does not tell. */
export const of = (schema: Schema.Schema.All): ReadonlyArray<string> | undefined =>
  tagsOf(schema.ast);

const tagsOf = (ast: SchemaAST.AST): ReadonlyArray<string> | undefined => {
  switch (ast._tag) {
    case "Refinement":
      return tagsOf(ast.from);
    case "Transformation":
      return tagsOf(ast.to);
    case "Declaration":
      return SchemaAST.getSurrogateAnnotation(ast).pipe(Option.map(tagsOf), Option.getOrUndefined);
    case "Union":
      return all(ast.types.map(tagsOf));
    case "TypeLiteral":
      return literals(ast.propertySignatures.find(({ name }) => name === "_tag")?.type);
    default:
      return undefined;
  }
};

const literals = (ast: SchemaAST.AST | undefined): ReadonlyArray<string> | undefined => {
  if (ast?._tag === "Union") return all(ast.types.map(literals));
  return ast?._tag === "Literal" ? [String(ast.literal)] : undefined;
};

const all = (
  found: ReadonlyArray<ReadonlyArray<string> | undefined>,
): ReadonlyArray<string> | undefined => {
  const known = found.filter((tags) => tags !== undefined);
  return known.length === found.length ? known.flat() : undefined;
};
