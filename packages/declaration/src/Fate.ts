import type { Kind, Value } from "./Kind.ts";

/**
 * What becomes of a column: it is carried to a field of the event, something is derived from it, or
 * it is left out for a reason. The ledger prints these, the verifier holds the events to them.
 */

/** A column that a field of the event has: `to` names it, as `status` or `status.error`. */
export interface Carried<out To extends string, out A> {
  readonly fate: "carried";
  readonly to: To;
  readonly kind: Kind<A>;
  readonly into: ReadonlyArray<string>;
  readonly words: string;
  readonly presence: Presence;
}

/** Files of some ages, or the table under an older name, may lack the column: it says nothing there. */
export type Presence = "always" | "sometimes" | "later" | "as NULL";

/** A column that is read, and that no field has as it is. */
export interface Derived<out A> extends Omit<Carried<never, A>, "fate" | "to"> {
  readonly fate: "derived";
}

/** A column that the events say nothing of. */
export interface LeftOut {
  readonly fate: "left out";
  /** What its cells must be all the same, where a reason says so much. */
  readonly kind: Kind<null> | undefined;
  readonly words: string;
  readonly presence: Presence;
}

/** What becomes of one column. */
export type Fate = Carried<string, unknown> | Derived<unknown> | LeftOut;
/** By the column's name in the table. */
export type Columns = Readonly<Record<string, Fate>>;

interface More {
  /** How, where it is not simply carried. */
  readonly words?: string;
  /** Other fields that are worked out from it: of this event or, as `Position.net`, of another. */
  readonly into?: ReadonlyArray<string>;
}

/** The field holds the column's value, as its kind says. */
export const carried = <const To extends string, A>(
  to: To,
  kind: Kind<A>,
  { words = "", into = [] }: More = {},
): Carried<To, A> => ({ fate: "carried", to, kind, into, words, presence: "always" });

/** No field holds it alone, or none at all: `words` say what it is for. */
export const derived = <A>(
  kind: Kind<A>,
  words: string,
  ...into: ReadonlyArray<string>
): Derived<A> => ({ fate: "derived", kind, into, words, presence: "always" });

/** For this reason; with `only` that is checked in every row. */
export const leftOut = (words: string, kind?: Kind<null>): LeftOut => ({
  fate: "left out",
  kind,
  words,
  presence: "always",
});

type Absent<F> =
  F extends Carried<infer To, infer A>
    ? Carried<To, A | null>
    : F extends Derived<infer A>
      ? Derived<A | null>
      : F;

/** Files of some ages do not have the column. */
export const sometimes = <F extends Fate>(fate: F): Absent<F> =>
  ({ ...fate, presence: "sometimes" }) as unknown as Absent<F>;

/** The same, but a file without the column is judged like one whose cells are NULL. */
export const orNull = <F extends Fate>(fate: F): F => ({ ...fate, presence: "as NULL" });

/** The table has the column only under its newest name. */
export const later = <F extends Fate>(fate: F): Absent<F> =>
  ({ ...fate, presence: "later" }) as unknown as Absent<F>;

/** What a row says, by column. */
export type RowOf<C> = {
  readonly [K in keyof C as C[K] extends LeftOut ? never : K]: C[K] extends {
    readonly kind: infer K2;
  }
    ? Value<K2>
    : never;
};

/** The fields that columns are carried to. */
export type TargetOf<C> = C[keyof C] extends infer F
  ? F extends Carried<infer To, unknown>
    ? To
    : never
  : never;

/**
 * What a row says, by field of the event. What is put together of several columns is to be put
 * together by hand: parts of a field, and fields that more than one column is carried to.
 */
export type FieldsOf<C> = {
  readonly [K in keyof C as C[K] extends Carried<infer To, unknown>
    ? To extends `${string}.${string}` | "aggregate_id" | TargetOf<Omit<C, K>>
      ? never
      : To
    : never]: C[K] extends { readonly kind: infer K2 } ? Value<K2> : never;
};
