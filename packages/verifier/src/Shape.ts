import { SchemaAST } from "effect";

/** The names of what a schema writes, and what may be null: no value goes through it here. */
export interface Shape {
  readonly tagged: "around" | "within";
  readonly fields: ReadonlyArray<string>;
  /** Those that may be null. */
  readonly nullable: ReadonlySet<string>;
}

/** How a schema's variant of this tag is written, and the names of its fields in that order. */
export const of = (ast: SchemaAST.AST, tag: string): Shape => {
  const encoded = SchemaAST.encodedAST(ast);
  const variants = SchemaAST.isUnion(encoded) ? encoded.types : [encoded];
  for (const variant of variants) {
    if (!SchemaAST.isTypeLiteral(variant)) continue;
    const [first, ...others] = variant.propertySignatures;
    if (first?.name === tag && others.length === 0 && SchemaAST.isTypeLiteral(first.type)) {
      return { tagged: "around", ...fieldsOf(first.type) };
    }
    const own = variant.propertySignatures.find(({ name }) => name === "_tag");
    if (own !== undefined && SchemaAST.isLiteral(own.type) && own.type.literal === tag) {
      return { tagged: "within", ...fieldsOf(variant) };
    }
  }
  throw new Error(`No variant of the schema is written as ${tag}`);
};

const fieldsOf = ({ propertySignatures }: SchemaAST.TypeLiteral) => {
  const own = propertySignatures.filter(({ name }) => name !== "_tag");
  const isNull = (ast: SchemaAST.AST): boolean =>
    SchemaAST.isUnion(ast)
      ? ast.types.some(isNull)
      : SchemaAST.isLiteral(ast) && ast.literal === null;
  return {
    fields: own.map(({ name }) => String(name)),
    nullable: new Set(own.filter(({ type }) => isNull(type)).map(({ name }) => String(name))),
  };
};
