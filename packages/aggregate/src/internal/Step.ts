import { type Either, Option, SchemaAST } from "effect";
import * as Generated from "./Generated.ts";

/** What `Compiled` makes of schemas. */

/**
 * On a transformation: the encoded side is the value's fields under this name, and the type side has
 * it as its `_tag`. That side needs no check of every field, because the other one checks what goes in
 * and out.
 */
export const variantOf: unique symbol = Symbol.for("@ledgerfold/aggregate/variantOf");

/** On a transformation: what it does, for `Scalar` and others that are made of plain functions. */
export const plainly: unique symbol = Symbol.for("@ledgerfold/aggregate/plainly");

/** Each way gives `undefined` for what the parser has to judge. */
export interface Plainly {
  readonly decode: (input: unknown) => unknown;
  readonly encode: (value: unknown) => unknown;
}

export const failed: unique symbol = Symbol("failed");

/** What the value becomes, or `failed`: it does not fit, or the parser has to be asked. */
export type Step = (input: unknown) => unknown;

const options: SchemaAST.ParseOptions = {};
const give: Step = (input) => input;
const askParser: Step = () => failed;
const when =
  (fits: (input: unknown) => boolean): Step =>
  (input) =>
    fits(input) ? input : failed;

export const compile = (ast: SchemaAST.AST, decoding: boolean): Step => {
  switch (ast._tag) {
    case "Literal":
      return when((input) => input === ast.literal);
    case "UndefinedKeyword":
      return when((input) => input === undefined);
    case "StringKeyword":
      return when((input) => typeof input === "string");
    case "NumberKeyword":
      return when((input) => typeof input === "number");
    case "BooleanKeyword":
      return when((input) => typeof input === "boolean");
    case "BigIntKeyword":
      return when((input) => typeof input === "bigint");
    case "UnknownKeyword":
      return give;
    case "Declaration":
      return declaration(ast);
    case "Refinement":
      return refinement(ast, decoding);
    case "Union":
      return union(ast, decoding);
    case "TypeLiteral":
      return typeLiteral(ast, decoding);
    case "Transformation":
      return transformation(ast, decoding);
    default:
      return askParser;
  }
};

/** The answer of one of Effect's own parsing functions, unless it is asynchronous. */
const settled = (result: object): unknown =>
  "_tag" in result && result._tag === "Right"
    ? (result as Either.Right<never, unknown>).right
    : failed;

const declaration = (ast: SchemaAST.Declaration): Step => {
  if (ast.typeParameters.length > 0) return askParser;
  const check = ast.decodeUnknown();
  return (input) => settled(check(input, options, ast));
};

const refinement = (ast: SchemaAST.Refinement, decoding: boolean): Step => {
  const from = compile(ast.from, decoding);
  const holds = (input: unknown) => Option.isNone(ast.filter(input, options, ast));
  return decoding
    ? (input) => {
        const decoded = from(input);
        return decoded !== failed && holds(decoded) ? decoded : failed;
      }
    : (input) => {
        const encoded = from(input);
        return encoded !== failed && holds(input) ? encoded : failed;
      };
};

const union = (ast: SchemaAST.Union, decoding: boolean): Step => {
  const literals = ast.types.filter(SchemaAST.isLiteral).map(({ literal }) => literal);
  if (literals.length === ast.types.length) {
    const set = new Set<unknown>(literals);
    return when((input) => set.has(input));
  }
  const members = ast.types.map((member) => compile(member, decoding));
  const variants = new Map(
    ast.types.map((member, at) => [
      SchemaAST.isTransformation(member) ? tagOf(member) : undefined,
      members[at],
    ]),
  );
  if (variants.size === members.length && !variants.has(undefined)) {
    const nameOf = decoding ? onlyKey : tagIn;
    return (input) => variants.get(isRecord(input) ? nameOf(input) : undefined)?.(input) ?? failed;
  }
  const [one, other, ...more] = members;
  if (one !== undefined && other !== undefined && more.length === 0) {
    return (input) => {
      const result = one(input);
      return result === failed ? other(input) : result;
    };
  }
  return (input) => {
    for (const member of members) {
      const result = member(input);
      if (result !== failed) return result;
    }
    return failed;
  };
};

/** Of all variants only the one of this name can take it, and what has other keys the parser judges. */
const onlyKey = (input: Record<PropertyKey, unknown>): string | undefined => {
  let only: string | undefined;
  for (const key in input) {
    if (only !== undefined) return undefined;
    only = key;
  }
  return only;
};

const tagIn = (value: Record<PropertyKey, unknown>) => value["_tag"] as string | undefined;

/** What comes out of it has this `_tag`, if there is one. */
const typeLiteral = (ast: SchemaAST.TypeLiteral, decoding: boolean, tag?: string): Step => {
  // Without properties it takes whatever is not null, as it is.
  if (ast.indexSignatures.length > 0 || ast.propertySignatures.length === 0) return askParser;
  const properties = ast.propertySignatures.map(({ name, isOptional, type }) => ({
    name,
    isOptional,
    step: compile(type, decoding),
  }));
  return written(properties, tag, (input) => {
    const output: Record<PropertyKey, unknown> = tag === undefined ? {} : { _tag: tag };
    for (const { name, isOptional, step } of properties) {
      const value = input[name];
      if (value === undefined && !(name in input)) {
        if (isOptional) continue;
        return failed;
      }
      const result = step(value);
      if (result === failed) return failed;
      output[name] = result;
    }
    return output;
  });
};

interface Property {
  readonly name: PropertyKey;
  readonly step: Step;
}

/**
 * The loop over properties written out, as other validators do: an engine makes fast code of names
 * that stand in it, and gives what comes out one shape. Objects that lack one go to `loop`.
 */
const written = (
  properties: ReadonlyArray<Property>,
  tag: string | undefined,
  loop: (input: Record<PropertyKey, unknown>) => unknown,
): Step => {
  const step: Step = (input) => (isRecord(input) ? loop(input) : failed);
  if (properties.some(({ name }) => typeof name !== "string" || name === "__proto__")) return step;
  const names = properties.map(({ name }) => JSON.stringify(name));
  const lines = names.map(
    (name, at) => `const input${at} = input[${name}];
      if (input${at} === undefined) return loop(input);
      const output${at} = steps[${at}](input${at});
      if (output${at} === failed) return failed;`,
  );
  const tagged = tag === undefined ? [] : [`_tag: ${JSON.stringify(tag)}`];
  const code = `return (input) => {
      if (!isRecord(input)) return failed;
      ${lines.join("\n")}
      return { ${[...tagged, ...names.map((name, at) => `${name}: output${at}`)].join(", ")} };
    };`;
  const steps = properties.map((property) => property.step);
  return Generated.make<Step>({ isRecord, failed, loop, steps }, code) ?? step;
};

const isRecord = (input: unknown): input is Record<PropertyKey, unknown> =>
  typeof input === "object" && input !== null && !Array.isArray(input);

const transformation = (ast: SchemaAST.Transformation, decoding: boolean): Step => {
  const plain = plainlyOf(ast);
  if (plain !== undefined) {
    const turn = decoding ? plain.decode : plain.encode;
    return (input) => {
      const turned = turn(input);
      return turned === undefined ? failed : turned;
    };
  }
  const tag = tagOf(ast);
  if (tag !== undefined) return variant(ast.from, tag, decoding);
  const encodedSide = compile(ast.from, decoding);
  const typeSide = compile(ast.to, decoding);
  const [near, far] = decoding ? [encodedSide, typeSide] : [typeSide, encodedSide];
  const between = middle(ast, decoding);
  return (input) => {
    const first = near(input);
    if (first === failed) return failed;
    const second = between(first, input);
    return second === failed ? failed : far(second);
  };
};

const plainlyOf = (ast: SchemaAST.Transformation) =>
  ast.annotations[plainly] as Plainly | undefined;

const tagOf = (ast: SchemaAST.Transformation) => ast.annotations[variantOf] as string | undefined;

/** Takes the fields from under their name, or puts them there: what each of them is, is checked once. */
const variant = (from: SchemaAST.AST, tag: string, decoding: boolean): Step => {
  const fields = SchemaAST.isTypeLiteral(from) ? from.propertySignatures[0]?.type : undefined;
  if (fields === undefined) return askParser;
  if (decoding) {
    const isPlain = SchemaAST.isTypeLiteral(fields) && fields.indexSignatures.length === 0;
    const step = isPlain ? typeLiteral(fields, decoding, tag) : compile(fields, decoding);
    const take = (output: unknown) =>
      output === failed || isPlain ? output : { _tag: tag, ...(output as object) };
    return (input) => (isRecord(input) ? take(step(input[tag])) : failed);
  }
  const step = compile(fields, decoding);
  return (value) => {
    if (!isRecord(value) || value["_tag"] !== tag) return failed;
    const encoded = step(value);
    return encoded === failed ? failed : { [tag]: encoded };
  };
};

const middle = (
  ast: SchemaAST.Transformation,
  decoding: boolean,
): ((input: unknown, original: unknown) => unknown) => {
  const { transformation: how } = ast;
  switch (how._tag) {
    case "ComposeTransformation":
      return give;
    case "FinalTransformation": {
      const turn = decoding ? how.decode : how.encode;
      return (input, original) => settled(turn(input as never, options, ast, original as never));
    }
    case "TypeLiteralTransformation":
      return (input) => renamed(how.propertySignatureTransformations, input, decoding);
  }
};

/** Defaults and other names of properties. */
const renamed = (
  changes: ReadonlyArray<SchemaAST.PropertySignatureTransformation>,
  input: unknown,
  decoding: boolean,
): unknown => {
  let output = input as Record<PropertyKey, unknown>;
  for (const change of changes) {
    const [from, to] = decoding ? [change.from, change.to] : [change.to, change.from];
    const before = from in output ? Option.some(output[from]) : Option.none();
    const after = (decoding ? change.decode : change.encode)(before as never);
    if (from === to && isSame(before, after)) continue;
    if (output === input) output = { ...output };
    delete output[from];
    if (Option.isSome(after)) output[to] = after.value;
  }
  return output;
};

const isSame = (before: Option.Option<unknown>, after: Option.Option<unknown>): boolean =>
  Option.isSome(before)
    ? Option.isSome(after) && before.value === after.value
    : Option.isNone(after);
