import { Either, Schema } from "effect";
import { describe, expect, it } from "vitest";
import * as Compiled from "../src/Compiled.ts";
import { newtype, unit, variant } from "../src/ExternallyTagged.ts";

/** One of everything that is compiled, and one thing that is not (an array). */
const Shape = Schema.Union(
  unit("Nothing"),
  newtype("Amount", Schema.NumberFromString.pipe(Schema.greaterThan(0))),
  variant("Many", {
    name: Schema.NonEmptyString.pipe(Schema.brand("Name")),
    flag: Schema.NullOr(Schema.Boolean),
    count: Schema.optionalWith(Schema.NullOr(Schema.BigIntFromSelf), { default: () => null }),
    note: Schema.optionalWith(Schema.String, { exact: true }),
    any: Schema.Unknown,
    list: Schema.Array(Schema.Int),
  }),
);

const many = { name: "n", flag: true, any: 1, list: [1, 2] };

const inputs: ReadonlyArray<unknown> = [
  "Nothing",
  "Something",
  { Amount: "1.5" },
  { Amount: "-1.5" },
  { Amount: "x" },
  { Amount: 1.5 },
  { Many: many },
  { Many: { ...many, name: "" } },
  { Many: { ...many, flag: null, count: 5n, note: "x", unknown: true } },
  { Many: { ...many, note: undefined } },
  { Many: { ...many, count: 5 } },
  { Many: { ...many, list: [1.5] } },
  { Many: { name: "n" } },
  { Many: [] },
  {},
  [],
  null,
  undefined,
];

const values: ReadonlyArray<unknown> = [
  { _tag: "Nothing" },
  { _tag: "Amount", value: 2 },
  { _tag: "Amount", value: -2 },
  { _tag: "Many", ...many, count: null },
  { _tag: "Many", ...many, count: 2n ** 60n, note: "x", extra: 1 },
  { _tag: "Many", ...many, count: null, name: "" },
  { _tag: "Many", ...many },
  { _tag: "Else" },
  null,
];

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

  it("is made once for a schema", () => {
    expect(Compiled.make(Shape)).toBe(compiled);
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
