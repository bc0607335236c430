import type { Schema } from "effect";
import * as Zone from "./Zone.ts";

/**
 * What the cells of a column are, as data. The writer and the verifier each read it with code of
 * their own: nothing here converts anything.
 */

/** JSON as a log holds it. */
export type Json = null | boolean | number | bigint | string | ReadonlyArray<Json> | JsonObject;
/** By key, in any order. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** A cell that a declaration can name. */
export type Constant = bigint | number | string | null;

/** The first and the last day, in UTC, on which a moment or a day is plausible. */
export interface Plausible {
  readonly from: Bound;
  readonly to: Bound;
}

/** `2000-01-01`, or the day that is so many days after the one on which a cell is read. */
export type Bound = string | { readonly daysFromNow: number };

/** How the cells of a column stand for values. */
export type Form =
  | {
      readonly _tag: "text";
      /** Of the cell, before letters are folded. */
      readonly matching: RegExp | undefined;
      readonly rule: string;
      /** Whether only its lower case is carried. */
      readonly lower: boolean;
      readonly empty: boolean;
    }
  | { readonly _tag: "integer"; readonly min: bigint; readonly max: bigint }
  | {
      /** INTEGER or REAL; a REAL stands for the shortest decimal that reads back as its 64 bits. */
      readonly _tag: "decimal";
      readonly least: Least;
      /** The event has the cell x 10^-places: 2 for cents that become euros. */
      readonly places: number;
    }
  | {
      /** TEXT of plain digits and, where the column has both, INTEGER or REAL as of `decimal`. */
      readonly _tag: "decimal text";
      readonly least: Least;
      readonly places: number;
      /** How many digits it may have at most, before and after the point. */
      readonly digits: number;
      readonly numbers: boolean;
    }
  | {
      readonly _tag: "moment";
      readonly unit: "text" | "seconds" | "milliseconds";
      readonly plausible: Plausible;
      /** Where the clocks are whose time a text without a zone is; UTC without one. */
      readonly zone?: string;
    }
  | { readonly _tag: "day"; readonly unit: "text" | "digits"; readonly plausible: Plausible }
  /** TEXT of a day, or of a day and a time with or without a zone. */
  | { readonly _tag: "day or time" }
  /** TEXT of JSON, whose value the log has. */
  | { readonly _tag: "json" }
  /** INTEGER 0 or 1. */
  | { readonly _tag: "flag" }
  | {
      /** One of a few cells, each for a constant of the log. */
      readonly _tag: "words";
      readonly words: ReadonlyArray<readonly [cell: Constant, json: Json]>;
    }
  /** A BLOB, base64 in the log. */
  | { readonly _tag: "bytes" }
  /** Read by the writer's own code; the field needs a rule of the verifier's own. */
  | { readonly _tag: "own"; readonly rule: string; readonly read: (cell: never) => unknown }
  /** One of these cells and nothing else; it says nothing. */
  | { readonly _tag: "only"; readonly cells: ReadonlyArray<Constant>; readonly rule: string };

/** The lowest that a number may be. */
export type Least = "any" | "at least 0" | "above 0";

/** What the cells of a column are; `A` is the value that a row has of it. */
export interface Kind<out A, out T extends Time = Time> {
  readonly form: Form;
  /** The cells that stand for nothing, which the log has as null. */
  readonly none: ReadonlyArray<Constant>;
  /** The domain's own, which reads what the log holds; the text or number itself without one. */
  readonly schema: Schema.Schema.AnyNoContext | undefined;
  /** Of a column whose type in PostgreSQL, `timestamp`, does not say it. */
  readonly zone?: string;
  readonly [type]?: A;
  readonly [time]?: T;
}
declare const type: unique symbol;
declare const time: unique symbol;
/** Whether its cells say a time on a clock, which only its type knows. */
type Time = "a time" | "no time";
/** The value of a kind: `Value<typeof kind>`. */
export type Value<K> = K extends Kind<infer A> ? A : never;

const make = (form: Form, schema?: Schema.Schema.AnyNoContext): Kind<never, never> => ({
  form,
  none: [],
  schema,
});

type Any = Schema.Schema.AnyNoContext;

interface TextOptions {
  /** Of the cell, before letters are folded. */
  readonly matching?: RegExp;
  readonly rule?: string;
  /** Whether only its lower case is carried. */
  readonly lower?: boolean;
}

/** TEXT that is not empty, in the log as it is. */
export const text: {
  (schema?: undefined, options?: TextOptions): Kind<string>;
  <A>(schema: Schema.Schema<A, string>, options?: TextOptions): Kind<A>;
} = (schema?: Any, options: TextOptions = {}): Kind<never> => {
  const { matching, lower = false } = options;
  const like = matching === undefined ? "that is not empty" : `like ${matching}`;
  const { rule = `must be TEXT ${like}` } = options;
  return make({ _tag: "text", matching, rule, lower, empty: false }, schema);
};

/** A kind that needs no schema, and its options. */
interface Of<Wire, Options, T extends Time = Time> {
  (schema?: undefined, options?: Options): Kind<Wire, T>;
  <A>(schema: Schema.Schema<A, Wire>, options?: Options): Kind<A, T>;
}

/** TEXT that may be empty. */
export const anyText: Of<string, undefined> = (schema?: Any): Kind<never> =>
  make(
    { _tag: "text", matching: undefined, rule: "must be TEXT", lower: false, empty: true },
    schema,
  );

const [minI64, maxI64] = [-(2n ** 63n), 2n ** 63n - 1n];

interface Range {
  readonly min?: bigint;
  readonly max?: bigint;
}

interface Whole<Options> {
  (schema?: undefined, options?: Options): Kind<number | bigint>;
  <A>(
    schema: Schema.Schema<A, number | bigint> | Schema.Schema<A, number>,
    options?: Options,
  ): Kind<A>;
}

/** INTEGER, a JSON number in the log. */
export const integer: Whole<Range> = (
  schema?: Any,
  { min = minI64, max = maxI64 }: Range = {},
): Kind<never> => make({ _tag: "integer", min, max }, schema);

/** INTEGER that is not negative, a JSON number in the log. */
export const count: Whole<undefined> = (schema?: Any): Kind<never> =>
  make({ _tag: "integer", min: 0n, max: maxI64 }, schema);

interface DecimalOptions {
  readonly least?: Least;
  /** The event has the cell x 10^-places: 2 for cents that become euros. */
  readonly places?: number;
}

/** A number that counts as the decimal it shows, decimal text in the log. */
export const decimal: Of<string, DecimalOptions> = (
  schema?: Any,
  { least = "any", places = 0 }: DecimalOptions = {},
): Kind<never> => make({ _tag: "decimal", least, places }, schema);

interface DecimalTextOptions extends DecimalOptions {
  /** How many digits a cell may have at most, before and after the point; 1,000 is the most. */
  readonly digits?: number;
  /** Whether cells may be INTEGER and REAL too. */
  readonly numbers?: boolean;
}

/**
 * TEXT of plain digits such as `-12.50`, as PostgreSQL prints its `numeric`; decimal text without
 * zeros that say nothing in the log. An exponent, NaN, white space or a needless 0 in front is refused.
 */
export const decimalText: Of<string, DecimalTextOptions> = (
  schema?: Any,
  { least = "any", places = 0, digits = mostDigits, numbers = false }: DecimalTextOptions = {},
): Kind<never> => make({ _tag: "decimal text", least, places, digits, numbers }, schema);

/** So many digits are counted with exactly. */
export const mostDigits = 1_000;

type Unit = "text" | "seconds" | "milliseconds";

interface MomentOptions<U> extends Partial<Plausible> {
  readonly unit?: U;
}

/**
 * RFC 3339 in UTC in the log. Text says itself which moment it is, without a zone one in UTC or the
 * zone of `inZone`, so by default every one of the years 0 to 9999 is plausible. A number depends on the unit, which writer and verifier both believe:
 * by default it must be `from` 1971-01-01 `to` 9999-12-31. Seconds that are taken for milliseconds
 * lie in 1970, and milliseconds that are taken for seconds beyond the year 9999. A 0 that stands for
 * nothing is a `none`; a column of numbers with older moments states its own range.
 */
export const moment: Of<string, Unit | MomentOptions<Unit>, "a time"> = (
  schema?: Any,
  options: Unit | MomentOptions<Unit> = "text",
): Kind<never, never> => {
  const { unit = "text", ...range } = typeof options === "string" ? { unit: options } : options;
  const usual = unit === "text" ? anyDay : { ...anyDay, from: "1971-01-01" };
  return make({ _tag: "moment", unit, plausible: plausible({ ...usual, ...range }) }, schema);
};

/**
 * A day of the calendar: `2025-10-01`, or INTEGER 20251001; the former in the log. By default every
 * day of the years 0 to 9999 is plausible: digits in another order make no day.
 */
export const day: Of<string, "text" | "digits" | MomentOptions<"text" | "digits">> = (
  schema?: Any,
  options: "text" | "digits" | MomentOptions<"text" | "digits"> = "text",
): Kind<never> => {
  const { unit = "text", ...range } = typeof options === "string" ? { unit: options } : options;
  return make({ _tag: "day", unit, plausible: plausible({ ...anyDay, ...range }) }, schema);
};

const anyDay: Plausible = { from: "0000-01-01", to: "9999-12-31" };

const plausible = (range: Plausible): Plausible => {
  const { from, to } = range;
  const isInOrder = typeof from !== "string" || typeof to !== "string" || from <= to;
  if (![from, to].every(isDay) || !isInOrder) {
    const days = [from, to].map((bound) => JSON.stringify(bound)).join(" to ");
    throw new Error(
      `A plausible range goes from one day that exists, such as "2000-01-01", to a later one: not ${days}`,
    );
  }
  return range;
};

const isDay = (bound: Bound): boolean => {
  if (typeof bound !== "string") return Number.isSafeInteger(bound.daysFromNow);
  const at = /^\d{4}-\d\d-\d\d$/.test(bound) ? Date.parse(`${bound}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(bound);
};

type Day = `${number}-${number}-${number}`;
/** `2025-10-01`, `2025-10-01T12:00:00.5` of a clock on some wall, or either with `Z` or an offset. */
export type DayOrTime = Day | `${Day}T${string}`;

/**
 * TEXT of a day that exists, alone or with a time behind `T` or a space. The log has what is written,
 * with `T`: the day, the local date and time, or, where the cell has a zone, the RFC 3339 moment.
 */
export const dayOrTime: {
  (schema?: undefined): Kind<DayOrTime, "a time">;
  <A>(schema: Schema.Schema<A, string>): Kind<A, "a time">;
} = (schema?: Any): Kind<never, never> => make({ _tag: "day or time" }, schema);

/**
 * TEXT of JSON; the log has its value, in which the order of keys and white space say nothing. A key
 * twice in one object, a number that is not the one JavaScript prints of it (whole numbers of any
 * size are exact), half a character, and more than 100 levels are refused. SQL's NULL is another
 * matter: with `nullable`, it and the JSON `null` both become null.
 */
export const json: {
  (schema?: undefined): Kind<Json>;
  /** What the schema reads must come out of it again as it went in, or the cell is refused. */
  <A, I>(schema: Schema.Schema<A, I>): Kind<A>;
} = (schema?: Any): Kind<never> => make({ _tag: "json" }, schema);

/** INTEGER 0 or 1, `false` or `true` in the log. */
export const flag: Of<boolean, undefined> = (schema?: Any): Kind<never> =>
  make({ _tag: "flag" }, schema);

/** A BLOB, base64 in the log. */
export const bytes: Of<string, undefined> = (schema?: Any): Kind<never> =>
  make({ _tag: "bytes" }, schema);

/** Each spelling for a constant of the log. Pairs where the cells are no text. */
export const words: {
  <const J extends Json>(spellings: Spellings<J>): Kind<J>;
  <A, I extends Json>(spellings: Spellings<NoInfer<I>>, schema: Schema.Schema<A, I>): Kind<A>;
} = (spellings: Spellings<Json>, schema?: Schema.Schema.AnyNoContext): Kind<never> =>
  make({ _tag: "words", words: isList(spellings) ? spellings : Object.entries(spellings) }, schema);

type Spellings<J> = Readonly<Record<string, J>> | ReadonlyArray<readonly [cell: Constant, json: J]>;

const isList = <J>(given: Spellings<J>): given is ReadonlyArray<readonly [Constant, J]> =>
  Array.isArray(given);

/** What no other kind says. `read` gives `undefined` for what breaks the rule. */
export const own = <A>(rule: string, read: (cell: never) => A | undefined): Kind<A, "a time"> =>
  make({ _tag: "own", rule, read });

/** Nothing but this cell, or one of these: a column that says nothing. */
export const only = (rule: string, ...cells: ReadonlyArray<Constant>): Kind<null> =>
  make({ _tag: "only", cells, rule });

/** NULL stands for nothing. */
export const nullable = <A, T extends Time>(kind: Kind<A, T>): Kind<A | null, T> =>
  none(null, kind);

/** This cell stands for nothing, as -1 and empty text often do; NULL is then refused, unless it does too. */
export const none = <A, T extends Time>(cell: Constant, kind: Kind<A, T>): Kind<A | null, T> => ({
  ...kind,
  none: [...kind.none, cell],
});

/**
 * The zone, as `Europe/Berlin`, in which a moment is that says none: text without `Z` or an offset,
 * and a PostgreSQL column of type `timestamp`. Times that clocks there skip or show twice are refused.
 * A command can name one for all columns that name none.
 */
export const inZone: <A>(zone: string, kind: Kind<A, "a time">) => Kind<A, "a time"> = Zone.of;
