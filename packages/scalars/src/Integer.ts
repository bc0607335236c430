import * as Scalar from "@ledgerfold/aggregate/Scalar";
import { Schema } from "effect";

/**
 * Integers as other services hold them, exact to the last bit: a `bigint` here, a JSON number on
 * the wire.
 */

/** The JSON reader gives a `bigint` for what a JavaScript number cannot hold. */
const between = (
  min: bigint,
  max: bigint,
  identifier: string,
): Schema.Schema<bigint, number | bigint> => {
  const is = (input: unknown): input is bigint =>
    typeof input === "bigint" && min <= input && input <= max;
  return Scalar.make({
    identifier,
    is,
    wire: Schema.Union(Schema.Int, Schema.BigIntFromSelf),
    decode: (input) => {
      const value = Number.isSafeInteger(input) ? BigInt(input as number) : input;
      return is(value) ? value : undefined;
    },
    encode: (value) => (-safe <= value && value <= safe ? Number(value) : value),
    rule: `must be an integer from ${min} to ${max}`,
    annotations: { arbitrary: () => (fc) => fc.bigInt(min, max) },
  });
};

const safe = BigInt(Number.MAX_SAFE_INTEGER);

/** The largest rowid of SQLite, and `bigint` of PostgreSQL. */
export const maxI64 = 2n ** 63n - 1n;

/** From 0 to 2^64 - 1. */
export const U64 = between(0n, 2n ** 64n - 1n, "U64");
/** From -2^63 to 2^63 - 1. */
export const I64 = between(-(2n ** 63n), maxI64, "I64");
/** From -2^31 to 2^31 - 1, as a `number` here too. */
export const I32 = Schema.Int.pipe(Schema.between(-(2 ** 31), 2 ** 31 - 1)).annotations({
  identifier: "I32",
});
