import type { Constant } from "./Kind.ts";
import { folded, type Table } from "./Table.ts";

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

/** A table of several kinds of rows, and who takes which. */
export interface Claimed {
  /** The names that it had, latest first. */
  readonly names: ReadonlyArray<string>;
  readonly owner: Table;
  /** Tells a row from others. */
  readonly key: ReadonlyArray<string>;
  readonly kinds: ReadonlyArray<Where>;
}

/** The tables of which some definition takes only some rows. */
export const claimed = (tables: ReadonlyArray<Table>): ReadonlyArray<Claimed> => {
  const found = new Map<string, Claimed>();
  const claim = (
    names: ReadonlyArray<string>,
    one: Omit<Claimed, "names" | "kinds">,
    where: Where,
  ) => {
    const place = folded(names[0] ?? "");
    const before = found.get(place) ?? { ...one, names, kinds: [] };
    found.set(place, { ...before, kinds: [...before.kinds, where] });
  };
  for (const owner of tables) {
    claim(owner.names, { owner, key: owner.key }, owner.where);
    for (const { name, key, where } of Object.values(owner.rows)) {
      claim([name], { owner, key: [key] }, where);
    }
  }
  return [...found.values()].filter(({ kinds }) => kinds.some((one) => cellsOf(one).length > 0));
};
