import { lookedUp, type Table } from "@ledgerfold/declaration/internal/Table";
import type { FoundTable } from "@ledgerfold/declaration/Writing";
import { type RawBuilder, sql } from "kysely";
import { type BadCell, display, type RawRow } from "../BadData.ts";
import type { Cell } from "../Cell.ts";

/** What one row of a table beside says, which a cell of the row names. */

/** Whether the row that is named is there, which its cells don't say where they are NULL. */
const isThere = (table: string) => `row of ${table}`;

const eachOnce = (table: Table) => [
  ...new Map(lookedUp(table).map((one) => [one.table, one])).values(),
];

/** The looked-up cells of a row, and whether they come of a row. */
export const cells = (table: Table, column: (name: string) => RawBuilder<Cell>) => {
  const beside = (one: ReturnType<typeof lookedUp>[number], cell: RawBuilder<Cell>) =>
    sql<Cell>`(select ${cell} from ${sql.id(one.table)} as beside
      where beside.${sql.id(one.key)} = ${column(one.by)})`;
  return [
    ...lookedUp(table).map((one) =>
      beside(one, sql<Cell>`beside.${sql.id(one.column)}`).as(one.cell),
    ),
    ...eachOnce(table).map((one) => beside(one, sql<Cell>`1`).as(isThere(one.table))),
  ];
};

type Judge = (row: RawRow, key: () => string) => ReadonlyArray<BadCell>;

/** A cell that names no row: what it meant would be lost. */
export const judge = ({ name, table, isSecret }: FoundTable): Judge => {
  const lookups = eachOnce(table).map(({ table: beside, key, by }) => {
    const nothing = new Set<Cell>([null, ...(table.columns[by]?.kind?.none ?? [])]);
    return { by, nothing, flag: isThere(beside), rule: `must be the ${key} of a row of ${beside}` };
  });
  return (row, key) =>
    lookups.flatMap(({ by, nothing, flag, rule }) => {
      const cell = row[by] ?? null;
      if (row[flag] === 1n || nothing.has(cell)) return [];
      return [{ table: name, key: key(), column: by, value: display(isSecret, cell), rule }];
    });
};
