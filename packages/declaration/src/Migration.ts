import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { Metadata, RecordedEvent } from "@ledgerfold/event-store/EventStore";
import type { Schema } from "effect";
import type { Added } from "./Added.ts";
import type { Group, List, Rule, Verify, Viewed } from "./Checking.ts";
import type { Columns, FieldsOf, RowOf, TargetOf } from "./Fate.ts";
import type * as Fold from "./Fold.ts";
import type { Kind, Value } from "./Kind.ts";
import type { Loss } from "./Loss.ts";
import { Mistaken } from "./Mistaken.ts";
import * as Mistakes from "./Mistakes.ts";
import * as Shape from "./Shape.ts";
import type { Beside, Child, LeftRows, Table } from "./Table.ts";
import type { Cells, Where } from "./Where.ts";
import type { Fault, Found, Hooks, RawRow, Run, Told } from "./Writing.ts";

/** Which table's rows become the streams of which aggregate, stated once. */

/**
 * A legacy table whose rows become the streams of one aggregate, stated once. The writer and the
 * verifier each make their side of it with code of their own: nothing here does.
 */
export interface Migration<out Type extends string = string> {
  readonly type: Type;
  readonly aggregate: Aggregate.Any;
  /** Of the event that a row becomes. */
  readonly tag: string;
  readonly table: Table;
  readonly definition: Stated;
}

/** A definition as it is read: its functions get rows of that table, whatever these are. */
export interface Stated extends Mistakes.Facts {
  readonly called?: string;
  readonly joined?: Kinds;
  readonly sqlite?: Hooks;
  readonly id: (given: AnyGiven) => string;
  readonly event: (given: AnyGiven) => object | Refused;
  readonly metadata?: (given: AnyGiven) => Metadata;
  readonly between?: (cells: RawRow) => ReadonlyArray<Fault>;
  readonly refine?: (row: AnyRow) => AnyRow;
  readonly tell?: (run: Run, found: Found) => Told;

  readonly secret?: { readonly ids: ReadonlyArray<string> };
  readonly verify?: Verify;
  readonly fold?: Fold.Fold;
}

/** `Given` of whichever table, for who reads definitions. */
export interface AnyGiven extends Omit<Given<Columns, None, Kinds, None>, "row" | "fields"> {
  readonly row: Readonly<Record<string, unknown>>;
  readonly fields: Readonly<Record<string, unknown>>;
}
/** The schema of a row of whichever table. */
export type AnyRow = Schema.Schema<AnyGiven["row"], unknown>;

/** No members at all. */
type None = Readonly<Record<never, never>>;

type EventOf<A extends Aggregate.Any, Tag> = Extract<Aggregate.Event<A>, { readonly _tag: Tag }>;
type FieldOf<E> = Exclude<keyof E & string, "_tag">;
/** But those that an event need not have. */
type RequiredOf<E> = {
  [F in FieldOf<E>]-?: None extends Pick<E, F> ? never : F;
}[FieldOf<E>];
type Top<To extends string> = To extends `${infer Field}.${string}` ? Field : To;

type Children = Readonly<Record<string, Child>>;
type Besides = Readonly<Record<string, Beside>>;
type Kinds = Readonly<Record<string, Kind<unknown>>>;

/** Only fields of the event may be named. */
type Fits<C, E> = {
  readonly [K in keyof C]: C[K] extends { readonly fate: "carried"; readonly to: infer To }
    ? Top<To & string> extends FieldOf<E> | "aggregate_id"
      ? C[K]
      : { readonly to: FieldOf<E> }
    : C[K];
};
type FitsParts<R, E> = {
  readonly [F in keyof R]: F extends Lists<E>
    ? E[F] extends ReadonlyArray<infer Part>
      ? R[F] & { readonly columns: Fits<ColumnsOf<R[F]>, Part> }
      : never
    : { readonly "parts belong under a list of the event": Lists<E> };
};
type Lists<E> = {
  readonly [F in keyof E]-?: E[F] extends ReadonlyArray<unknown> ? F : never;
}[keyof E];
type FitsBeside<B, E> = {
  readonly [N in keyof B]: B[N] & { readonly columns: Fits<ColumnsOf<B[N]>, E> };
};
/** What is looked up, all tables together. */
type LookedUp<B> = {
  readonly [N in keyof B as B[N] extends { readonly on: object } ? N : never]: (
    all: FieldsOf<ColumnsOf<B[N]>>,
  ) => void;
} extends infer All
  ? [keyof All] extends [never]
    ? None
    : All[keyof All] extends (all: infer Fields) => void
      ? Fields
      : never
  : never;
type ColumnsOf<R> = R extends { readonly columns: infer C } ? C : never;

/** The fields that nothing of the file is carried to. */
type Missing<E, C, R, X, B> = Exclude<
  RequiredOf<E>,
  Top<TargetOf<C>> | keyof R | keyof X | Top<TargetOf<ColumnsOf<B[keyof B]>>>
>;

type ModelOf<A> =
  A extends Aggregate.Aggregate<
    string,
    infer _S,
    infer _E extends { readonly _tag: string },
    infer _C extends { readonly _tag: string },
    infer _R,
    infer _V,
    infer Model
  >
    ? Model
    : never;

type Source<E> = FieldOf<E> | "aggregate_id" | Viewed;

/** What a view says after the event alone: the name of an event's field for each of its own. */
type ViewOf<Model, E> = Model extends { readonly _tag: infer Tag }
  ? {
      readonly tag: Tag;
      readonly fields: { readonly [F in Exclude<keyof Model & string, "_tag">]: Source<E> };
    }
  : never;

/** The tag alone, where each of the view's fields has the name of one of the event's. */
type PlainView<Model, E> = Model extends { readonly _tag: infer Tag }
  ? Exclude<keyof Model & string, "_tag"> extends FieldOf<E>
    ? Tag & string
    : never
  : never;

/** Anything where no columns are stated, so that the compiler tells that, and not what follows. */
// biome-ignore lint/suspicious/noExplicitAny: whatever is done with it is no mistake of its own.
type IfStated<C, Is> = string extends keyof C ? any : Is;

/**
 * What the functions of a definition get of one row: read, checked, and named. `C`, `R`, `K` and `B` are
 * its columns, parts, joined cells and tables beside it.
 */
export interface Given<C, R, K, B> {
  /** By column. */
  readonly row: IfStated<C, RowOf<C> & { readonly [N in keyof K]: Value<K[N]> }>;
  /** By field of the event: what is simply carried, and the parts of a row. */
  readonly fields: IfStated<
    C,
    FieldsOf<C> &
      LookedUp<B> & { readonly [F in keyof R]: ReadonlyArray<FieldsOf<ColumnsOf<R[F]>>> }
  >;
  readonly cells: RawRow;
  /** Whether the table of this file has the column. */
  readonly has: (column: keyof C & string) => boolean;
  readonly run: Run;
  /** The first event of the stream, where there is one. */
  readonly existing: RecordedEvent | undefined;
}

/** What only other rows or the operator can decide is wrong with a row. */
export class Refused {
  readonly column: string;
  readonly rule: string;
  constructor(column: string, rule: string) {
    this.column = column;
    this.rule = rule;
  }
}

type WhereOf<C> = { readonly [K in keyof C & string]?: Cells };
type LeftRowsOf<C> = ReadonlyArray<{ readonly where: WhereOf<C>; readonly why: string }>;

/** What a team states of a table, and the functions that say what its columns do not. */
export interface Definition<Model, E, C, R, X, B, K> {
  readonly table: string;
  /** Older names of the table, under which it lacks the columns that came `later`. */
  readonly formerly?: ReadonlyArray<string>;
  readonly key: (keyof C & string) | readonly [keyof C & string, ...Array<keyof C & string>];
  readonly order?: ReadonlyArray<keyof C & string>;
  /**
   * Only these rows, where the table has several kinds of them. Rows that no definition takes are bad
   * data, and two definitions of one table must name cells of one column that differ.
   */
  readonly where?: WhereOf<C>;
  /** Rows that no definition is to take, apart from what `where` names, and why. */
  readonly leftRows?: LeftRowsOf<C>;
  /** The columns that get the time when a row is written. */
  readonly writtenAt?: ReadonlyArray<keyof C & string>;
  /** A column whose numbers grow from row to row, and the event's field that has it. */
  readonly grows?: { readonly column: keyof C & string; readonly field: string | null };
  readonly columns: C & Fits<C, E>;
  /** Tables of which each row belongs to one here, by the field that lists them. */
  readonly rows?: R & FitsParts<R, E>;
  /** Tables of which only something is derived. */
  readonly beside?: B & FitsBeside<B, E>;
  /** Cells that `sqlite` brings along. */
  readonly joined?: K;
  readonly sqlite?: Hooks;
  /** What the plural of a row is called. */
  readonly called?: string;
  /** Who writes the table. */
  readonly by?: string;
  readonly secret?: { readonly ids: ReadonlyArray<string> };

  readonly id: (given: Given<C, R, K, B>) => string;
  /** The event's fields, or why there is none. */
  readonly event: (given: Given<C, R, K, B>) => Omit<E, "_tag"> | Refused;
  readonly metadata?: (given: Given<C, R, K, B>) => Metadata;
  /** Rules between the columns of a row, asked of the raw cells. */
  readonly between?: (cells: RawRow) => ReadonlyArray<Fault>;
  readonly refine?: (
    row: Schema.Schema<Given<C, R, K, B>["row"], unknown>,
  ) => Schema.Schema<Given<C, R, K, B>["row"], unknown>;
  readonly tell?: (run: Run, found: Found) => Told;

  readonly view: ViewOf<Model, E> | PlainView<Model, E>;
  /** As `More` says. Named here too, it lets the compiler tell what is forgotten, not what follows. */
  readonly added?: unknown;
  /** What it means where a log that another program wrote has lost a field, and how grave that is. */
  readonly losses?: { readonly [F in FieldOf<E>]?: Loss };
  /** What the question before a run says where some row has something in the column. */
  readonly confirm?: { readonly [K in keyof C & string]?: string };
  /** The verifier's own, for fields that no column says alone. */
  readonly rules?: X & { readonly [F in keyof X]: Rule | Group | List };
  readonly verify?: Verify;
}

/** What the events after the first one do; what is not stated is not folded. */
interface Folding<A extends Aggregate.Any, Tag> {
  readonly fold?: Fold.Of<Aggregate.Event<A>, EventOf<A, Tag>, ModelOf<A>>;
}

/** What the events say that nothing in the file does. */
type More<E, C, R, X, B> = [Missing<E, C, R, X, B>] extends [never]
  ? { readonly added?: None }
  : { readonly added: { readonly [F in Missing<E, C, R, X, B>]: Added } };

/**
 * Of the aggregate whose streams begin with the event of this tag. `from` throws `Mistaken`, which
 * lists all that cannot be right in a definition.
 *
 * @example
 * ```ts
 * import * as Added from "@ledgerfold/declaration/Added";
 * import { carried, leftOut } from "@ledgerfold/declaration/Fate";
 * import { integer, nullable, text } from "@ledgerfold/declaration/Kind";
 * import * as Migration from "@ledgerfold/declaration/Migration";
 * import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
 * import { Timestamp } from "@ledgerfold/scalars/Timestamp";
 * import { Schema } from "effect";
 *
 * const known = { name: Schema.String, email: Schema.NullOr(Schema.String) };
 * const State = Schema.Union(
 *   Schema.TaggedStruct("Unknown", {}),
 *   Schema.TaggedStruct("Known", known),
 * );
 * const customer = Aggregate.make({
 *   type: "Customer",
 *   codec: Schema.TaggedStruct("Migrated", { ...known, migrated_at: Timestamp }),
 *   state: State,
 *   initial: { _tag: "Unknown" },
 *   evolve: (_, { name, email }) => ({ _tag: "Known", name, email }),
 *   decide: (_, __: { _tag: "Nothing" }) => [],
 *   view: "customer_view",
 * });
 *
 * export const customers = Migration.of(customer, "Migrated").from({
 *   table: "customers",
 *   key: "id",
 *   columns: {
 *     id: carried("aggregate_id", integer()),
 *     name: carried("name", text()),
 *     email: carried("email", nullable(text())),
 *     password: leftOut("of the web server"),
 *   },
 *   added: { migrated_at: Added.moment },
 *   id: ({ row }) => String(row.id),
 *   event: ({ fields, run }) => ({ ...fields, migrated_at: run.migratedAt }),
 *   view: "Known",
 * });
 * ```
 */
export const of = <A extends Aggregate.Any, const Tag extends Aggregate.Event<A>["_tag"]>(
  aggregate: A,
  tag: Tag,
) => ({
  from: <
    C extends Columns,
    R extends Children = None,
    X = None,
    B extends Besides = None,
    K extends Kinds = None,
  >(
    definition: Definition<ModelOf<A>, EventOf<A, Tag>, C, R, X, B, K> &
      More<EventOf<A, Tag>, C, R, X, B> &
      Folding<A, Tag>,
  ): Migration<A["type"]> => {
    const lacking = needed.filter((name) => definition[name] === undefined);
    if (lacking.length > 0) {
      const place = definition.table ?? aggregate.type;
      throw new Mistaken(lacking.map((name) => `${place}: the definition has no ${name}: say one`));
    }
    const table = tableOf(aggregate.type, definition, definition.added ?? {});
    // Its type has held its functions to its own rows; whoever reads it has these and no other.
    const stated = definition as unknown as Stated;
    check(aggregate, tag, table, stated);
    return { type: aggregate.type, aggregate, tag, table, definition: stated };
  },
});

/** What types ask for, and a program that is run without its types checked may lack. */
const needed = ["table", "key", "columns", "id", "event", "view"] as const;

const tableOf = <M, E, C extends Columns, R, X, B, K>(
  type: string,
  definition: Definition<M, E, C, R, X, B, K>,
  added: Readonly<Record<string, Added>>,
): Table => ({
  type,
  names: [definition.table, ...(definition.formerly ?? [])],
  key: typeof definition.key === "string" ? [definition.key] : definition.key,
  columns: definition.columns,
  order: definition.order ?? [],
  where: (definition.where ?? {}) as Where,
  leftRows: (definition.leftRows ?? []) as ReadonlyArray<LeftRows>,
  rows: (definition.rows ?? {}) as Children,
  beside: (definition.beside ?? {}) as Besides,
  added: Object.fromEntries(Object.entries(added).map(([field, { words }]) => [field, words])),
  isSecret: definition.secret !== undefined,
  by: definition.by ?? "the application",
});

/** What only both sides together would notice, or a file of some user: it ends the program here. */
const check = (
  { codec, view }: Aggregate.Any,
  tag: string,
  table: Table,
  definition: Stated,
): void => {
  const shown = typeof definition.view === "string" ? definition.view : definition.view.tag;
  const seen = Shape.find(view.schema.ast, shown);
  if (seen === undefined) {
    throw new Mistaken([
      `${table.names[0]}: ${table.type} has no view ${shown}: name one that it has`,
    ]);
  }
  const mistakes = Mistakes.of({
    table,
    definition,
    tag,
    event: Shape.of(codec.schema.ast, tag),
    view: { ...seen, tag: shown },
  });
  if (mistakes.length > 0) throw new Mistaken(mistakes);
};

/** Of another table, one of whose rows is named by a column here. */
export const lookup = <C extends Columns>(options: {
  /** The column here. */
  readonly by: string;
  /** The column there. */
  readonly key: keyof C & string;
  readonly columns: C;
  /** Why all other columns are left out. */
  readonly rest: string;
}) => {
  const { by, key, columns, rest } = options;
  return { columns, rest, on: { by, key } };
};

/** Of another table, each of whose rows belongs to one of the table at hand. */
export const child = <C extends Columns>(options: {
  readonly table: string;
  /** The column that has the key of the row it belongs to. */
  readonly of: keyof C & string;
  readonly key: keyof C & string;
  readonly columns: C;
  /** Only these rows, where the table has several kinds of them. */
  readonly where?: WhereOf<C>;
  /** Rows that no definition is to take, apart from what `where` names, and why. */
  readonly leftRows?: LeftRowsOf<C>;
}): Omit<Child, "columns"> & { readonly columns: C } => {
  const { table: name, of, key, columns, where = {}, leftRows = [] } = options;
  return {
    ...{ name, of, key, columns },
    where: where as Where,
    leftRows: leftRows as ReadonlyArray<LeftRows>,
  };
};
