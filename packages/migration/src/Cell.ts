import { quote } from "@ledgerfold/declaration/internal/Quote";

export { quote } from "@ledgerfold/declaration/internal/Quote";

/**
 * What a SQLite cell can hold, whatever its column declares: INTEGER is a `bigint`, REAL a `number`,
 * BLOB bytes, and TEXT a `string` or, when its bytes are not valid text, `NotText`.
 */
export type Cell = bigint | number | string | Uint8Array | NotText | null;

export class NotText {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

type StorageClass = "INTEGER" | "REAL" | "TEXT" | "BLOB" | "NULL";

const storageClass = (cell: Cell): StorageClass => {
  switch (typeof cell) {
    case "bigint":
      return "INTEGER";
    case "number":
      return "REAL";
    case "string":
      return "TEXT";
  }
  if (cell === null) return "NULL";
  return cell instanceof NotText ? "TEXT" : "BLOB";
};

/** The storage class and the value, fit for one line of any terminal. */
export const show = (cell: Cell): string => {
  const kind = storageClass(cell);
  if (cell === null) return kind;
  if (typeof cell === "string") return `${kind} ${quote(cell)}`;
  if (cell instanceof NotText)
    return `${kind} of bytes ${hex(cell.bytes)}, which are not valid text`;
  return `${kind} ${cell instanceof Uint8Array ? hex(cell) : cell}`;
};

/** For cells that may hold a secret: only what kind they are and how long. */
export const conceal = (cell: Cell): string => {
  const kind = storageClass(cell);
  if (cell === null) return kind;
  const length =
    cell instanceof NotText
      ? cell.bytes.length
      : typeof cell === "string" || cell instanceof Uint8Array
        ? cell.length
        : String(cell).length;
  return `${kind} of length ${length}, not shown`;
};

const longest = 120;

const hex = (bytes: Uint8Array): string => {
  const shown = Buffer.from(bytes.subarray(0, longest / 2)).toString("hex");
  return bytes.length > longest / 2 ? `x'${shown}'… (${bytes.length} bytes)` : `x'${shown}'`;
};
