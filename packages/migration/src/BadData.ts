import { type ParseResult, Schema } from "effect";
import { ArrayFormatter } from "effect/ParseResult";
import { type Cell, conceal, quote, show } from "./Cell.ts";

/** Legacy values that cannot be carried exactly: all of them are said, and nothing is written. */

/** A value of the legacy database that cannot be carried exactly. */
export const BadCell = Schema.Struct({
  table: Schema.String,
  /** The row's key, as `id 7` or `symbol "AAPL"`; empty when the whole table is meant. */
  key: Schema.String,
  column: Schema.String,
  /** Storage class and value, escaped; never a token. Empty when there is no value. */
  value: Schema.String,
  /** What the value would have to be. */
  rule: Schema.String,
});
export type BadCell = typeof BadCell.Type;

/** One line that says where, what and why. */
export const describe = ({ table, key, column, value, rule }: BadCell): string =>
  [table, key, column, value === "" ? "" : `is ${value}:`, rule]
    .filter((part) => part !== "")
    .join(" ");

/** The legacy database holds what cannot be carried, so nothing was written. */
export class BadLegacyData extends Schema.TaggedError<BadLegacyData>()("BadLegacyData", {
  /** How many bad values there are; each went to the log. */
  count: Schema.Int,
  first: BadCell,
}) {
  override get message() {
    const wrong =
      this.first.key === ""
        ? "the database, or the definition where that is wrong,"
        : "the rows, or the definition where that is wrong of them,";
    return `The legacy database holds ${this.count} bad ${this.count === 1 ? "value" : "values"}, so nothing was written. The first: ${describe(this.first)}. Correct ${wrong} and run again.`;
  }
}

/** By column, the columns that a file lacks as NULL. */
export type RawRow = Readonly<Record<string, Cell>>;

/** The bad cells that a row's schema found. */
export const fromParseError = (
  row: {
    readonly table: string;
    readonly key: string;
    readonly cells: RawRow;
    readonly isSecret?: boolean;
  },
  error: ParseResult.ParseError,
): ReadonlyArray<BadCell> =>
  ArrayFormatter.formatErrorSync(error).map(({ path, message }) => {
    const column = String(path[0] ?? "");
    const cell = row.cells[column];
    return {
      table: row.table,
      key: row.key,
      column,
      value: cell === undefined ? "" : display(row.isSecret ?? false, cell),
      rule: message,
    };
  });

/** Of one row: a cell that breaks several rules is one bad cell. */
export const onePerCell = (bad: ReadonlyArray<BadCell>): ReadonlyArray<BadCell> => {
  const cells = new Map<string, BadCell>();
  for (const cell of bad) {
    const place = `${cell.table} ${cell.column}`;
    const known = cells.get(place);
    cells.set(
      place,
      known === undefined ? cell : { ...known, rule: `${known.rule}; ${cell.rule}` },
    );
  }
  return [...cells.values()];
};

/** The cell as a report shows it: a digest where its table has secrets and it may be one. */
export const display = (isSecret: boolean, cell: Cell): string =>
  isSecret && hides(cell) ? conceal(cell) : show(cell);

/**
 * A secret may have slipped into any column of its table, and may look like a number there, so of
 * that table's cells only short whole numbers and what looks like a moment are shown.
 */
const hides = (cell: Cell): boolean =>
  cell !== null &&
  !(typeof cell === "bigint" && -million < cell && cell < million) &&
  !(typeof cell === "string" && momentLike.test(cell));

const million = 1_000_000n;
const momentLike = /^\d{4}-\d\d-\d\d[T ]?[0-9:.+Z-]{0,30}$/;

/** How a report names a row: by its key, or by its place where the key itself is broken. */
export const keyOf = (
  { key, isSecret }: { readonly key: ReadonlyArray<string>; readonly isSecret: boolean },
  cells: RawRow,
  rowid: bigint,
): string => {
  const parts = key.map((column) => {
    const cell = cells[column] ?? null;
    if (isSecret && hides(cell)) return undefined;
    if (typeof cell === "bigint") return `${column} ${cell}`;
    return typeof cell === "string" ? `${column} ${quote(cell)}` : undefined;
  });
  return parts.includes(undefined) ? `rowid ${rowid}` : parts.join(", ");
};
