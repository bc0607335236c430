import { Option, SchemaAST } from "effect";
import * as Json from "../Json.ts";
import * as Fidelity from "./Fidelity.ts";
import * as Generated from "./Generated.ts";
import { compile, failed, isRecord, middle, options, plainlyOf, tagOf, typeSide } from "./Step.ts";

/**
 * From a value to the JSON text of what it becomes, without that between. Gives nothing where the
 * step that encodes fails, so that the first member of a union that gives a text is the one that
 * encodes; and nothing for a value that JSON has no word for.
 */
export type Writer = (value: unknown) => string | undefined;

export const knowsNothing: Writer = () => undefined;

/** Nothing for what is not written here, or may become what JSON leaves out. */
export const make = (ast: SchemaAST.AST): Writer | undefined => {
  const code = new Code();
  const body = written(code, ast, "value", "text");
  if (body === undefined) return undefined;
  const parts = Object.fromEntries(code.parts.map((part, at) => [partName(at), part]));
  const source = `return (value) => { let text; ${body}; return text; };`;
  const write = Generated.make<Writer>(parts, source);
  if (write === undefined) return undefined;
  return (value) => {
    try {
      return write(value);
    } catch (cause) {
      if (cause === noWord) return undefined;
      throw cause;
    }
  };
};

/** Thrown, as another member of a union must not be taken in its place. */
const noWord = new Error("JSON has no word for it");

/**
 * The code is one function for the whole schema: functions that call functions that they were given
 * take twice as long, since an engine can't tell which these are.
 */
class Code {
  /** The values that the code names. */
  readonly parts: Array<unknown> = [];
  private names = 0;

  part(value: unknown): string {
    return partName(this.parts.push(value) - 1);
  }

  name(): string {
    this.names += 1;
    return `name${this.names}`;
  }
}

const partName = (at: number): string => `part${at}`;

/** Statements that give the variable `text` the text of the variable `value`, where that fits. */
const written = (
  code: Code,
  ast: SchemaAST.AST,
  value: string,
  text: string,
): string | undefined => {
  switch (ast._tag) {
    case "Literal":
      return `if (${value} === ${code.part(ast.literal)}) ${text} = ${code.part(Json.stringify(ast.literal))};`;
    case "StringKeyword":
      return `if (typeof ${value} === "string") ${text} = ${code.part(quoted)}(${value});`;
    case "NumberKeyword":
      return `if (typeof ${value} === "number") ${text} = ${code.part(textOf)}(${value});`;
    case "BigIntKeyword":
      return `if (typeof ${value} === "bigint") ${text} = "" + ${value};`;
    case "BooleanKeyword":
      return `if (typeof ${value} === "boolean") ${text} = "" + ${value};`;
    case "Refinement": {
      const from = written(code, ast.from, value, text);
      const holds = (input: unknown) => Option.isNone(ast.filter(input, options, ast));
      return from === undefined
        ? undefined
        : `${from} if (${text} !== undefined && !${code.part(holds)}(${value})) ${text} = undefined;`;
    }
    case "Union":
      return allOf(
        ast.types.map((member) => written(code, member, value, text)),
        (members) =>
          members.join(` if (${text} === undefined) { `) + " }".repeat(members.length - 1),
      );
    case "TypeLiteral":
      return struct(code, ast, value, text);
    case "Transformation":
      return transformation(code, ast, value, text);
    default:
      return undefined;
  }
};

const allOf = (
  known: ReadonlyArray<string | undefined>,
  join: (all: ReadonlyArray<string>) => string,
): string | undefined => {
  const found = known.filter((one) => one !== undefined);
  return found.length === known.length ? join(found) : undefined;
};

/** Of what the step that encodes gives for a value. */
const textBy = (ast: SchemaAST.AST, encode: (value: unknown) => unknown) => {
  const lossIn = Fidelity.make(ast);
  return (value: unknown): string | undefined => {
    const encoded = encode(value);
    if (encoded !== failed && lossIn?.(encoded, 0) !== undefined) throw noWord;
    return textOf(encoded);
  };
};

const textOf = (encoded: unknown): string | undefined => {
  switch (typeof encoded) {
    case "string":
      return quoted(encoded);
    case "number":
      if (!Number.isFinite(encoded)) throw noWord;
      return Json.ofNumber(encoded);
    case "bigint":
      return `${encoded}`;
    default:
      return encoded === failed ? undefined : Json.stringify(encoded);
  }
};

/** Most text has nothing to escape, and seeing that takes less than having it escaped. */
const quoted = (text: string): string => {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return JSON.stringify(text);
  }
  return `"${text}"`;
};

/** A value that lacks a property goes by way of the step that encodes the whole. */
const struct = (
  code: Code,
  ast: SchemaAST.TypeLiteral,
  value: string,
  text: string,
  whole: SchemaAST.AST = ast,
): string | undefined => {
  const { propertySignatures, indexSignatures } = ast;
  if (indexSignatures.length > 0 || propertySignatures.length === 0) return undefined;
  if (!propertySignatures.every(({ name }) => isPlain(name))) return undefined;
  const block = code.name();
  const slowly = code.part(textBy(whole, compile(whole, false)));
  const properties = propertySignatures.map(({ name, type }) => {
    const [quotedName, inner, itsText] = [JSON.stringify(name), code.name(), code.name()];
    const its = written(code, defined(type), inner, itsText);
    return { quotedName, inner, itsText, its };
  });
  return allOf(
    properties.map(
      ({ quotedName, inner, itsText, its }) =>
        its &&
        `const ${inner} = ${value}[${quotedName}];
        if (${inner} === undefined) { ${text} = ${slowly}(${value}); break ${block}; }
        let ${itsText};
        ${its}
        if (${itsText} === undefined) break ${block};`,
    ),
    (all) => {
      const fields = properties.map(({ quotedName, itsText }, at) => {
        const before = `${at === 0 ? "" : ","}${quotedName}:`;
        return `${JSON.stringify(before)} + ${itsText} + `;
      });
      return `${block}: if (${code.part(isRecord)}(${value})) {
        ${all.join("\n")}
        ${text} = "{" + ${fields.join("")} "}";
      }`;
    },
  );
};

const defined = (ast: SchemaAST.AST): SchemaAST.AST =>
  SchemaAST.isUnion(ast)
    ? SchemaAST.Union.make(ast.types.filter((member) => !SchemaAST.isUndefinedKeyword(member)))
    : ast;

/** Objects put whole numbers before other names. */
const isPlain = (name: PropertyKey): boolean =>
  typeof name === "string" && name !== "__proto__" && !/^\d+$/.test(name);

const transformation = (
  code: Code,
  ast: SchemaAST.Transformation,
  value: string,
  text: string,
): string | undefined => {
  const plain = plainlyOf(ast);
  if (plain !== undefined) {
    const encoded = code.name();
    const its = SchemaAST.isStringKeyword(ast.from) ? quoted : textBy(ast.from, (it) => it);
    return `const ${encoded} = ${code.part(plain.encode)}(${value});
      if (${encoded} !== undefined) ${text} = ${code.part(its)}(${encoded});`;
  }
  const tag = tagOf(ast);
  if (tag !== undefined) return variant(code, ast, tag, value, text);
  if (ast.transformation._tag === "TypeLiteralTransformation" && isOfSameTypes(ast)) {
    return keeping(code, ast, ast.transformation.propertySignatureTransformations, value, text);
  }
  const near = code.part(typeSide(ast, false));
  const between = code.part(middle(ast, false));
  const [first, second] = [code.name(), code.name()];
  const rest = written(code, ast.from, second, text);
  return (
    rest &&
    `const ${first} = ${near}(${value});
    if (${first} !== ${code.part(failed)}) {
      const ${second} = ${between}(${first}, ${value});
      if (${second} !== ${code.part(failed)}) { ${rest} }
    }`
  );
};

const variant = (
  code: Code,
  { from }: SchemaAST.Transformation,
  tag: string,
  value: string,
  text: string,
): string | undefined => {
  if (!SchemaAST.isTypeLiteral(from)) return undefined;
  const [fields] = from.propertySignatures;
  const inner = code.name();
  const rest = fields && written(code, fields.type, value, inner);
  return (
    rest &&
    `if (${code.part(isRecord)}(${value}) && ${value}._tag === ${code.part(tag)}) {
      let ${inner};
      ${rest}
      if (${inner} !== undefined) ${text} = ${code.part(`{${JSON.stringify(tag)}:`)} + ${inner} + "}";
    }`
  );
};

/** Whether the encoded side, in encoding, checks all that the type side does. */
const isOfSameTypes = ({ from, to }: SchemaAST.Transformation): boolean =>
  isSameType(SchemaAST.typeAST(from), to);

const isSameType = (one: SchemaAST.AST, other: SchemaAST.AST): boolean => {
  if (one === other) return true;
  if (SchemaAST.isUnion(one) && SchemaAST.isUnion(other)) {
    return isSameEach(one.types, other.types, isSameType);
  }
  if (SchemaAST.isRefinement(one) && SchemaAST.isRefinement(other)) {
    return one.filter === other.filter && isSameType(one.from, other.from);
  }
  return (
    SchemaAST.isTypeLiteral(one) &&
    SchemaAST.isTypeLiteral(other) &&
    isSameEach(one.propertySignatures, other.propertySignatures, (a, b) => {
      return a.name === b.name && isSameType(defined(a.type), defined(b.type));
    })
  );
};

const isSameEach = <A>(
  some: ReadonlyArray<A>,
  others: ReadonlyArray<A>,
  isSame: (one: A, other: A) => boolean,
): boolean =>
  some.length === others.length && some.every((one, at) => isSame(one, others[at] as A));

/** A value all of whose properties stay as they are needs no copy. */
const keeping = (
  code: Code,
  ast: SchemaAST.Transformation,
  changes: ReadonlyArray<SchemaAST.PropertySignatureTransformation>,
  value: string,
  text: string,
): string | undefined => {
  if (!SchemaAST.isTypeLiteral(ast.from)) return undefined;
  const rest = struct(code, ast.from, value, text, ast);
  if (rest === undefined || !changes.every(({ from, to }) => from === to && isPlain(from))) {
    return undefined;
  }
  const slowly = code.part(textBy(ast, compile(ast, false)));
  const kept = changes.map(({ to, encode }) => {
    const stays = (before: unknown): boolean => {
      const after = encode(Option.some(before));
      return Option.isSome(after) && after.value === before;
    };
    return `${code.part(stays)}(${value}[${JSON.stringify(to)}])`;
  });
  return `if (${code.part(isRecord)}(${value}) && ${kept.join(" && ")}) { ${rest} }
    else ${text} = ${slowly}(${value});`;
};
