import * as Json from "@ledgerfold/aggregate/internal/Json";
import { describe, expect, it } from "@effect/vitest";
import { Either, Schema } from "effect";
import * as Integer from "../src/Integer.ts";

const read = (schema: Schema.Schema<bigint, number | bigint>, text: string) =>
  Schema.decodeUnknownEither(schema)(Json.parse(text));
const write = (schema: Schema.Schema<bigint, number | bigint>, value: bigint) =>
  Json.stringify(Schema.encodeSync(schema)(value));

describe.each([
  ["U64", Integer.U64, ["0", "15025", "9007199254740993", "18446744073709551615"]],
  ["I64", Integer.I64, ["-9223372036854775808", "-9007199254740993", "-1", "0"]],
  ["I64", Integer.I64, ["9007199254740991", "9007199254740992", "9223372036854775807"]],
] as const)("%s", (_, schema, texts) => {
  it.each(texts)("holds %s exactly", (text) => {
    expect(read(schema, text)).toEqual(Either.right(BigInt(text)));
    expect(write(schema, BigInt(text))).toBe(text);
  });

  it.prop("of any value round trips", [schema], ([value]) => {
    expect(read(schema, write(schema, value))).toEqual(Either.right(value));
    expect(write(schema, value)).toBe(value.toString());
  });

  it.each(["0.5", "-1.5", "1e400", "1e21", '"42"', "null", "true", "[1]"])("refuses %s", (text) => {
    expect(Either.isLeft(read(schema, text))).toBe(true);
  });
});

describe("the limits", () => {
  it.each([
    ["U64", Integer.U64, "-1"],
    ["U64", Integer.U64, "-9223372036854775808"],
    ["U64", Integer.U64, "18446744073709551616"],
    ["I64", Integer.I64, "9223372036854775808"],
    ["I64", Integer.I64, "-9223372036854775809"],
  ] as const)("%s refuses %s", (_, schema, text) => {
    expect(Either.isLeft(read(schema, text))).toBe(true);
    expect(() => write(schema, BigInt(text))).toThrow();
  });

  it("of an i32 are the exponents that an oracle may give", () => {
    const decode = Schema.decodeUnknownEither(Integer.I32);
    expect(decode(-2147483648)).toEqual(Either.right(-2147483648));
    expect(decode(2147483647)).toEqual(Either.right(2147483647));
    for (const wrong of [2147483648, -2147483649, -8.5, "-8", -8n, null]) {
      expect(Either.isLeft(decode(wrong))).toBe(true);
    }
  });

  it("knows the largest signed one", () => {
    expect(Integer.maxI64).toBe(9223372036854775807n);
  });
});
