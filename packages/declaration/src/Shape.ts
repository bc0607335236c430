import { SchemaAST } from "effect";

/** The names of what a schema writes, and what may be null: no value goes through it here. */
export interface Shape extends Fields {
  readonly tagged: "around" | "within";
}

export interface Fields {
  /** In the order in which they are written. */
  readonly fields: ReadonlyArray<string>;
  /** Those that are always written. */
  readonly required: ReadonlySet<string>;
  /** Those that may be null. */
  readonly nullable: ReadonlySet<string>;
  /** What a field is made of that is an object, or a list of objects; undefined of any other. */
  readonly within: (field: string) => Fields | undefined;
}

/** How a schema's variant of this tag is written, and the names of its fields in that order. */
export const of = (ast: SchemaAST.AST, tag: string): Shape => {
  const found = find(ast, tag);
  if (found === undefined) throw new Error(`No variant of the schema is written as ${tag}`);
  return found;
};

/** Undefined where no variant is written as this tag. */
export const find = (ast: SchemaAST.AST, tag: string): Shape | undefined => {
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
  return undefined;
};

/** The names of each variant's fields, by its tag; undefined of a schema without tags. */
export const variants = (
  ast: SchemaAST.AST,
): ReadonlyMap<string, ReadonlyArray<string>> | undefined => {
  const encoded = SchemaAST.encodedAST(ast);
  const found = new Map<string, ReadonlyArray<string>>();
  for (const variant of SchemaAST.isUnion(encoded) ? encoded.types : [encoded]) {
    if (SchemaAST.isLiteral(variant)) found.set(String(variant.literal), []);
    if (!SchemaAST.isTypeLiteral(variant)) continue;
    const own = variant.propertySignatures.find(({ name }) => name === "_tag");
    const [first, ...others] = variant.propertySignatures;
    if (own !== undefined && SchemaAST.isLiteral(own.type)) {
      found.set(String(own.type.literal), fieldsOf(variant).fields);
    } else if (
      SchemaAST.isUnion(encoded) &&
      first !== undefined &&
      others.length === 0 &&
      SchemaAST.isTypeLiteral(first.type)
    ) {
      found.set(String(first.name), fieldsOf(first.type).fields);
    }
  }
  return found.size === 0 ? undefined : found;
};

const fieldsOf = ({ propertySignatures }: SchemaAST.TypeLiteral): Fields => {
  const own = propertySignatures.filter(({ name }) => name !== "_tag");
  const isNull = (ast: SchemaAST.AST): boolean =>
    SchemaAST.isUnion(ast)
      ? ast.types.some(isNull)
      : SchemaAST.isLiteral(ast) && ast.literal === null;
  const names = (some: typeof own) => some.map(({ name }) => String(name));
  return {
    fields: names(own),
    required: new Set(names(own.filter(({ isOptional }) => !isOptional))),
    nullable: new Set(names(own.filter(({ type }) => isNull(type)))),
    within: (field) => {
      const found = own.find(({ name }) => name === field);
      return found === undefined ? undefined : inside(found.type);
    },
  };
};

/** Of an object, a list of objects, or either that may be null. */
const inside = (ast: SchemaAST.AST): Fields | undefined => {
  if (SchemaAST.isTypeLiteral(ast)) {
    return ast.indexSignatures.length === 0 ? fieldsOf(ast) : undefined;
  }
  if (SchemaAST.isTupleType(ast) && ast.elements.length === 0) {
    const [element] = ast.rest;
    return element === undefined ? undefined : inside(element.type);
  }
  if (!SchemaAST.isUnion(ast)) return undefined;
  const [one, ...others] = ast.types.filter((type) => !SchemaAST.isLiteral(type));
  return one !== undefined && others.length === 0 ? inside(one) : undefined;
};
