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

/**
 * A token may have slipped into any column of its table, so of that table's texts only what looks
 * like a moment is shown.
 */
export const display = (table: string, cell: Cell): string =>
  table === "schwab_auth" &&
  (typeof cell === "object" ? cell !== null : typeof cell === "string" && !momentLike.test(cell))
    ? conceal(cell)
    : show(cell);

const momentLike = /^[0-9TZ:.+ -]{0,40}$/;

/** How a report names a row: by its key column, or by its place where the key itself is broken. */
export const keyOf = (column: string, cell: Cell, rowid: bigint): string => {
  if (typeof cell === "bigint") return `${column} ${cell}`;
  if (typeof cell === "string") return `${column} ${quote(cell)}`;
  return `rowid ${rowid}`;
};
