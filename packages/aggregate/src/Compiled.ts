import { Either, type ParseResult, Schema, type SchemaAST } from "effect";
import { compile, failed } from "./internal/Step.ts";
import * as Writer from "./internal/Writer.ts";
import * as Json from "./Json.ts";

export { type Plainly, plainly, variantOf } from "./internal/Step.ts";

/**
 * Schemas as plain functions. Effect's parser explains every failure, and pays for that on every
 * value. A compiled schema only finds out whether a value fits and what it becomes; where it does
 * not fit, or holds what is not compiled, the parser itself decides and explains. So both always
 * agree, and only good values are fast.
 */
export interface Compiled<A, I> {
  /** Throws a `ParseError` when the value is not of its type. */
  readonly encode: (value: A) => I;
  /** The JSON text of what `encode` gives, mostly without making that. */
  readonly write: (value: A) => string;
  readonly decode: (input: unknown) => Either.Either<A, ParseResult.ParseError>;
}

export const make = <A, I>(schema: Schema.Schema<A, I>): Compiled<A, I> => {
  const known = compiled.get(schema.ast);
  if (known !== undefined) return known as Compiled<A, I>;
  const made = compileSchema(schema);
  compiled.set(schema.ast, made as Compiled<unknown, unknown>);
  return made;
};

const compiled = new WeakMap<SchemaAST.AST, Compiled<unknown, unknown>>();

/** A decoder alone, whose explanations name every failure instead of the first. */
export const decoder = <A, I>(schema: Schema.Schema<A, I>): Compiled<A, I>["decode"] =>
  compileSchema(schema, { errors: "all" }).decode;

/** Whether a value is of a schema's type. */
export const is = <A, I>(schema: Schema.Schema<A, I>): ((input: unknown) => input is A) => {
  const holds = compile(Schema.typeSchema(schema).ast, true);
  const holdsSlowly = Schema.is(schema);
  return (input): input is A => holds(input) !== failed || holdsSlowly(input);
};

const compileSchema = <A, I>(
  schema: Schema.Schema<A, I>,
  explanations?: SchemaAST.ParseOptions,
): Compiled<A, I> => {
  const encodeSlowly = Schema.encodeSync(schema, explanations);
  const decodeSlowly = Schema.decodeUnknownEither(schema, explanations);
  const encodeFast = compile(schema.ast, false);
  const decode = compile(schema.ast, true);
  const encode = (value: A) => {
    const encoded = encodeFast(value);
    return encoded === failed ? encodeSlowly(value) : (encoded as I);
  };
  let write: Writer.Writer | undefined;
  return {
    encode,
    write: (value) => {
      write ??= Writer.make(schema.ast) ?? Writer.knowsNothing;
      return write(value) ?? Json.stringify(encode(value));
    },
    decode: (input) => {
      const decoded = decode(input);
      return decoded === failed ? decodeSlowly(input) : Either.right(decoded as A);
    },
  };
};
