import * as Compiled from "@ledgerfold/aggregate/internal/Compiled";
import * as Decimal from "@ledgerfold/scalars/Decimal";
import * as Integer from "@ledgerfold/scalars/Integer";
import type { Timestamp } from "@ledgerfold/scalars/Timestamp";
import type { Least } from "@ledgerfold/declaration/Kind";
import type { Fault } from "@ledgerfold/declaration/Writing";
import { Either, Option, ParseResult, Schema, type SchemaAST } from "effect";
import type { RawRow } from "./BadData.ts";
import type { Cell } from "./Cell.ts";
import * as LegacyTimestamp from "./LegacyTimestamp.ts";

/**
 * Legacy cells as values, one way: each field says in its message what the cell would have to be.
 * A cell's storage class counts; nothing is converted that could lose a bit.
 */
export type Field<A> = Schema.Schema<A, unknown>;

/**
 * A field that takes what `read` makes of a cell, and refuses with `rule` where it makes nothing, or
 * with what `why` says of a cell that keeps the rule.
 */
export const make = <A>(
  rule: string,
  read: (cell: Cell) => A | undefined,
  why: (cell: Cell) => string | undefined = () => undefined,
): Field<A> =>
  Schema.transformOrFail(Schema.Unknown, Schema.Unknown, {
    strict: true,
    decode: (cell, _, ast) => {
      const value = read(cell as Cell);
      return value === undefined
        ? ParseResult.fail(new ParseResult.Type(ast, cell, why(cell as Cell) ?? rule))
        : ParseResult.succeed(value);
    },
    encode: onlyRead,
  }).annotations(reading((cell) => read(cell as Cell))) as Field<A>;

/** For `Compiled`, which asks the schema itself where it gets `undefined`. */
const reading = (decode: Compiled.Plainly["decode"]) => {
  const plain: Compiled.Plainly = { decode, encode: () => undefined };
  return { [Compiled.plainly]: plain };
};

const onlyRead = (value: unknown, _: SchemaAST.ParseOptions, ast: SchemaAST.Transformation) =>
  ParseResult.fail(new ParseResult.Forbidden(ast, value, "legacy rows are only read"));

export const nullable = <A>(rule: string, read: (cell: Cell) => A | undefined): Field<A | null> =>
  make<A | null>(`${rule}, or NULL`, (cell) => (cell === null ? null : read(cell)));

/**
 * A row that also keeps rules between its columns. They are asked of the raw cells, whether or not
 * each of these is good, so that one run names all that is wrong with a row.
 */
export const between = <A, I>(
  row: Schema.Schema<A, I>,
  rules: (cells: RawRow) => ReadonlyArray<Fault>,
): Field<A> => {
  const decodeCells = Compiled.decoder(row);
  return Schema.transformOrFail(Schema.Unknown, Schema.Unknown, {
    strict: true,
    decode: (cells, _, ast) => {
      const decoded = Either.mapLeft(decodeCells(cells), ({ issue }) => issue);
      const faults = rules(cells as RawRow).map(
        ({ column, rule }) =>
          new ParseResult.Pointer(column, cells, new ParseResult.Type(ast, cells, rule)),
      );
      const [first, ...rest] = Either.isLeft(decoded) ? [decoded.left, ...faults] : faults;
      return first === undefined
        ? decoded
        : ParseResult.fail(new ParseResult.Composite(ast, cells, [first, ...rest]));
    },
    encode: onlyRead,
  }).annotations(
    reading((cells) => {
      const decoded = decodeCells(cells);
      const isGood = Either.isRight(decoded) && rules(cells as RawRow).length === 0;
      return isGood ? decoded.right : undefined;
    }),
  ) as Field<A>;
};

type Reader<A> = readonly [rule: string, read: (cell: Cell) => A | undefined];

export const text: Reader<string> = [
  "must be TEXT that is not empty",
  (cell) => (typeof cell === "string" && cell !== "" ? cell : undefined),
];

/** One of these spellings, to what it stands for. */
export const oneOf = <A>(spellings: Readonly<Record<string, A>>): Reader<A> => [
  `must be ${Object.keys(spellings).join(" or ")}`,
  (cell) =>
    typeof cell === "string" && Object.hasOwn(spellings, cell) ? spellings[cell] : undefined,
];

export const integer = (min: bigint, max: bigint): Reader<bigint> => [
  `must be INTEGER from ${min} to ${max}`,
  (cell) => (typeof cell === "bigint" && min <= cell && cell <= max ? cell : undefined),
];

/** From 0 to 2^63-1. */
export const count = integer(0n, Integer.maxI64);

/** A moment as text; what says no zone is of this one, or UTC. */
export const momentIn = (zone?: string): Reader<Timestamp> => [
  `must be a date and time that exists, such as 2025-10-01 12:00:00.5${zone === undefined ? "" : `, and that clocks in ${zone} show once`}`,
  (cell) =>
    typeof cell === "string" ? Option.getOrUndefined(LegacyTimestamp.parse(cell, zone)) : undefined,
];

export const moment = momentIn();

/**
 * A finite number whose whole part fits the 96 bits that other services have for a decimal; a REAL
 * stands for the shortest decimal that reads back as its 64 bits.
 */
const decimal = (least: Least): Reader<Decimal.Decimal> => {
  const [rule, accept] = leasts[least];
  return [
    `must be INTEGER or REAL${rule} whose whole part fits in 96 bits`,
    (cell) => {
      const value = fromNumber(cell);
      return value !== undefined && accept(value) && fits(value) ? value : undefined;
    },
  ];
};

/** Digits as PostgreSQL prints a `numeric`, and with `numbers` what any other decimal is read from. */
export const decimalText = (
  least: Least,
  digits: number,
  numbers: boolean,
): Reader<Decimal.Decimal> => {
  const [rule, accept] = leasts[least];
  const plain = "must be TEXT of plain digits such as -12.50";
  return [
    `${plain}${numbers ? " or a number" : ""}${rule} with at most ${digits} digits`,
    (cell) => {
      const value =
        typeof cell === "string" ? fromText(cell) : numbers ? fromNumber(cell) : undefined;
      if (value === undefined || !accept(value)) return undefined;
      const size = typeof cell === "string" ? cell : Decimal.format(value);
      return size.replace(/[-.]/g, "").length <= digits ? value : undefined;
    },
  ];
};

/** Whether it is a text that `decimalText` takes for a number. */
export const isDecimalText = (cell: Cell): boolean =>
  typeof cell === "string" && plainDigits.test(cell);

const plainDigits = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

const fromText = (text: string) =>
  plainDigits.test(text) ? Decimal.unsafeFromText(text) : undefined;

const fromNumber = (cell: Cell): Decimal.Decimal | undefined => {
  if (typeof cell === "bigint") return Decimal.fromBigInt(cell);
  return typeof cell === "number" && Number.isFinite(cell) ? Decimal.fromDouble(cell) : undefined;
};

const leasts: Readonly<
  Record<Least, readonly [rule: string, accept: (value: Decimal.Decimal) => boolean]>
> = {
  any: ["", () => true],
  "at least 0": [", at least 0,", (value) => !value.isNegative() || value.isZero()],
  "above 0": [" above 0", (value) => value.isPositive() && !value.isZero()],
};

export const anyDecimal = decimal("any");
export const atLeastZero = decimal("at least 0");
export const aboveZero = decimal("above 0");

export const fits = (value: Decimal.Decimal): boolean =>
  value.e < 28 || value.abs().trunc().lte(max96);

const max96 = Decimal.fromBigInt(2n ** 96n - 1n);
