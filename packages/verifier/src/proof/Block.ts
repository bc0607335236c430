import { deflateSync, inflateSync } from "node:zlib";
import { Schema } from "effect";
import type { Block as Rows } from "./Reader.ts";
import { type Cell, StoredText } from "./Row.ts";

/** Some rows of a table as a report keeps them: which they are, and how each began to hash. */

/** A view's id as it is stored: text as itself, and what no JSON can say as class and hex. */
const Id = Schema.Union(
  Schema.String,
  Schema.Tuple(Schema.Literal("null", "integer", "real", "text", "blob"), Schema.String),
);
type Id = typeof Id.Type;

const Base64 = Schema.String.pipe(Schema.pattern(/^[A-Za-z0-9+/]+={0,2}$/));

export const Block = Schema.Union(
  Schema.Struct({
    /** The first of some that follow each other by one, in decimal, and how many these are. */
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
);
export type Block = typeof Block.Type;

export const leafBytes = 8;

export const encode = ({ keys, leaves }: Rows, key: "rowid" | "view_id"): Block => {
  const heads = Buffer.allocUnsafe(leafBytes * leaves.length);
  for (const [place, leaf] of leaves.entries()) {
    heads.write(leaf, leafBytes * place, leafBytes, "latin1");
  }
  const packed = heads.toString("base64");
  if (key === "rowid") return { rowids: runs(keys), leaves: packed };
  const ids = JSON.stringify(keys.map(toId));
  return { ids: deflateSync(ids, { level: 1 }).toString("base64"), leaves: packed };
};

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
  readonly keys: ReadonlyArray<Cell>;
  /** Of each row's leaf the first bytes, as characters. */
  readonly leaves: string;
}

/** Throws where it is not what `encode` made. */
export const decode = (block: Block): Decoded => {
  const leaves = Buffer.from(block.leaves, "base64").toString("latin1");
  const keys =
    "rowids" in block
      ? block.rowids.flatMap(([first, count]) =>
          Array.from({ length: count }, (_, place) => BigInt(first) + BigInt(place)),
        )
      : readIds(inflateSync(Buffer.from(block.ids, "base64"), { maxOutputLength }).toString());
  if (leaves.length !== leafBytes * keys.length) throw new Error("keys and leaves do not match");
  return { keys, leaves };
};

/** Bytes. */
const maxOutputLength = 64_000_000;

const readIds = (text: string): ReadonlyArray<Cell> => {
  const ids: unknown = JSON.parse(text);
  if (!isIds(ids)) throw new Error("these are no ids");
  return ids.map(toCell);
};
const isIds = Schema.is(Schema.Array(Id));

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
