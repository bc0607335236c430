import type { Columns, Fate } from "./Fate.ts";
import { folded } from "./Folded.ts";
import type { Where } from "./Where.ts";

/** A legacy table whose rows become the streams of one aggregate, as data. */
export interface Table {
  /** The aggregate's type: the ledger calls the fields after it. */
  readonly type: string;
  /** The names that the table had, latest first; a file has one of them. */
  readonly names: readonly [string, ...ReadonlyArray<string>];
  /** Tells a row from others, and reports name it. */
  readonly key: readonly [string, ...ReadonlyArray<string>];
  readonly columns: Columns;
  /** Which of its rows; all of them where it is empty. */
  readonly where: Where;
  /** Rows that no definition takes. */
  readonly leftRows: ReadonlyArray<LeftRows>;
  /** What the rows are put in order by, before the key. */
  readonly order: ReadonlyArray<string>;
  /** Rows of other tables that are a part of a row here, by the event's field that lists them. */
  readonly rows: Readonly<Record<string, Child>>;
  /** Tables beside it of which only something is derived. */
  readonly beside: Readonly<Record<string, Beside>>;
  /** What the events say that no column does, and where that is from. */
  readonly added: Readonly<Record<string, string>>;
  /** Whether nothing of its rows may be shown. */
  readonly isSecret: boolean;
  /** Who writes it: `the bot`. */
  readonly by: string;
}

/** Each of its rows belongs to the row whose key `of` has. */
export interface Child {
  readonly name: string;
  /** The column that names the row it belongs to. */
  readonly of: string;
  /** Tells a row from others; they are listed in its order. */
  readonly key: string;
  readonly columns: Columns;
  /** Which of its rows; all of them where it is empty. */
  readonly where: Where;
  /** Rows that no definition takes. */
  readonly leftRows: ReadonlyArray<LeftRows>;
}

/** Rows that are left where they are, and why. */
export interface LeftRows {
  readonly where: Where;
  readonly why: string;
}

export interface Beside {
  readonly columns: Columns;
  /** Why all other columns are left out. */
  readonly rest: string;
  /** The column that names one of its rows, and its own that is named. */
  readonly on?: { readonly by: string; readonly key: string };
}

/** What the one row that is named of a table beside says, by names that no column has. */
export const lookedUp = ({ beside }: Table) =>
  Object.entries(beside).flatMap(([table, { columns, on }]) =>
    on === undefined
      ? []
      : Object.entries(columns).flatMap(([column, fate]) =>
          fate.fate === "carried"
            ? [{ table, ...on, column, fate, cell: `${table}:${column}` }]
            : [],
        ),
  );

/**
 * The columns that a stream's id is made of, in this order, joined by `:`. These are the columns that
 * are carried into `aggregate_id`, or the key where it has all of them.
 */
export const idColumns = ({ key, columns }: Table): ReadonlyArray<string> => {
  const carried = Object.entries(columns).flatMap(([name, fate]) =>
    fate.fate === "carried" && [fate.to, ...fate.into].includes("aggregate_id") ? [name] : [],
  );
  return carried.every((name) => key.includes(name)) ? key : carried;
};

/** A table that is left alone as a whole. */
export type LeftAlone = Readonly<Record<string, string>>;

/** The columns of a table under one of its names. */
export const columnsUnder = ({ names, columns }: Table, name: string): Columns =>
  folded(names[0]) === folded(name)
    ? columns
    : Object.fromEntries(
        Object.entries(columns).filter(([, { presence }]) => presence !== "later"),
      );

/** The columns that some row says something by. */
export const told = (columns: Columns): ReadonlyArray<readonly [string, Fate]> =>
  Object.entries(columns).filter(([, { kind }]) => kind !== undefined);
