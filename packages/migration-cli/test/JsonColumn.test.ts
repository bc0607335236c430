import { json, nullable } from "@ledgerfold/declaration/Kind";
import { Schema } from "effect";
import { describe, expect, it } from "vitest";
import { judged } from "./Sides.ts";

/** Columns of JSON whose values the log has. */

const nested = (levels: number) => `${"[".repeat(levels)}1${"]".repeat(levels)}`;

it.each([
  ['{"a": 1,\n "b": [true, null, "x"]}', '{"a":1,"b":[true,null,"x"]}'],
  ["[12345678901234567890, -9007199254740993]", "[12345678901234567890,-9007199254740993]"],
  ["[0.1, 1.50, 1e2, 1E-7, -0, -0.0]", "[0.1,1.5,100,1e-7,0,0]"],
  ['{"__proto__": {"a": 1}, "constructor": 2}', '{"__proto__":{"a":1},"constructor":2}'],
  ['"\\u00e9\\ud83d\\ude00 \\"quoted\\" \\\\"', '"é😀 \\"quoted\\" \\\\"'],
  ['{"a:b": "{\\"a\\": 1}", "": [{}, []]}', '{"a:b":"{\\"a\\": 1}","":[{},[]]}'],
  ["null", "null"],
  [nested(100), nested(100)],
])("carries %s", async (cell, at) => {
  expect(await judged(json(), cell)).toEqual({ bad: [], seen: [], at });
});

describe.each([
  ["a key twice", '{"a": 1, "a": 1}'],
  ["a key twice, spelled in two ways", '{"a": {"b": 1, "\\u0062": 2}}'],
  ["__proto__ twice", '{"__proto__": 1, "__proto__": 2}'],
  ["half a character", '["\\ud800"]'],
  ["half a character in a key", '{"\\udc00": 1}'],
  ["a number that would be rounded", "[0.1000000000000000055]"],
  ["a number beyond all", "[1e400]"],
  ["a number that would be nothing", "[1e-400]"],
  ["a large number with a fraction", "[123456789012345678.5]"],
  ["too many levels", nested(101)],
  ["far too many levels", nested(200_000)],
  ["no JSON", "{a: 1}"],
  ["two values", "1 2"],
  ["a number of another form", "[01]"],
  ["a line break in a string", '"a\nb"'],
  ["a part of JSON", '{"a": '],
  ["no text", ""],
])("%s", (_, cell) => {
  it("is refused by both sides", async () => {
    const { bad } = await judged(json(), cell);
    expect(bad).toHaveLength(1);
    expect(bad[0]).toMatch(/must be TEXT of JSON/);
    const { seen } = await judged(json(), cell, "1");
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatch(/^unreadable: Visit "1", legacy at: is (not )?JSON/);
  });
});

it("takes for the same what is of the same value, and nothing else", async () => {
  const before = '{"a": [1, 2.50], "b": {"x": null, "y": "1"}}';
  const same = [
    '{"b":{"y":"1","x":null},"a":[1.0,25e-1]}',
    '{"a":[1,2.5],"b":{"x":null,"\\u0079":"1"}}',
  ];
  for (const cell of same) expect((await judged(json(), cell, before)).seen).toEqual([]);
  const others = [
    '{"a": [2.50, 1], "b": {"x": null, "y": "1"}}',
    '{"a": [1, 2.50], "b": {"x": null, "y": 1}}',
    '{"a": [1, 2.50], "b": {"y": "1"}}',
    '{"a": [1, 2.50], "b": {"x": null, "y": "1"}, "c": 1}',
    '{"a": [1, 2.50], "b": [["x", null], ["y", "1"]]}',
    '"{\\"a\\": [1, 2.50]}"',
  ];
  for (const cell of others) expect((await judged(json(), cell, before)).seen).toHaveLength(1);
});

it("has null for what is nothing", async () => {
  for (const cell of [null, "null"]) {
    expect(await judged(nullable(json()), cell)).toEqual({ bad: [], seen: [], at: "null" });
  }
  expect((await judged(json(), null)).bad).toHaveLength(1);
  expect((await judged(nullable(json()), '"null"', "null")).seen).toHaveLength(1);
});

it("is what its schema takes, exactly", async () => {
  const Colour = Schema.Struct({ colour: Schema.String, size: Schema.optional(Schema.Number) });
  const cell = '{"size": 2, "colour": "red"}';
  expect((await judged(json(Colour), cell)).bad).toEqual([]);
  expect((await judged(json(Colour), '{"colour": 1}')).bad).toHaveLength(1);
  // What a schema leaves out would be lost.
  expect((await judged(json(Colour), '{"colour": "red", "shade": 1}')).bad).toHaveLength(1);
  const Any = Schema.Record({ key: Schema.String, value: Schema.Unknown });
  expect((await judged(json(Any), '{"__proto__": 1}')).bad).toHaveLength(1);
  expect((await judged(json(Any), '{"n": 12345678901234567890}')).bad).toEqual([]);
});
