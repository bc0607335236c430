import { deflateSync, inflateSync } from "node:zlib";
import { Schema } from "effect";
import type { Block as Rows } from "./Reader.ts";
import { cellsOf, type Key } from "./Key.ts";
import { type Cell, type Layout, StoredText } from "./Row.ts";

/** A block of a table's rows as a report keeps it: their keys, and how each row's hash begins. */

/** A view's id, or a cell of a key, as it is stored: text as itself, and what no JSON can say as class and hex. */
const Id = Schema.Union(
  Schema.String,
  Schema.Tuple(Schema.Literal("null", "integer", "real", "text", "blob"), Schema.String),
);
type Id = typeof Id.Type;

const Base64 = Schema.String.pipe(Schema.pattern(/^[A-Za-z0-9+/]+={0,2}$/));

export const Block = Schema.Union(
  Schema.Struct({
    /** Runs of consecutive rowids: the first of each in decimal, and how many there are. */
    rowids: Schema.Array(
      Schema.Tuple(
        Schema.String.pipe(Schema.pattern(/^-?\d{1,19}$/)),
        Schema.Int.pipe(Schema.between(1, 1_024)),
      ),
    ),
    /** Of each row's leaf the first eight bytes, one after another. */
    leaves: Base64,
  }),
  Schema.Struct({
    /** A JSON array of ids, as `zlib` packs it. */
    ids: Base64,
    leaves: Base64,
  }),
  Schema.Struct({
    /** The same of arrays of ids, one a row: the cells of its key. */
    keys: Base64,
    leaves: Base64,
  }),
);
export type Block = typeof Block.Type;

export const leafBytes = 8;

/** The field under which a block has the keys of its rows. */
export const fieldOf = (key: Layout["key"]): "rowids" | "ids" | "keys" => {
  if (typeof key !== "string") return "keys";
  return key === "rowid" ? "rowids" : "ids";
};

export const encode = ({ keys, leaves }: Rows, key: Layout["key"]): Block => {
  const heads = Buffer.allocUnsafe(leafBytes * leaves.length);
  for (const [place, leaf] of leaves.entries()) {
    heads.write(leaf, leafBytes * place, leafBytes, "latin1");
  }
  const packed = heads.toString("base64");
  switch (fieldOf(key)) {
    case "rowids":
      return { rowids: runs(keys.flatMap(cellsOf)), leaves: packed };
    case "ids":
      return { ids: deflated(keys.flatMap(cellsOf).map(toId)), leaves: packed };
    case "keys":
      return { keys: deflated(keys.map((one) => cellsOf(one).map(toId))), leaves: packed };
  }
};

const deflated = (ids: ReadonlyArray<unknown>): string =>
  deflateSync(JSON.stringify(ids), { level: 1 }).toString("base64");

const runs = (keys: ReadonlyArray<Cell>) => {
  const found: Array<[string, number]> = [];
  let next: bigint | undefined;
  for (const key of keys) {
    const last = found.at(-1);
    if (last !== undefined && key === next) last[1] += 1;
    else found.push([String(key), 1]);
    next = BigInt(String(key)) + 1n;
  }
  return found;
};

export interface Decoded {
  readonly keys: ReadonlyArray<Key>;
  /** Of each row's leaf the first bytes, as characters. */
  readonly leaves: string;
}

/** Throws where it is not what `encode` made. */
export const decode = (block: Block): Decoded => {
  const leaves = Buffer.from(block.leaves, "base64").toString("latin1");
  const keys = keysOf(block);
  if (leaves.length !== leafBytes * keys.length) throw new Error("keys and leaves do not match");
  return { keys, leaves };
};

const keysOf = (block: Block): ReadonlyArray<Key> => {
  if ("rowids" in block) {
    return block.rowids.flatMap(([first, count]) =>
      Array.from({ length: count }, (_, place) => BigInt(first) + BigInt(place)),
    );
  }
  if ("ids" in block) return read(isIds, block.ids).map(toCell);
  return read(areKeys, block.keys).map((key) => key.map(toCell));
};

const read = <A>(is: (value: unknown) => value is A, packed: string): A => {
  const text = inflateSync(Buffer.from(packed, "base64"), { maxOutputLength }).toString();
  const ids: unknown = JSON.parse(text);
  if (!is(ids)) throw new Error("these are no ids");
  return ids;
};

/** Bytes. */
const maxOutputLength = 64_000_000;

const isIds = Schema.is(Schema.Array(Id));
const areKeys = Schema.is(Schema.Array(Schema.Array(Id)));

const toId = (cell: Cell): Id => {
  if (typeof cell === "string") return cell;
  if (cell === null) return ["null", ""];
  if (typeof cell === "bigint") return ["integer", String(cell)];
  if (typeof cell === "number") return ["real", realHex(cell)];
  return cell instanceof StoredText ? ["text", toHex(cell.bytes)] : ["blob", toHex(cell)];
};

const toCell = (id: Id): Cell => {
  if (typeof id === "string") return id;
  const [kind, text] = id;
  switch (kind) {
    case "null":
      return null;
    case "integer":
      return BigInt(text);
    case "real":
      return Buffer.from(text, "hex").readDoubleBE();
    case "text":
      return new StoredText(Buffer.from(text, "hex"));
    case "blob":
      return Buffer.from(text, "hex");
  }
};

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const realHex = (value: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString("hex");
};
