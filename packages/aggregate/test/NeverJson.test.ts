import { Effect, Schema } from "effect";
import { describe, expect, it } from "vitest";
import * as Aggregate from "../src/Aggregate.ts";
import * as Compiled from "../src/Compiled.ts";
import { unit, variant } from "../src/ExternallyTagged.ts";
import { aggregate } from "./Counter.ts";

class Point extends Schema.Class<Point>("Point")({ x: Schema.Number }) {}
class Plain {}
const Integer = Schema.transform(
  Schema.Union(Schema.Int, Schema.BigIntFromSelf),
  Schema.BigIntFromSelf,
  { strict: true, decode: (integer) => BigInt(integer), encode: (integer) => integer },
);
interface Tree {
  readonly left: Tree | null;
  readonly at: Date;
}
const Tree: Schema.Schema<Tree> = Schema.Struct({
  left: Schema.NullOr(Schema.suspend(() => Tree)),
  at: Schema.DateFromSelf,
});

describe("a schema that can never be JSON is named by its field", () => {
  it.each([
    ["", Schema.DateFromSelf],
    ["", Schema.Undefined],
    ["a.b", Schema.Struct({ a: Schema.Struct({ b: Schema.SymbolFromSelf }) })],
    ["Opened.at", Schema.Union(unit("Closed"), variant("Opened", { at: Schema.DateFromSelf }))],
    ["a", Schema.Struct({ a: Schema.optional(Schema.DurationFromSelf) })],
    ["a", Schema.Struct({ a: Schema.NullOr(Schema.BigIntFromSelf) })],
    ["a", Schema.Struct({ a: Schema.Union(Schema.Int, Schema.BigIntFromSelf) })],
    ["a.0", Schema.Struct({ a: Schema.Tuple(Schema.Literal(1n)) })],
    ["a.0", Schema.Struct({ a: Schema.Array(Schema.Uint8ArrayFromSelf) })],
    ["*", Schema.Record({ key: Schema.String, value: Schema.URLFromSelf })],
    ["a", Schema.Struct({ a: Schema.OptionFromSelf(Schema.String) })],
    ["a", Schema.Struct({ a: Schema.typeSchema(Point) })],
    ["a", Schema.Struct({ a: Schema.instanceOf(Plain) })],
    ["left.at", Tree],
    ["__proto__", Schema.Struct({ ["__proto__"]: Schema.String })],
  ] as ReadonlyArray<readonly [string, Schema.Schema.All]>)("%j", (field, schema) => {
    expect(Compiled.neverJson(schema)?.field).toBe(field);
  });

  it.each([
    Schema.Struct({ at: Schema.Date, when: Schema.optional(Schema.UndefinedOr(Schema.String)) }),
    Schema.Struct({ n: Integer, all: Schema.Array(Schema.NullOr(Integer)), big: Schema.BigInt }),
    Schema.Union(Schema.String, Schema.DateFromSelf),
    Schema.Option(Point),
    Schema.Map({ key: Schema.String, value: Schema.Unknown }),
    Schema.declare((input): input is string => typeof input === "string"),
    Schema.Unknown,
  ] as ReadonlyArray<Schema.Schema.All>)("%s can be", (schema) => {
    expect(Compiled.neverJson(schema)).toBe(undefined);
  });

  it("where an aggregate is made of it", () => {
    const state = Schema.Struct({ since: Schema.DateFromSelf });
    const make = () =>
      Aggregate.make({
        ...aggregate,
        state,
        initial: { since: new Date(0) },
        evolve: (state) => state,
        decide: () => Effect.succeed([]),
      });
    expect(make).toThrow(
      "the field since of the state is encoded as a DateFromSelf, which JSON has no word for.",
    );
  });
});
