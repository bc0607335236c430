import type { Rule, Group, Viewed } from "./Checking.ts";
import type { Json } from "./Kind.ts";

/**
 * What each event of a stream does to its state, as data, and when a row and its stream agree. The
 * verifier folds by it, so that it calls nothing of the domain's: that both folds agree is for a test.
 */

/** Where a value is from; a path such as `trade_id.log_index` leads into objects. */
export type Source =
  | { readonly _tag: "event"; readonly path: string }
  /** The state before the event. */
  | { readonly _tag: "state"; readonly path: string }
  | { readonly _tag: "constant"; readonly json: Json }
  | { readonly _tag: "object"; readonly fields: Readonly<Record<string, Source>> }
  /** The verifier's own, of what these sources can't say: given the event's fields and the stream's id. */
  | { readonly _tag: "own"; readonly of: Viewed };

/**
 * Of the state before the event, or of the event. What is not there is null. `than` is a path of the
 * event: the two must say the same, and not nothing.
 */
export type Test = {
  readonly of: "state" | "event";
  readonly path: string;
  readonly isNot?: true;
} & ({ readonly is: Json } | { readonly than: string });

/** What one event does to one field of the state; of several, each does its part in turn. */
export interface Effect<Reads extends string = string> {
  /** Sums are exact decimals; `as: "double"` adds as a program does that keeps doubles. */
  readonly does: "set" | "add" | "subtract";
  readonly from: Source;
  readonly as?: "double";
  /** All of them must hold. */
  readonly when: ReadonlyArray<Test>;
  /** The fields of the event that it needs: a type, and nothing at run time. */
  readonly reads?: Reads;
}

/** Holds or doesn't; `Reads` are the fields of the event that it asks. */
export type Condition<Reads extends string = never> = Test & { readonly reads?: Reads };

/** The field of the event. */
export const set = <const F extends string, R extends string = never>(
  path: F,
  ...when: ReadonlyArray<Condition<R>>
): Effect<F | R> => ({ does: "set", from: { _tag: "event", path }, when });

/** Whatever the event says. */
export const constant = <R extends string = never>(
  json: Json,
  ...when: ReadonlyArray<Condition<R>>
): Effect<R> => ({ does: "set", from: { _tag: "constant", json }, when });

/** Nothing any more. */
export const clear = <R extends string = never>(...when: ReadonlyArray<Condition<R>>): Effect<R> =>
  constant(null, ...when);

/** An object of these fields of the event. */
export const object = <const F extends string, R extends string = never>(
  paths: Readonly<Record<string, F>>,
  ...when: ReadonlyArray<Condition<R>>
): Effect<F | R> => ({
  does: "set",
  from: {
    _tag: "object",
    fields: Object.fromEntries(
      Object.entries<F>(paths).map(([name, path]) => [name, { _tag: "event", path }]),
    ),
  },
  when,
});

/** What a function of the verifier's own makes of the event. */
export const own = (of: Viewed): Effect<never> => ({
  does: "set",
  from: { _tag: "own", of },
  when: [],
});

const sum =
  (does: "add" | "subtract", as?: "double") =>
  <const F extends string, R extends string = never>(
    path: F,
    ...when: ReadonlyArray<Condition<R>>
  ): Effect<F | R> => ({
    does,
    from: { _tag: "event", path },
    when,
    ...(as === undefined ? {} : { as }),
  });

/** Decimals, without rounding. */
export const add = sum("add");
/** The opposite of `add`. */
export const subtract = sum("subtract");
/** As a program does that keeps a double: in the order of the events, rounded each time. */
export const addDouble = sum("add", "double");
/** The opposite of `addDouble`. */
export const subtractDouble = sum("subtract", "double");

/** A decimal of the state itself. */
export const addState = <R extends string = never>(
  path: string,
  ...when: ReadonlyArray<Condition<R>>
): Effect<R> => ({ does: "add", from: { _tag: "state", path }, when });
/** The opposite of `addState`. */
export const subtractState = <R extends string = never>(
  path: string,
  ...when: ReadonlyArray<Condition<R>>
): Effect<R> => ({ does: "subtract", from: { _tag: "state", path }, when });

/** The event's field is this. */
export const eventIs = <const F extends string>(path: F, is: Json): Condition<F> => ({
  of: "event",
  path,
  is,
});
/** The event's field is not null. */
export const eventHas = <const F extends string>(path: F): Condition<F> => ({
  ...eventIs(path, null),
  isNot: true,
});
/** The state's field is this. */
export const stateIs = (path: string, is: Json): Condition => ({ of: "state", path, is });
/** The state's field is not null. */
export const stateHas = (path: string): Condition => ({ ...stateIs(path, null), isNot: true });
/** The state's field and the event's say the same. */
export const same = <const F extends string>(path: string, than: F): Condition<F> => ({
  of: "state",
  path,
  than,
});
/** The condition turned round. */
export const not = <R extends string>(condition: Condition<R>): Condition<R> => {
  const { isNot, ...rest } = condition;
  return (isNot ? rest : { ...rest, isNot: true }) as Condition<R>;
};

/** By field of the state. */
export type Effects<Reads extends string = string> = Readonly<
  Record<string, Effect<Reads> | ReadonlyArray<Effect<Reads>>>
>;

/** Only while these hold. */
export const when = <R extends string, Q extends string>(
  condition: Condition<Q>,
  effects: Effects<R>,
): Effects<R | Q> =>
  Object.fromEntries(
    Object.entries<Effect<R> | ReadonlyArray<Effect<R>>>(effects).map(([field, some]) => [
      field,
      list(some).map((one) => ({ ...one, when: [condition, ...one.when] })),
    ]),
  );

/** An event that changes nothing. */
export const nothing: Effects<never> = {};

/** One effect, or several. */
export const list = <R extends string>(
  some: Effect<R> | ReadonlyArray<Effect<R>>,
): ReadonlyArray<Effect<R>> => ("does" in some ? [some] : some);

/**
 * What a row must say of what its stream comes to: the state's field, or the first of several that
 * says something.
 */
export type Agreement =
  | string
  | {
      readonly of: string | ReadonlyArray<string>;
      /** What the event of a migration says for each value of it. */
      readonly as?: Readonly<Record<string, Json>>;
      /** Where the row may have nothing all the same. */
      readonly orNothing?: { readonly path: string; readonly is: Json };
      /** In place of the rule that its first event is held to. */
      readonly rule?: Rule | Group;
    };

/** What a view says: a field of the state by its path, or what the verifier's own function makes. */
export type Shown =
  | string
  | ((state: Readonly<Record<string, Json>>, id: string) => Json | undefined);

/** What a definition states of the events that may follow the first one. */
export interface Fold {
  /** The state before the first event, but for what is null. */
  readonly start?: Readonly<Record<string, Json>>;
  /**
   * By event. Fields that the aggregate's state does not have under its tag are forgotten with it;
   * others, which no state has, stay, for the row or the view.
   */
  readonly events: Readonly<Record<string, Effects>>;
  /** By field of the first event; what it does not name the first event says for good. */
  readonly row: Readonly<Record<string, Agreement>>;
  /** Fields that the row is held to by no more than its first event, while that is the only one. */
  readonly firstAlone?: ReadonlyArray<string>;
  /** By field of the view; without it the view is the state. */
  readonly view?: Readonly<Record<string, Shown>>;
  /** A stream under another id shows nothing. */
  readonly ids?: RegExp;
}

type Tagged = { readonly _tag: string };
type Names<E> = E extends unknown ? Exclude<keyof E & string, "_tag"> : never;
type Paths<F extends string> = F | `${F}.${string}`;

/** `Fold` of an aggregate: each of its events must be there, and only fields that it has be read. */
export interface Of<Event extends Tagged, First, Model> extends Pick<Fold, "start" | "ids"> {
  readonly events: {
    readonly [Tag in Event["_tag"]]: Effects<Paths<Names<Extract<Event, { readonly _tag: Tag }>>>>;
  };
  readonly row: { readonly [F in Names<First>]?: Agreement };
  readonly firstAlone?: ReadonlyArray<Names<First>>;
  readonly view?: { readonly [F in Names<Model>]: Shown };
}
