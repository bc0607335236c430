import { createHash, hash } from "node:crypto";

/**
 * The canonical bytes of a row, and its hash. Every bit of a cell counts, and so do its storage
 * class and the names of its column and table. docs/proof-format.md describes it for other
 * programs.
 */

/** What is hashed with every row of a table, so that no row can pass for one of another table. */
export interface Layout {
  readonly side: "legacy" | "event";
  /** Names in the lower case of ASCII, as SQLite compares them. */
  readonly table: string;
  /** Of text in the whole file, as `pragma encoding` calls it. */
  readonly encoding: string;
  /** What the rows are ordered and known by; a table without rowids has the columns of its key. */
  readonly key: "rowid" | "view_id" | ReadonlyArray<string>;
  /** Sorted by the bytes of their names. */
  readonly columns: ReadonlyArray<string>;
}

/** INTEGER, REAL, BLOB, NULL, and TEXT as UTF-8 or as the bytes that stand in the file. */
export type Cell = bigint | number | string | StoredText | Uint8Array | null;

/** Text that no string stands for without loss. */
export class StoredText {
  readonly bytes: Uint8Array;
  constructor(value: Uint8Array) {
    this.bytes = value;
  }
}

/** 2 of tables that have no rowids, and are known by the columns of their keys; 1 of all others. */
export const formatOf = ({ key }: Pick<Layout, "key">): 1 | 2 => (typeof key === "string" ? 1 : 2);

/** The bytes with which a table's SHA-256 begins, and whose hash is a part of every row's leaf. */
export const header = (layout: Layout): Buffer => {
  const { side, table, encoding, key, columns } = layout;
  return Buffer.concat([
    ...[`ledgerfold-proof-${formatOf(layout)}`, side, table, encoding].map(prefixed),
    ...(typeof key === "string" ? [prefixed(key)] : list(key)),
    ...list(columns),
  ]);
};

const list = (names: ReadonlyArray<string>) => [length(names.length), ...names.map(prefixed)];

const prefixed = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  return Buffer.concat([length(bytes.length), bytes]);
};

const length = (count: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(count);
  return bytes;
};

/**
 * A SHA-256 as a string of 32 characters, each a byte. A buffer for each of millions takes three times
 * as long and much memory beside the heap.
 */
export type Hash = string;

export const sha256 = (bytes: Uint8Array): Hash => hash("sha256", bytes, "binary");

export const toHex = (found: Hash): string => Buffer.from(found, "latin1").toString("hex");

const classes = { null: 0, integer: 1, real: 2, text: 3, blob: 4 } as const;

/** The first byte of a leaf; that of a node is 1, so that neither can pass for the other. */
const leafByte = 0;

/** Rows one after another, as the SHA-256 of a table takes them, in a buffer that is used again. */
export class Rows {
  readonly #start: Buffer;
  readonly #sum = createHash("sha256");
  #buffer = Buffer.allocUnsafeSlow(initialSize);
  #used = 0;
  #rowStart = 0;

  constructor(layout: Layout) {
    const bytes = header(layout);
    this.#start = Buffer.concat([Buffer.of(leafByte), Buffer.from(sha256(bytes), "latin1")]);
    this.#sum.update(bytes);
  }

  /** Begins a row, whose first cells are its key. */
  begin(): void {
    if (this.#used > initialSize / 2) this.#flush();
    this.#rowStart = this.#used;
    this.#room(this.#start.length + 4);
    this.#start.copy(this.#buffer, this.#used);
    this.#used += this.#start.length + 4;
  }

  cell(cell: Cell): void {
    switch (typeof cell) {
      case "bigint":
        this.#class(classes.integer, 8);
        this.#used = this.#buffer.writeBigInt64BE(cell, this.#used);
        return;
      case "number":
        this.#class(classes.real, 8);
        this.#used = this.#buffer.writeDoubleBE(cell, this.#used);
        return;
      case "string": {
        this.#class(classes.text, 4 + 3 * cell.length);
        const written = this.#buffer.write(cell, this.#used + 4);
        this.#buffer.writeUInt32BE(written, this.#used);
        this.#used += 4 + written;
        return;
      }
    }
    if (cell === null) this.#class(classes.null, 0);
    else if (cell instanceof StoredText) this.#bytes(classes.text, cell.bytes);
    else this.#bytes(classes.blob, cell);
  }

  /** The leaf of the row. */
  end(): Hash {
    const before = this.#rowStart + this.#start.length;
    this.#buffer.writeUInt32BE(this.#used - before - 4, before);
    return sha256(this.#buffer.subarray(this.#rowStart, this.#used));
  }

  /** The SHA-256 of all rows, in hex; no row may follow. */
  digest(): string {
    this.#flush();
    return this.#sum.digest("hex");
  }

  #class(byte: number, room: number): void {
    this.#room(1 + room);
    this.#buffer[this.#used] = byte;
    this.#used += 1;
  }

  #bytes(byte: number, value: Uint8Array): void {
    this.#class(byte, 4 + value.length);
    this.#used = this.#buffer.writeUInt32BE(value.length, this.#used);
    this.#buffer.set(value, this.#used);
    this.#used += value.length;
  }

  #room(wanted: number): void {
    if (this.#used + wanted <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#buffer.length, this.#used + wanted));
    this.#buffer.copy(larger, 0, 0, this.#used);
    this.#buffer = larger;
  }

  #flush(): void {
    this.#sum.update(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
    // One long cell is no reason to keep its room.
    if (this.#buffer.length > 16 * initialSize) this.#buffer = Buffer.allocUnsafeSlow(initialSize);
  }
}

/** Bytes. */
const initialSize = 262_144;
