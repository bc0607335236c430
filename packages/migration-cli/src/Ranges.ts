import type { Range } from "@ledgerfold/declaration/internal/Range";

/** A line for each column, under one for its table: what its cells say, as the writer reads them. */
export const print = (ranges: ReadonlyArray<Range>): ReadonlyArray<string> => {
  const tables = new Map<string, Array<Range>>();
  for (const range of ranges) {
    const known = tables.get(range.table) ?? [];
    known.push(range);
    tables.set(range.table, known);
  }
  return [...tables].flatMap(([table, columns]) => {
    const width = Math.max(...columns.map(({ column }) => column.length));
    const rows = columns[0]?.rows ?? 0;
    return [
      `${table} as read, ${rows} ${rows === 1 ? "row" : "rows"}`,
      ...columns.map((range) => `  ${range.column.padEnd(width)}  ${describe(range)}`),
    ];
  });
};

const describe = ({ rows, lowest, highest, counts }: Range): string => {
  const named = counts.map(
    ({ cell, rows }) => `${rows} ${isNumber(cell) ? "of " : ""}${cut(cell)}`,
  );
  if (lowest !== null && highest !== null) {
    const ends = lowest === highest ? cut(lowest) : `${cut(lowest)} .. ${cut(highest)}`;
    return [ends, ...named].join(", ");
  }
  const others = rows - counts.reduce((sum, { rows }) => sum + rows, 0);
  return [...(others > 0 ? [`${others} not shown`] : []), ...named].join(", ") || "nothing";
};

const isNumber = (cell: string) => /^-?\d/.test(cell);

const cut = (text: string): string =>
  text.length > longest ? `${text.slice(0, longest - 1)}…` : text;

/** A moment to the nanosecond. */
const longest = 30;
