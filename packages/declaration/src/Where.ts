import type { Constant } from "./Kind.ts";
import { folded } from "./Folded.ts";

/** Kinds of rows in one table. */

/**
 * Which rows of a table are meant, where it has several kinds of them: in each of these columns stands
 * this cell, or one of these, or none of these. Cells count with their storage class: `1n` is INTEGER 1
 * and no REAL.
 */
export type Where = Readonly<Record<string, Cells>>;

/** What may stand in a column. */
export type Cells = Constant | ReadonlyArray<Constant> | Not;

/** What `not` makes. */
export interface Not {
  readonly not: ReadonlyArray<Constant>;
}

/** Any other cell: `{ deleted_at: not(null) }` is what lies in the bin. */
export const not = (...cells: ReadonlyArray<Constant>): Not => ({ not: cells });

/** By column, what may stand there or, where `isNot`, what may not. */
export const cellsOf = (
  where: Where,
): ReadonlyArray<readonly [column: string, cells: ReadonlyArray<Constant>, isNot: boolean]> =>
  Object.entries(where).map(([column, cells]) => {
    if (isNot(cells)) return [column, cells.not, true];
    return [column, isList(cells) ? cells : [cells], false];
  });

const isList = (cells: Cells): cells is ReadonlyArray<Constant> => Array.isArray(cells);

const isNot = (cells: Cells): cells is Not =>
  typeof cells === "object" && cells !== null && "not" in cells;

/** Whether no row can fit both. */
export const areDisjoint = (a: Where, b: Where): boolean =>
  cellsOf(a).some(([column, cells, isNot]) =>
    cellsOf(b).some(([other, others, isNotOther]) => {
      if (folded(other) !== folded(column) || (isNot && isNotOther)) return false;
      if (isNot) return others.every((cell) => cells.includes(cell));
      if (isNotOther) return cells.every((cell) => others.includes(cell));
      // A column may turn 1 into 1.0 or '1', so these count as one.
      return !cells.some((cell) => others.some((one) => String(one) === String(cell)));
    }),
  );

/** As SQL has it, for people: empty where all rows are meant. */
export const show = (where: Where): string =>
  cellsOf(where)
    .map(
      ([column, cells, isNot]) =>
        `${column} ${isNot ? "is not" : "="} ${cells.map(shown).join(" or ")}`,
    )
    .join(", ");

const shown = (cell: Constant): string =>
  typeof cell === "string" ? `'${cell}'` : String(cell ?? "NULL");
