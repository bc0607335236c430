/** What every part of the benchmark hands over: one table, the same for the screen and for JSON. */
export interface Section {
  readonly name: string;
  /** What is measured and how, in sentences. */
  readonly about: ReadonlyArray<string>;
  /** What the measured processes said of themselves, such as the pragmas of their connections. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly columns: ReadonlyArray<Column>;
  readonly rows: ReadonlyArray<Row>;
}

interface Column {
  readonly key: string;
  readonly title: string;
  /** Fractional digits on the screen; JSON has them all. */
  readonly digits?: number;
}

/** A cell for each column's key; `rounds` holds what each round measured, for JSON alone. */
export interface Row {
  readonly [key: string]: Cell | Readonly<Record<string, ReadonlyArray<number>>>;
  readonly rounds: Readonly<Record<string, ReadonlyArray<number>>>;
}

type Cell = string | number | null;

export interface Options {
  /** Where files may be made; it is removed afterwards. */
  readonly folder: string;
  /** Numbers of trades to migrate, and of a shop's orders. */
  readonly rows: ReadonlyArray<number>;
  readonly rounds: number;
  /** Events, or streams, in each measurement of the store. */
  readonly operations: number;
  /** How many come before those, unmeasured. */
  readonly warmUp: number;
  /** How many append at once where more than one can. */
  readonly callers: ReadonlyArray<number>;
  /** How many events one append has. */
  readonly events: ReadonlyArray<number>;
  readonly onProgress: (what: string) => void;
}
