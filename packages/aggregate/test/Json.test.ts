import { describe, expect, it } from "@effect/vitest";
import { FastCheck } from "effect";
import * as Json from "../src/Json.ts";

describe("integers beyond 53 bits", () => {
  it.each([
    ["2^53 - 1, the last safe one", "9007199254740991", 9007199254740991],
    ["2^53", "9007199254740992", 9007199254740992n],
    ["2^53 + 1, which no double holds", "9007199254740993", 9007199254740993n],
    ["-2^53", "-9007199254740992", -9007199254740992n],
    ["2^63 - 1", "9223372036854775807", 9223372036854775807n],
    ["-2^63", "-9223372036854775808", -9223372036854775808n],
    ["2^64 - 1", "18446744073709551615", 18446744073709551615n],
  ])("%s is read and written exactly", (_, text, value) => {
    expect(Json.parse(text)).toBe(value);
    expect(Json.stringify(value)).toBe(text);
  });

  it("are found wherever they stand, and others are left as they are", () => {
    for (let before = 0; before < 40; before += 1) {
      for (const digits of [15, 16, 17, 20]) {
        const integer = "9".repeat(digits);
        const text = `{"${"x".repeat(before)}":${integer},"hash":"0x1234567890${integer}"}`;
        const [value] = Object.values(Json.parse(text) as object);
        expect(value).toBe(digits < 16 ? Number(integer) : BigInt(integer));
      }
    }
  });

  it("are exact in arrays and nested objects", () => {
    const text = '{"a":[1,18446744073709551615,{"b":{"c":-9223372036854775808}}],"d":[[2]]}';
    const value = { a: [1, 18446744073709551615n, { b: { c: -9223372036854775808n } }], d: [[2]] };
    expect(Json.parse(text)).toEqual(value);
    expect(Json.stringify(value)).toBe(text);
  });

  it.prop(
    "of any value round trip",
    [FastCheck.bigInt(-(2n ** 63n), 2n ** 64n - 1n)],
    ([integer]) => {
      const [read] = Json.parse(`[${integer}]`) as [number | bigint];
      expect(BigInt(read)).toBe(integer);
      expect(Json.stringify([integer])).toBe(`[${integer}]`);
    },
  );
});

describe("everything else is as JSON has it", () => {
  it.each([
    '"18446744073709551615"',
    '{"18446744073709551615":"a key"}',
    '"say \\"9007199254740993\\" and \\u0007"',
    '["0x11112222333344445555666677778888"]',
    '{"none":null,"yes":true,"empty":[{},""]}',
  ])("%s is untouched", (text) => {
    expect(Json.parse(text)).toEqual(JSON.parse(text));
    expect(Json.stringify(Json.parse(text))).toBe(text);
  });

  it.each([
    ["0.1", 0.1],
    ["0.30000000000000004", 0.30000000000000004],
    ["1234567890123456789.5", 1234567890123456800],
    ["1e21", 1e21],
    ["9007199254740993e0", 9007199254740992],
    ["5e-324", 5e-324],
  ])("%s is the double that it says", (text, value) => {
    expect(Json.parse(text)).toBe(value);
  });

  it("writes a small bigint as a number, and no white space", () => {
    expect(Json.stringify({ b: 1n, a: [-7n, 0.5] })).toBe('{"b":1,"a":[-7,0.5]}');
  });

  it.each(["", "{", "{'a':1}", "[1,]", "12345678901234567x"])("%j is not JSON", (text) => {
    expect(() => Json.parse(text)).toThrow(SyntaxError);
  });

  it.prop("reads any JSON as JSON.parse does", [FastCheck.json()], ([text]) => {
    const rounded = (value: unknown): unknown => JSON.parse(Json.stringify(value));
    expect(rounded(Json.parse(text))).toEqual(JSON.parse(text));
  });
});
