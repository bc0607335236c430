import type { Kind } from "@ledgerfold/declaration/Kind";
import { isSpelledInWays } from "@ledgerfold/declaration/internal/Unkept";
import type { Cell } from "@ledgerfold/verifier/Cell";
import * as Forms from "@ledgerfold/verifier/internal/Forms";
import { Unreadable } from "@ledgerfold/verifier/Read";

/**
 * Whether two cells of a kind say the same, written in two ways: both stand for nothing or for the
 * same word or, where the kind has several spellings of a value, the verifier reads both alike.
 */
export const alike = (kind: Kind<unknown>, a: Cell, b: Cell): boolean => {
  if (isSame(a, b)) return true;
  const { form, none } = kind;
  const areIn = (cells: ReadonlyArray<Cell>) => cells.includes(a) && cells.includes(b);
  if (areIn(none)) return true;
  if (form._tag === "only") return areIn(form.cells);
  if (form._tag === "words") {
    const said = form.words.filter(([cell]) => cell === a || cell === b);
    return (
      said.length === 2 &&
      said[0]?.[1] === said[1]?.[1] &&
      !none.some((one) => one === a || one === b)
    );
  }
  if (!isSpelledInWays(form)) return false;
  const { legacy } = Forms.sides(kind);
  const [one, other] = [legacy(a), legacy(b)];
  return !(one instanceof Unreadable) && one === other;
};

/** Of one storage class, and the same in it. */
export const isSame = (a: Cell, b: Cell): boolean =>
  a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : a === b;

/**
 * Cells of every class, some that stand for something in most tables, what stands in other rows, and
 * neighbours of this one.
 */
export const others = (
  kind: Kind<unknown> | undefined,
  cell: Cell,
  elsewhere: ReadonlyArray<Cell> = [],
): ReadonlyArray<Cell> => {
  const form = kind?.form;
  const own: ReadonlyArray<Cell> =
    form?._tag === "words"
      ? form.words.map(([one]) => one)
      : form?._tag === "only"
        ? form.cells
        : [];
  const all = [...own, ...elsewhere, ...neighbours(cell), ...values];
  return all.filter(
    (one, place) => !isSame(one, cell) && all.findIndex((same) => isSame(one, same)) === place,
  );
};

const values: ReadonlyArray<Cell> = [
  ...[null, "", "x", "0", "-1", "TRUE", "2019-01-31", "2019-01-31T00:00:00"],
  ...["2019-01-31 00:00:00.000000001", "2019-01-31T02:00:00+02:00", "[1]"],
  ...[0n, 1n, -1n, 2n ** 53n + 1n, -(2n ** 63n), 0.5, 1e-300, 1e15, 1.5e300],
  ...[new Uint8Array(), new Uint8Array([255, 0])],
];

const neighbours = (cell: Cell): ReadonlyArray<Cell> => {
  switch (typeof cell) {
    case "bigint":
      return [BigInt.asIntN(64, cell + 1n), Number(cell), String(cell), Number(cell) + 0.5];
    case "number":
      return [
        ...(Number.isSafeInteger(cell) ? [BigInt(cell)] : []),
        ...[cell * (1 + Number.EPSILON), -cell, String(cell)],
      ];
    case "string":
      return [
        ...[`${cell} `, cell.slice(0, -1), cell.replace("T", " "), cell.replace(" ", "T")],
        ...[cell.toLowerCase(), cell.toUpperCase(), `${cell}0`, Buffer.from(cell)],
      ];
    default:
      return cell instanceof Uint8Array ? [Buffer.concat([cell, Buffer.of(0)])] : [];
  }
};
