import { bytes, digest, quoted } from "./Display.ts";
import { type Reader, Unreadable } from "./Read.ts";
import * as Decimal from "./Decimal.ts";
import * as Moment from "./Moment.ts";

/** Cells of SQLite, as the verifier reads and shows them. */

/** What a cell holds: INTEGER, REAL, TEXT, TEXT whose bytes are not UTF-8, BLOB or NULL. */
export type Cell = bigint | number | string | NotUtf8 | Uint8Array | null;

/** TEXT whose bytes are not UTF-8. */
export class NotUtf8 {
  readonly bytes: Uint8Array;
  constructor(value: Uint8Array) {
    this.bytes = value;
  }
}

/** The cells of a row by column; columns that the table lacks are left out. */
export type Row = Readonly<Record<string, Cell>>;

type AnyCell = Cell | undefined;

/** With its storage class. */
export const show = (cell: AnyCell): string => {
  switch (typeof cell) {
    case "bigint":
      return `INTEGER ${cell}`;
    case "number":
      return `REAL ${cell}`;
    case "string":
      return `TEXT ${quoted(cell)}`;
    case "undefined":
      return "no such column";
  }
  if (cell === null) return "NULL";
  return cell instanceof NotUtf8 ? `TEXT of bytes ${bytes(cell.bytes)}` : `BLOB ${bytes(cell)}`;
};

/** For cells that hold or may hold a secret. */
export const conceal = (cell: AnyCell): string => {
  if (cell === null || cell === undefined) return show(cell);
  if (cell instanceof NotUtf8) return digest(cell.bytes);
  return digest(cell instanceof Uint8Array ? cell : String(cell));
};

const wrong = (cell: AnyCell, wanted: string): Unreadable => {
  if (cell === undefined) return new Unreadable(`must be ${wanted}, but there is no such column`);
  if (cell === null) return new Unreadable(`must be ${wanted}, not NULL`);
  if (cell instanceof NotUtf8) return new Unreadable("is text whose bytes are not UTF-8");
  const known = { bigint: "INTEGER", number: "REAL", string: "TEXT", object: "a BLOB" };
  const actual = known[typeof cell as keyof typeof known];
  return new Unreadable(`must be ${wanted}, not ${actual}`);
};

/** TEXT, as it is. */
export const text: Reader<AnyCell> = (cell) =>
  typeof cell === "string" ? cell : wrong(cell, "TEXT");

/** INTEGER, as it is. */
export const integer: Reader<AnyCell> = (cell) =>
  typeof cell === "bigint" ? cell : wrong(cell, "INTEGER");

/** A double stands for the shortest decimal that turns back into its bits, as is checked here. */
export const decimal: Reader<AnyCell> = (cell) => {
  if (typeof cell !== "number" && typeof cell !== "bigint") return wrong(cell, "a number");
  const value = Decimal.parse(String(cell));
  if (value === undefined) return new Unreadable("must be finite");
  if (typeof cell === "number" && Number(value) !== cell) {
    return new Unreadable("has no decimal that turns back into its bits");
  }
  return value;
};

/** Digits with at most one point between them, and no 0 before another digit of the whole part. */
export const decimalText: Reader<AnyCell> = (cell) => {
  if (typeof cell !== "string") return wrong(cell, "TEXT");
  const [whole = "", ...fractions] = cell.replace(/^-/, "").split(".");
  const isPlain = [whole, ...fractions].every((part) => /^[0-9]+$/.test(part));
  if (!isPlain || fractions.length > 1 || (whole.length > 1 && whole.startsWith("0"))) {
    return new Unreadable("is not a number in plain digits");
  }
  return Decimal.parse(cell) ?? new Unreadable("is not a number in plain digits");
};

/** The same or, where a column's affinity has made a number of such text, that number. */
export const decimalTextOrNumber: Reader<AnyCell> = (cell) =>
  typeof cell === "string" ? decimalText(cell) : decimal(cell);

/** What says no zone is of this one, or UTC. */
export const momentIn = (zone?: string): Reader<AnyCell> => {
  const once = zone === undefined ? "" : `, and that clocks in ${zone} show once`;
  const lacks = new Unreadable(`is not a date and time that exists${once}`);
  return (cell) =>
    typeof cell === "string" ? (Moment.parseLegacy(cell, zone) ?? lacks) : wrong(cell, "TEXT");
};

/** TEXT of a moment; what says no zone is of UTC. */
export const moment = momentIn();

/** One of these spellings, to what the log calls it. */
export const oneOf =
  (spellings: Readonly<Record<string, string>>): Reader<AnyCell> =>
  (cell) => {
    if (typeof cell !== "string") return wrong(cell, "TEXT");
    return Object.hasOwn(spellings, cell)
      ? (spellings[cell] ?? null)
      : new Unreadable(`must be ${Object.keys(spellings).join(" or ")}`);
  };

/** Reads NULL as null, and a column that the table lacks too. */
export const orNull =
  (read: Reader<AnyCell>): Reader<AnyCell> =>
  (cell) =>
    cell === null || cell === undefined ? null : read(cell);
