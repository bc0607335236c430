import { bytes, quoted } from "../Display.ts";
import { type Cell, StoredText } from "./Row.ts";

/** What a row is known by: a cell or, of a table without rowids, the cells of its key. */
export type Key = Cell | ReadonlyArray<Cell>;

/** In SQLite's own order: NULL, numbers, text by its bytes, blobs. */
export const compare = (a: Key, b: Key): number => {
  if (!isList(a) && !isList(b)) return compareCells(a, b);
  const [one, other] = [cellsOf(a), cellsOf(b)];
  for (const [place, cell] of one.entries()) {
    const difference = compareCells(cell, other[place] ?? null);
    if (difference !== 0) return difference;
  }
  return 0;
};

export const cellsOf = (key: Key): ReadonlyArray<Cell> => (isList(key) ? key : [key]);

const isList = (key: Key): key is ReadonlyArray<Cell> => Array.isArray(key);

const compareCells = (a: Cell, b: Cell): number => {
  if (a === b) return 0;
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0;
  const difference = rank(a) - rank(b);
  return difference !== 0 ? difference : Buffer.compare(contentOf(a), contentOf(b));
};

const isNumber = (cell: Cell): cell is bigint | number =>
  typeof cell === "bigint" || typeof cell === "number";

const rank = (cell: Cell): number => {
  if (cell === null) return 0;
  if (isNumber(cell)) return 1;
  return typeof cell === "string" || cell instanceof StoredText ? 2 : 3;
};

const contentOf = (cell: Cell): Uint8Array => {
  if (typeof cell === "string") return Buffer.from(cell);
  if (cell instanceof StoredText) return cell.bytes;
  return cell instanceof Uint8Array ? cell : new Uint8Array();
};

/** Fit for a screen. */
export const show = (cell: Cell): string => {
  if (cell === null) return "NULL";
  if (typeof cell === "string") return quoted(cell);
  if (cell instanceof StoredText) return `text of bytes ${bytes(cell.bytes)}`;
  return cell instanceof Uint8Array ? `blob ${bytes(cell)}` : String(cell);
};
