import { ParseResult, Schema } from "effect";
import { type Plainly, plainly } from "./Compiled.ts";

/** Schemas of values that are one JSON text or number, such as decimals and moments. */

/** How a value that is one JSON text or number on the wire is told, read and written. */
export interface Scalar<A, I> {
  readonly identifier: string;
  readonly is: (input: unknown) => input is A;
  /** What it is on the wire. */
  readonly wire: Schema.Schema<I>;
  /** Gives `undefined` for what stands for no value: anything at all may come. */
  readonly decode: (input: unknown) => A | undefined;
  readonly encode: (value: A) => I;
  /** What an input that stands for no value would have to be. */
  readonly rule: string;
  readonly annotations: Schema.Annotations.Schema<A>;
}

/**
 * The schema of such values: the same functions serve the parser and `Compiled`.
 *
 * @example
 * ```ts
 * import * as Scalar from "@ledgerfold/aggregate/Scalar";
 * import { Schema } from "effect";
 *
 * const Flag = Scalar.make<boolean, string>({
 *   identifier: "Flag",
 *   is: (input) => typeof input === "boolean",
 *   wire: Schema.String,
 *   decode: (input) => (input === "yes" ? true : input === "no" ? false : undefined),
 *   encode: (value) => (value ? "yes" : "no"),
 *   rule: "must be yes or no",
 *   annotations: {},
 * });
 *
 * console.log(Schema.decodeUnknownSync(Flag)("yes"), Schema.encodeSync(Flag)(false));
 * ```
 *
 * ```text
 * true no
 * ```
 */
export const make = <A, I>(scalar: Scalar<A, I>): Schema.Schema<A, I> => {
  const { identifier, is, wire, decode, encode, rule, annotations } = scalar;
  const plain: Plainly = {
    decode,
    encode: (value) => (is(value) ? encode(value) : undefined),
  };
  return Schema.transformOrFail(wire, Schema.declare(is, { identifier, ...annotations }), {
    strict: true,
    decode: (input, _, ast) => {
      const value = decode(input);
      return value === undefined
        ? ParseResult.fail(new ParseResult.Type(ast, input, rule))
        : ParseResult.succeed(value);
    },
    encode: (value) => ParseResult.succeed(encode(value)),
  }).annotations({ identifier, [plainly]: plain });
};
