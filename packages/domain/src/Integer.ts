import { ParseResult, Schema } from "effect";

/**
 * Integers as other services hold them, exact to the last bit: a `bigint` here, a JSON number on
 * the wire. The JSON reader gives a `bigint` for what a JavaScript number cannot hold.
 */
const between = (
  min: bigint,
  max: bigint,
  identifier: string,
): Schema.Schema<bigint, number | bigint> =>
  Schema.transformOrFail(
    Schema.Union(Schema.Int, Schema.BigIntFromSelf),
    Schema.declare(
      (input): input is bigint => typeof input === "bigint" && min <= input && input <= max,
      { identifier, arbitrary: () => (fc) => fc.bigInt(min, max) },
    ),
    {
      strict: true,
      decode: (value) => ParseResult.succeed(BigInt(value)),
      encode: (value) =>
        ParseResult.succeed(-safe <= value && value <= safe ? Number(value) : value),
    },
  ).annotations({ identifier });

const safe = BigInt(Number.MAX_SAFE_INTEGER);

export const maxI64 = 2n ** 63n - 1n;

export const U64 = between(0n, 2n ** 64n - 1n, "U64");
export const I64 = between(-(2n ** 63n), maxI64, "I64");
export const I32 = Schema.Int.pipe(Schema.between(-(2 ** 31), 2 ** 31 - 1)).annotations({
  identifier: "I32",
});
