import type { Constant } from "@ledgerfold/declaration/Kind";

/** The rule of a cell that has to be one of these. */
export const oneOf = (words: ReadonlyArray<Constant>): string =>
  `must be ${words.map(shown).join(" or ")}`;

export const shown = (cell: Constant): string =>
  cell === "" ? "empty TEXT" : String(cell ?? "NULL");
