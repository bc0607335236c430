import { Either, Option, Schema } from "effect";
import { describe, expect, it } from "vitest";
import * as Compiled from "../src/Compiled.ts";
import { newtype, unit, variant } from "../src/ExternallyTagged.ts";
import * as Json from "../src/Json.ts";
import { inputs, Shape, values } from "./Shape.ts";

const compiled = Compiled.make(Shape);
const attempt = (work: () => unknown) => Either.try({ try: work, catch: String });

describe("a compiled schema", () => {
  it.each(inputs.map((input) => ({ input })))("decodes $input as the parser does", ({ input }) => {
    const expected = Schema.decodeUnknownEither(Shape)(input);
    const actual = compiled.decode(input);
    expect(actual).toEqual(expected);
    if (Either.isRight(expected)) {
      expect(Object.keys(Either.getOrThrow(actual))).toEqual(Object.keys(expected.right));
    }
  });

  it.each(values.map((value) => ({ value })))("encodes $value as the parser does", ({ value }) => {
    const expected = attempt(() => Schema.encodeUnknownSync(Shape)(value));
    expect(attempt(() => compiled.encode(value as never))).toEqual(expected);
  });

  it.each(values.map((value) => ({ value })))("writes $value as JSON does", ({ value }) => {
    expect(attempt(() => compiled.write(value as never))).toEqual(
      attempt(() => Json.stringify(compiled.encode(value as never))),
    );
  });

  it("says of what is longer than any text that it is, and not that it is too deep", () => {
    const { write } = Compiled.make(Schema.Array(Schema.String));
    const text = "x".repeat(2 ** 20);
    expect(() => write(Array.from({ length: 513 }, () => text))).toThrow(
      "the whole is longer than a text can be",
    );
  }, 60_000);

  it("is made once for a schema", () => {
    expect(Compiled.make(Shape)).toBe(compiled);
  });
});

describe("a recursive schema whose type side is another than its encoded one", () => {
  interface Node {
    readonly at: number;
    readonly next: Node | null;
  }
  interface EncodedNode {
    readonly at?: number | undefined;
    readonly next: EncodedNode | null;
  }
  const Node: Schema.Schema<Node, EncodedNode> = Schema.Struct({
    at: Schema.optionalWith(Schema.Int, { default: () => 7 }),
    next: Schema.NullOr(Schema.suspend(() => Node)),
  });

  it("is compiled, and looked through for what JSON has no word for", () => {
    const { decode, write } = Compiled.make(Node);
    const node = { at: 7, next: { at: 7, next: null } };
    expect(decode({ next: { next: null } })).toEqual(Either.right(node));
    expect(write(node)).toBe('{"at":7,"next":{"at":7,"next":null}}');
    expect(Compiled.neverJson(Node)).toBe(undefined);
    expect(Compiled.neverJson(Schema.typeSchema(Node))).toBe(undefined);
  });
});

describe("properties with odd names", () => {
  const symbol = Symbol.for("odd");
  const Odd = Schema.Struct({
    'a "quoted"\n${name}': Schema.NumberFromString,
    "": Schema.String,
    constructor: Schema.String,
  });
  const odd = { 'a "quoted"\n${name}': "1", "": "2", constructor: "3" };

  it.each([
    { schema: Odd, input: odd },
    { schema: Odd, input: { ...odd, constructor: 3 } },
    { schema: Odd, input: { "": "2" } },
    { schema: Schema.Struct({ [symbol]: Schema.String }), input: { [symbol]: "1" } },
    {
      schema: Schema.Struct({ ["__proto__"]: Schema.String }),
      input: JSON.parse('{"__proto__":"1"}'),
    },
  ])("are read as the parser does: $input", ({ schema, input }) => {
    const parser = Schema.decodeUnknownEither(schema as Schema.Schema<unknown>);
    const decode = Compiled.make(schema as Schema.Schema<unknown>).decode;
    expect(decode(input)).toEqual(parser(input));
  });
});

it("tells what is of a schema's type", () => {
  const isAmount = Compiled.is(Schema.NumberFromString.pipe(Schema.greaterThan(0)));
  expect([1, 0, "1", undefined].map(isAmount)).toEqual([true, false, false, false]);
  // Arrays are not compiled: the parser is asked.
  const isList = Compiled.is(Schema.Array(Schema.Int));
  expect([[], [1], [1.5], 1].map(isList)).toEqual([true, true, false, false]);
});

describe("JSON text", () => {
  const inner = Schema.Struct({ count: Schema.BigIntFromSelf, at: Schema.Number });
  const Known = Schema.Union(
    unit("Nothing"),
    newtype("Amount", Schema.NumberFromString.pipe(Schema.greaterThan(0))),
    variant("Many", {
      'a "name"': Schema.NonEmptyString,
      flag: Schema.NullOr(Schema.Boolean),
      status: Schema.Literal("on", 'o"ff', 1, true, null),
      inner: Schema.NullOr(inner),
      given: Schema.optionalWith(Schema.NullOr(inner), { default: () => null }),
      note: Schema.optionalWith(Schema.String, { exact: true }),
      other: Schema.optional(Schema.Number),
      loud: Schema.optionalToRequired(Schema.String, Schema.String, {
        decode: Option.getOrElse(() => ""),
        encode: (text) => (text === "" ? Option.none() : Option.some(text.toUpperCase())),
      }),
    }),
  );
  const full = {
    _tag: "Many",
    'a "name"': 'x"y',
    flag: null,
    status: 'o"ff',
    inner: { count: 2n ** 70n, at: -0 },
    given: { count: -1n, at: 1e21 },
    note: "é\n\ud800",
    other: 0.5,
    loud: "A",
  };
  const { note: _note, ...lacking } = full;

  it.each([
    { _tag: "Nothing" },
    { _tag: "Amount", value: 2 },
    full,
    lacking,
    { ...full, given: null, inner: null, flag: true, status: 1 },
    { ...full, loud: "a" },
    { ...full, loud: "" },
    { ...full, other: undefined },
    { ...full, note: undefined },
    { ...full, given: undefined },
    { ...full, given: { count: 1, at: 1 } },
    { ...full, status: "off" },
    { ...full, 'a "name"': "" },
    { ...full, _tag: "Else" },
    { _tag: "Amount", value: -2 },
    [],
    null,
  ])("is what encoding gives: %o", (value) => {
    const expected = attempt(() => Json.stringify(Schema.encodeUnknownSync(Known)(value)));
    expect(attempt(() => Compiled.make(Known).write(value as never))).toEqual(expected);
  });

  it.each([Number.NaN, Number.NEGATIVE_INFINITY])("%s is refused by its field", (other) => {
    const refused = attempt(() => Compiled.make(Known).write({ ...full, other } as never));
    const reason = `NotJson: Many.other is ${other}, which JSON has no word for`;
    expect(refused).toEqual(Either.left(reason));
  });

  it("is of the member that encodes, though JSON has no word for what another has", () => {
    const Either = Schema.Union(
      Schema.Struct({ a: Schema.Number, c: Schema.String }),
      Schema.Struct({ a: Schema.Number }),
      Schema.Struct({ b: Schema.Number }),
    );
    const { write } = Compiled.make(Either);
    expect(() => write({ a: Number.NaN, b: 1 })).toThrow("a is NaN");
    expect(write({ b: 1 })).toBe('{"b":1}');
  });

  it("is the first member's that fits, even if that one has to be asked", () => {
    const some = Schema.Struct({ a: Schema.optional(Schema.Number) });
    const Mixed = Schema.Union(some, Schema.Struct({ b: Schema.Number }));
    const value = { b: 1 };
    const { encode, write } = Compiled.make(Mixed);
    expect(encode(value)).toEqual(Schema.encodeSync(Mixed)(value));
    expect(() => write(value)).toThrow("b is not in its schema");
  });
});
