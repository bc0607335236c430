import { type ParseResult, Schema } from "effect";
import { ArrayFormatter } from "effect/ParseResult";
import { type Cell, conceal, quote, show } from "./Cell.ts";

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
    return `The legacy database holds ${this.count} bad ${this.count === 1 ? "value" : "values"}, so nothing was written. The first: ${describe(this.first)}. Correct the rows and run again.`;
  }
}

export type RawRow = Readonly<Record<string, Cell>>;

/** The bad cells that a row's schema found. */
export const fromParseError = (
  row: { readonly table: string; readonly key: string; readonly cells: RawRow },
  error: ParseResult.ParseError,
): ReadonlyArray<BadCell> =>
  ArrayFormatter.formatErrorSync(error).map(({ path, message }) => {
    const column = String(path[0] ?? "");
    const cell = row.cells[column];
    return {
      table: row.table,
      key: row.key,
      column,
      value: cell === undefined ? "" : display(row.table, cell),
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

export const display = (table: string, cell: Cell): string =>
  isSecret(table, cell) ? conceal(cell) : show(cell);

/**
 * A token may have slipped into any column of its table, and may look like a number there, so of
 * that table's cells only short whole numbers and what looks like a moment are shown.
 */
const isSecret = (table: string, cell: Cell): boolean =>
  table === "schwab_auth" &&
  cell !== null &&
  !(typeof cell === "bigint" && -million < cell && cell < million) &&
  !(typeof cell === "string" && momentLike.test(cell));

const million = 1_000_000n;
const momentLike = /^\d{4}-\d\d-\d\d[T ]?[0-9:.+Z-]{0,30}$/;

/** How a report names a row: by its key column, or by its place where the key itself is broken. */
export const keyOf = (table: string, column: string, cell: Cell, rowid: bigint): string => {
  if (isSecret(table, cell)) return `rowid ${rowid}`;
  if (typeof cell === "bigint") return `${column} ${cell}`;
  return typeof cell === "string" ? `${column} ${quote(cell)}` : `rowid ${rowid}`;
};
