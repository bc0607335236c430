import type { FileTable } from "@ledgerfold/event-store/internal/sqlite/FileSchema";
import type { Columns } from "./Fate.ts";
import { folded } from "./Folded.ts";
import { columnsUnder, type Table } from "./Table.ts";

/** A table or column that is declared and that a file lacks. */
export interface Absent {
  readonly table: string;
  readonly column: string | null;
  /** Whether some files rightly lack it. */
  readonly mayBe: boolean;
}

/** What a file lacks of what is declared. */
export const of = (
  tables: ReadonlyArray<Table>,
  schema: ReadonlyArray<FileTable>,
): ReadonlyArray<Absent> => {
  const there = new Map(schema.map((one) => [folded(one.name), one]));
  const found = tables.flatMap((table) => [
    ...ofTable(there, table.names, (name) => columnsUnder(table, name)),
    ...Object.values(table.rows).flatMap(({ name, columns }) =>
      ofTable(there, [name], () => columns),
    ),
    ...Object.entries(table.beside).flatMap(([name, { columns }]) =>
      ofTable(there, [name], () => columns),
    ),
  ]);
  const isFirst = ({ table, column }: Absent, at: number) =>
    found.findIndex((one) => one.table === table && one.column === column) === at;
  return found.filter(isFirst);
};

const ofTable = (
  there: ReadonlyMap<string, FileTable>,
  names: ReadonlyArray<string>,
  columnsOf: (name: string) => Columns,
): ReadonlyArray<Absent> => {
  const known = names.filter((name) => there.has(folded(name)));
  if (known.length === 0) return names.map((table) => ({ table, column: null, mayBe: false }));
  return known.flatMap((table) => {
    const own = new Set(there.get(folded(table))?.columns.map(folded));
    return Object.entries(columnsOf(table)).flatMap(([column, { presence, kind }]) => {
      const mayBe = kind === undefined || presence === "sometimes" || presence === "as NULL";
      return own.has(folded(column)) ? [] : [{ table, column, mayBe }];
    });
  });
};

/** Whether one name may be the other misspelled: a letter of each four, two at most, or their order. */
export const isAlike = (a: string, b: string): boolean =>
  sorted(folded(a)) === sorted(folded(b)) ||
  distance(folded(a), folded(b)) <= Math.min(2, Math.floor(Math.min(a.length, b.length) / 4));

const sorted = (name: string): string => [...name].sort().join("");

/** How many letters are to be added, left out or replaced, to make one of the other. */
const distance = (a: string, b: string): number => {
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row += 1) {
    const here = [row];
    for (let at = 1; at <= b.length; at += 1) {
      const other = (above[at - 1] ?? 0) + (a[row - 1] === b[at - 1] ? 0 : 1);
      here.push(Math.min(other, (above[at] ?? 0) + 1, (here[at - 1] ?? 0) + 1));
    }
    above = here;
  }
  return above[b.length] ?? 0;
};
