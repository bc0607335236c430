import type { Constant } from "./Kind.ts";
import { folded } from "./Folded.ts";

/**
 * Which rows of a table are meant, where it has several kinds of them: in each of these columns stands
 * this cell, or one of these. Cells count with their storage class: `1n` is INTEGER 1 and no REAL.
 */
export type Where = Readonly<Record<string, Constant | ReadonlyArray<Constant>>>;

/** By column, what may stand there. */
export const cellsOf = (
  where: Where,
): ReadonlyArray<readonly [column: string, cells: ReadonlyArray<Constant>]> =>
  Object.entries(where).map(([column, cells]) => [column, isList(cells) ? cells : [cells]]);

const isList = (cells: Where[string]): cells is ReadonlyArray<Constant> => Array.isArray(cells);

/** Whether no row can fit both. A column may turn 1 into 1.0 or '1', so these count as one here. */
export const areDisjoint = (a: Where, b: Where): boolean =>
  cellsOf(a).some(([column, cells]) =>
    cellsOf(b).some(
      ([other, others]) =>
        folded(other) === folded(column) &&
        !cells.some((cell) => others.some((one) => String(one) === String(cell))),
    ),
  );

/** As SQL has it, for people: empty where all rows are meant. */
export const show = (where: Where): string =>
  cellsOf(where)
    .map(([column, cells]) => `${column} = ${cells.map(shown).join(" or ")}`)
    .join(", ");

const shown = (cell: Constant): string =>
  typeof cell === "string" ? `'${cell}'` : String(cell ?? "NULL");
