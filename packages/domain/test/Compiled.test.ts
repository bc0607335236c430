import * as Compiled from "@ledgerfold/aggregate/internal/Compiled";
import * as Json from "@ledgerfold/aggregate/internal/Json";
import { describe, expect, it } from "@effect/vitest";
import { Arbitrary, Either, FastCheck, Schema } from "effect";
import * as OffchainOrder from "../src/OffchainOrder.ts";
import * as OnChainTrade from "../src/OnChainTrade.ts";
import * as Position from "../src/Position.ts";
import * as SchwabAuth from "../src/SchwabAuth.ts";

/**
 * The compiled schemas take and refuse what Effect's parser does, word for word: of whole values, and
 * of values in which one thing is something else.
 */

const schemas: Readonly<Record<string, Schema.Schema<unknown, unknown>>> = Object.fromEntries(
  [OnChainTrade.aggregate, Position.aggregate, OffchainOrder.aggregate, SchwabAuth.aggregate]
    .flatMap(({ type, codec, state, view }) => [
      [`${type} event`, codec.schema],
      [`${type} state`, state],
      [`${type} view`, view.schema],
    ])
    .map(([name, schema]) => [name, schema as Schema.Schema<unknown, unknown>]),
);

/** What may stand where something else should. */
const anything = FastCheck.oneof(
  FastCheck.constantFrom<unknown>(null, undefined, "", "0", "-1", "1e5", "Buy", true, {}, []),
  FastCheck.constantFrom<unknown>(0, -1, 1.5, Number.NaN, 2 ** 53, -(2 ** 63), 2n ** 64n, -1n, 5n),
  FastCheck.constantFrom("2025-02-30T00:00:00Z", "2025-01-01 00:00:00.123456789+02:00"),
  FastCheck.constantFrom('"quoted"', "back\\slash", "new\nline", "\u007f", "\ud800", "é", "\u2028"),
  FastCheck.string(),
  FastCheck.bigInt(),
);

/** The value, with a random one of the things in it replaced or left out, or one added. */
const changed = (value: unknown, at: number, other: unknown): unknown => {
  const places = placesIn(value);
  const place = places[at % places.length] ?? [];
  return replaced(value, place, other);
};

const placesIn = (value: unknown): ReadonlyArray<ReadonlyArray<string>> => [
  [],
  ...(isPlain(value)
    ? ["added", ...Object.keys(value)].flatMap((key) =>
        placesIn(value[key]).map((rest) => [key, ...rest]),
      )
    : []),
];

const replaced = (
  value: unknown,
  [key, ...rest]: ReadonlyArray<string>,
  other: unknown,
): unknown => {
  if (key === undefined || !isPlain(value)) return other;
  const { [key]: inner, ...others } = value;
  if (rest.length === 0 && other === undefined) return others;
  return { ...value, [key]: replaced(inner, rest, other) };
};

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** An outcome as text that tells everything apart: types, order of keys, messages. */
const told = (outcome: Either.Either<unknown, unknown>): string =>
  Either.match(outcome, {
    onLeft: (error) => `refused: ${error}`,
    onRight: (value) =>
      JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? `${inner}n` : inner)) ??
      "undefined",
  });

describe.each(Object.entries(schemas))("%s", (_, schema) => {
  const compiled = Compiled.make(schema);
  const values = Arbitrary.make(schema);
  const parser = {
    encode: Schema.encodeUnknownEither(schema),
    decode: Schema.decodeUnknownEither(schema),
    declares: Schema.is(Schema.typeSchema(schema), { onExcessProperty: "error" }),
  };
  const encode = (value: unknown) => Either.try(() => compiled.encode(value));
  const write = (value: unknown) => Either.try(() => compiled.write(value));
  const inOneSentence = (outcome: Either.Either<unknown, unknown>) =>
    Either.mapLeft(outcome, (error) => (error instanceof Error ? error.message : error));
  const causeOf = (outcome: Either.Either<unknown, unknown>) =>
    Either.mapLeft(outcome, (error) =>
      error instanceof Error && error.cause instanceof Error ? error.cause : error,
    );
  const agree = (value: unknown, stored: unknown) => {
    expect(told(inOneSentence(causeOf(encode(value))))).toBe(
      told(inOneSentence(parser.encode(value))),
    );
    const encoded = encode(value);
    if (Either.isRight(encoded) && !parser.declares(value)) {
      expect(told(inOneSentence(write(value)))).toContain("is not in its schema");
    } else {
      expect(told(inOneSentence(write(value)))).toBe(
        told(inOneSentence(Either.map(encoded, Json.stringify))),
      );
    }
    expect(told(inOneSentence(compiled.decode(stored)))).toBe(
      told(inOneSentence(parser.decode(stored))),
    );
  };

  it("is written and read as the parser does", () => {
    FastCheck.assert(
      FastCheck.property(values, (value) => {
        agree(value, compiled.encode(value));
      }),
    );
  });

  it("is taken or refused as by the parser when something in it is something else", () => {
    FastCheck.assert(
      FastCheck.property(values, FastCheck.nat(), anything, (value, at, other) => {
        agree(changed(value, at, other), changed(compiled.encode(value), at, other));
      }),
      { numRuns: 500 },
    );
  });

  it("is known for what it is", () => {
    const isIt = Compiled.is(schema);
    const known = Schema.is(schema);
    FastCheck.assert(
      FastCheck.property(values, FastCheck.nat(), anything, (value, at, other) => {
        expect(isIt(value)).toBe(true);
        const mutant = changed(value, at, other);
        expect(isIt(mutant)).toBe(known(mutant));
      }),
    );
  });
});
