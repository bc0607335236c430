import { Either, Option, ParseResult, Schema, SchemaAST } from "effect";
import * as Fidelity from "./internal/Fidelity.ts";
import * as NeverJson from "./internal/NeverJson.ts";
import * as Records from "./internal/Records.ts";
import { compile, failed } from "./internal/Step.ts";
import * as Undeclared from "./internal/Undeclared.ts";
import * as Json from "./Json.ts";
import { mentions } from "./internal/mentions.ts";
import { NotDeclared, NotJson, tooDeep, tooLong } from "./Unencodable.ts";

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
  /**
   * The JSON text of what `encode` gives. Throws `NotJson` and `NotDeclared` too, where the text would
   * read back as something else.
   */
  readonly write: (value: A) => string;
  /** What is nested deeper than it can be followed does not fit: `Unencodable.isTooDeep`. */
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

/** What of a schema's encoded side JSON can never give back. */
export const neverJson = (schema: Schema.Schema.All): NotJson | undefined => {
  const loss = NeverJson.find(schema.ast);
  return loss && notJson(loss);
};

const notJson = ({ path, found }: Fidelity.Loss) => new NotJson({ field: fieldAt(path), found });

const fieldAt = (path: Fidelity.Loss["path"]) => path.map(String).join(".");

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
  let insistKept: ((value: A, encoded: I) => void) | undefined;
  /** JSON inside of text is nothing that can be looked into, so it is read back. */
  const holdsTexts = mentions(schema.ast, isParsedJson);
  const write = (value: A): string => {
    insistKept ??= insisting(schema.ast);
    const encoded = encode(value);
    insistKept(value, encoded);
    const text = Json.stringify(encoded);
    if (holdsTexts && Either.isLeft(decodeSlowly(Json.parse(text)))) {
      throw notJson({ path: [], found: "text of JSON that can't be read" });
    }
    return text;
  };
  return {
    encode,
    write: (value) => {
      try {
        return write(value);
      } catch (cause) {
        if (!(cause instanceof RangeError)) throw cause;
        // Of the stack, or of what a text may have.
        const found = /string length/.test(cause.message) ? tooLong : tooDeep;
        throw new NotJson({ field: "", found });
      }
    },
    decode: (input) => {
      try {
        const decoded = decode(input);
        return decoded === failed ? decodeSlowly(input) : Either.right(decoded as A);
      } catch (cause) {
        if (!(cause instanceof RangeError)) throw cause;
        return Either.left(
          ParseResult.parseError(new ParseResult.Type(schema.ast, input, tooDeep)),
        );
      }
    },
  };
};

const isParsedJson = (ast: SchemaAST.AST): boolean =>
  Option.contains(SchemaAST.getSchemaIdAnnotation(ast), SchemaAST.ParseJsonSchemaId);

/** Throws where the text of an encoded value would not say all of the value. */
const insisting = <A, I>(ast: SchemaAST.AST): ((value: A, encoded: I) => void) => {
  const lost = Fidelity.make(ast);
  const dropped = Records.areIn(ast) ? Records.droppedName : undefined;
  const undeclared = Undeclared.make(ast);
  return (value, encoded) => {
    const loss = dropped?.(value) ?? lost?.(encoded, 0);
    if (loss !== undefined) throw notJson(loss);
    const path = undeclared?.(value);
    if (path !== undefined) throw new NotDeclared({ field: fieldAt(path) });
  };
};
