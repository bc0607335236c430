import type { Constant, Kind } from "./Kind.ts";
import type { Child, Table } from "./Table.ts";
import type { Columns } from "./Fate.ts";
import * as Where from "./Where.ts";

/**
 * What the cells of a column say, as one side has read them: a declaration is believed by both, so
 * what comes of it is shown.
 */
export interface Range {
  /** As the file calls it, with the condition where only some of its rows are meant. */
  readonly table: string;
  readonly column: string;
  readonly rows: number;
  /** Fit for a screen; null where no cell has a value that can be put in order and may be shown. */
  readonly lowest: string | null;
  readonly highest: string | null;
  /** How many rows have NULL and the other cells that the column's kind names, where any has. */
  readonly counts: ReadonlyArray<Count>;
}

export interface Count {
  readonly cell: string;
  readonly rows: number;
}

/** A table of which columns are shown; `names` as `Table` has them. */
export interface Shown {
  readonly names: ReadonlyArray<string>;
  readonly columns: ReadonlyArray<readonly [string, Kind<unknown>]>;
  /** Which of its rows; all of them where it is empty. */
  readonly where: Where.Where;
  readonly isSecret: boolean;
}

/** What a table of this name is called. */
export const named = (name: string, where: Where.Where): string => {
  const condition = Where.show(where);
  return condition === "" ? name : `${name} where ${condition}`;
};

/** All that are declared with kinds, each table with its children and what stands beside it. */
export const shown = (tables: ReadonlyArray<Table>): ReadonlyArray<Shown> =>
  tables.flatMap((table): ReadonlyArray<Shown> => {
    const { isSecret } = table;
    const one = (names: ReadonlyArray<string>, columns: Columns, where: Where.Where = {}) => ({
      names,
      where,
      columns: kindsOf(columns),
      isSecret,
    });
    return [
      one(table.names, table.columns, table.where),
      ...Object.values(table.rows).map(({ name, columns, where }: Child) =>
        one([name], columns, where),
      ),
      ...Object.entries(table.beside).map(([name, { columns }]) => one([name], columns)),
    ];
  });

const kindsOf = (columns: Columns): Shown["columns"] =>
  Object.entries(columns).flatMap(([name, { kind }]) => (kind === undefined ? [] : [[name, kind]]));

/** The cells that a kind names, each once, NULL first. */
export const cells = ({ form, none }: Kind<unknown>): ReadonlyArray<Constant> => {
  const words =
    form._tag === "words"
      ? form.words.map(([cell]) => cell)
      : form._tag === "only"
        ? form.cells
        : form._tag === "flag"
          ? [0n, 1n]
          : [];
  return [...new Set<Constant>([null, ...none, ...words])];
};
