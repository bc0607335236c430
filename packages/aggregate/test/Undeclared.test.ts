import { Either, Option, Schema } from "effect";
import { expect, it } from "vitest";
import * as Compiled from "../src/Compiled.ts";
import { unit, variant } from "../src/ExternallyTagged.ts";

const A = Schema.Struct({ a: Schema.Number });
class Person extends Schema.Class<Person>("Person")({ first: Schema.String }) {
  readonly shown = `${this.first}!`;
}
interface Tree {
  readonly at: number;
  readonly below: ReadonlyArray<Tree>;
}
const Tree: Schema.Schema<Tree> = Schema.Struct({
  at: Schema.Number,
  below: Schema.Array(Schema.suspend(() => Tree)),
});
const lettered = Schema.TemplateLiteral("x", Schema.String);

const refused = (schema: Schema.Schema.All, value: unknown) =>
  Either.try({
    try: () => Compiled.make(schema as Schema.Schema<unknown>).write(value),
    catch: String,
  }).pipe(Either.flip, Either.getOrUndefined);
const named = (field: string) => `NotDeclared: ${field} is not in its schema, and would be lost`;

it.each<readonly [string, Schema.Schema.All, value: unknown, field: string]>([
  ["a struct", A, { a: 1, b: 1 }, "b"],
  ["a field", Schema.Struct({ in: A }), { in: { a: 1, b: 1 } }, "in.b"],
  ["a refinement", A.pipe(Schema.filter(() => true)), { a: 1, b: 1 }, "b"],
  ["an array", Schema.Array(A), [{ a: 1 }, { a: 1, b: 1 }], "1.b"],
  ["a tuple", Schema.Tuple([Schema.Number], A, Schema.Number), [1, { a: 1, b: 1 }, 1], "1.b"],
  ["a tuple's end", Schema.Tuple([], Schema.Number, A), [1, { a: 1, b: 1 }], "1.b"],
  ["a record", Schema.Record({ key: Schema.String, value: A }), { x: { a: 1, b: 1 } }, "x.b"],
  ["a record of some names", Schema.Record({ key: lettered, value: A }), { y: { a: 1 } }, "y"],
  ["what may be null", Schema.NullOr(A), { a: 1, b: 1 }, "b"],
  ["a variant", Schema.Union(unit("U"), variant("V", { a: Schema.Number })), v({ b: 1 }), "b"],
  ["a unit", Schema.Union(unit("U"), variant("V", { a: Schema.Number })), { _tag: "U", b: 1 }, "b"],
  [
    "members without tags",
    Schema.Union(A, Schema.Struct({ b: Schema.Number })),
    { b: 1, c: 1 },
    "c",
  ],
  ["the first that fits", Schema.Union(A, Schema.Struct({ a: A, c: A })), { a: 1, c: 1 }, "c"],
  ["a transformation", Schema.parseJson(A), { a: 1, b: 1 }, "b"],
  [
    "defaults",
    Schema.Struct({ in: Schema.optionalWith(A, { default: () => ({ a: 1 }) }) }),
    { in: { a: 1, b: 1 } },
    "in.b",
  ],
  ["a recursive schema", Tree, { at: 1, below: [{ at: 2, below: [], b: 1 }] }, "below.0.b"],
  ["an option", Schema.Struct({ o: Schema.Option(A) }), { o: Option.some({ a: 1, b: 1 }) }, "o.b"],
  ["a class", Schema.Struct({ p: Person }), { p: { first: "A", last: "B", shown: "" } }, "p.last"],
])("a field more is found in %s", (_, schema, value, field) => {
  expect(refused(schema, value)).toMatch(named(field));
});

function v(more: object) {
  return { _tag: "V", a: 1, ...more };
}

it.each<readonly [string, Schema.Schema.All, value: unknown]>([
  ["one that is undefined", A, { a: 1, b: undefined }],
  ["one that is inherited", A, Object.assign(Object.create({ b: 1 }), { a: 1 })],
  [
    "what a class makes of its own",
    Schema.Struct({ p: Person }),
    { p: new Person({ first: "A" }) },
  ],
  ["an option of a class", Schema.Option(Person), Option.some(new Person({ first: "A" }))],
  ["what is unknown", Schema.Struct({ u: Schema.Unknown }), { u: { b: 1 } }],
  ["whatever object", Schema.Struct({}), { b: 1 }],
  ["a record of any names", Schema.Record({ key: Schema.String, value: Schema.Number }), { b: 1 }],
  [
    "a struct and a record",
    Schema.Struct({ a: A }, { key: lettered, value: Schema.Unknown }),
    { a: { a: 1 }, xb: 1 },
  ],
  ["the second member", Schema.Union(A, Schema.Struct({ b: Schema.Number })), { b: 1 }],
  ["a list or a struct", Schema.Union(Schema.Array(A), A), [{ a: 1 }]],
])("%s is none too many", (_, schema, value) => {
  expect(refused(schema, value)).toBe(undefined);
});
