import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import * as Block from "../../src/proof/Block.ts";
import type { Key } from "../../src/proof/Key.ts";
import { Merkle } from "../../src/proof/Merkle.ts";
import { type Cell, header, type Layout, Rows, StoredText, toHex } from "../../src/proof/Row.ts";

const docs = fileURLToPath(new URL("../../../../docs/", import.meta.url));

/** What docs/rederive.py says; rejects where it ends with anything but 0. */
const rederive = async (...words: ReadonlyArray<string>): Promise<string> => {
  const { stdout } = await promisify(execFile)("python3", [`${docs}rederive.py`, ...words]);
  return stdout;
};

type Written = readonly [kind: string, value: string];

interface Vectors {
  readonly tables: ReadonlyArray<{
    readonly layout: Layout;
    readonly header: string;
    readonly rows: ReadonlyArray<{
      readonly cells: ReadonlyArray<Written>;
      readonly canonical: string;
      readonly leaf: string;
    }>;
    readonly sha256: string;
    readonly root: string;
  }>;
  readonly trees: ReadonlyArray<{ readonly leaves: ReadonlyArray<string>; readonly root: string }>;
  readonly blocks: ReadonlyArray<{
    readonly block: Block.Block;
    readonly keys: ReadonlyArray<number | string | Written | ReadonlyArray<string | Written>>;
  }>;
}

const file = `${docs}proof-vectors.json`;
const vectors: Vectors = JSON.parse(readFileSync(file, "utf8"));

const cellOf = ([kind, value]: Written): Cell => {
  const bytes = Buffer.from(value, "hex");
  if (kind === "null") return null;
  if (kind === "integer") return BigInt(value);
  if (kind === "real") return bytes.readDoubleBE();
  if (kind === "blob") return bytes;
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : new StoredText(bytes);
};

describe("the test vectors of the format", () => {
  it("hold for another language too", async () => {
    expect(await rederive("--vectors", file)).toBe("all vectors hold\n");
  });

  it.each(vectors.tables)("table %#: header, leaves, SHA-256 and root", (vector) => {
    const rows = new Rows(vector.layout);
    const tree = new Merkle();
    expect(header(vector.layout).toString("hex")).toBe(vector.header);
    for (const { cells, leaf } of vector.rows) {
      rows.begin();
      for (const cell of cells) rows.cell(cellOf(cell));
      const found = rows.end();
      expect(toHex(found)).toBe(leaf);
      tree.push(found);
    }
    expect(rows.digest()).toBe(vector.sha256);
    expect(tree.root()).toBe(vector.root);
  });

  it("are those that the page shows", () => {
    const page = readFileSync(`${docs}proof-format.md`, "utf8");
    for (const { leaves, root } of vectors.trees.filter(({ leaves }) =>
      [0, 1, 2, 3, 5].includes(leaves.length),
    )) {
      expect(page).toMatch(new RegExp(`^\\| +${leaves.length} \\| \`${root}\` \\|$`, "m"));
    }
    const shown = vectors.tables[2];
    const [row] = shown?.rows ?? [];
    expect(page).toContain(`\nheader    ${shown?.header}\n`);
    expect(page).toContain(`\ncanonical ${row?.canonical}\nleaf      ${row?.leaf}\n`);
    expect(page).toContain(`\nsha256    ${shown?.sha256}\nroot      ${shown?.root}\n`);
  });

  it("covers every storage class, and trees of every shape", () => {
    const kinds = vectors.tables.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells));
    expect(new Set(kinds.map(([kind]) => kind))).toEqual(
      new Set(["null", "integer", "real", "text", "blob"]),
    );
    expect(vectors.trees.map(({ leaves }) => leaves.length)).toEqual([0, 1, 2, 3, 4, 5, 7, 8, 13]);
  });

  it.each(vectors.trees)("tree %#", ({ leaves, root }) => {
    const tree = new Merkle();
    for (const leaf of leaves) tree.push(Buffer.from(leaf, "hex").toString("latin1"));
    expect(tree.root()).toBe(root);
  });

  it.each(vectors.blocks)("block %#, there and back", ({ block, keys }) => {
    const isKeys = "keys" in block;
    const cells = keys.map((key): Key => {
      if (typeof key === "string") return key;
      if (typeof key === "number") return BigInt(key);
      return isKeys
        ? (key as ReadonlyArray<string | Written>).map((cell) =>
            typeof cell === "string" ? cell : cellOf(cell),
          )
        : cellOf(key as Written);
    });
    const decoded = Block.decode(block);
    // What JSON.parse makes of the largest rowids is another number.
    const small = (cell: Key | undefined) =>
      typeof cell !== "bigint" || (cell > -(2n ** 53n) && cell < 2n ** 53n);
    for (const [place, cell] of cells.entries()) {
      if (small(cell)) expect(decoded.keys[place]).toStrictEqual(cell);
    }
    expect(decoded.keys).toHaveLength(cells.length);
    const leaves = decoded.keys.map(() => "\0".repeat(32));
    const key = isKeys ? ["a", "b"] : "rowids" in block ? "rowid" : "view_id";
    const again = Block.encode({ keys: decoded.keys, rowids: [], leaves }, key);
    if ("rowids" in again) expect(again).toEqual(block);
    expect(Block.decode(again).keys).toStrictEqual(decoded.keys);
  });

  it("cells of any length come out the same, whatever came before them", () => {
    const layout = { side: "legacy", table: "t", encoding: "UTF-8", key: "rowid" } as const;
    const leafOf = (rows: Rows, cell: Cell) => {
      rows.begin();
      rows.cell(cell);
      return toHex(rows.end());
    };
    const many = new Rows({ ...layout, columns: [] });
    for (const size of [0, 1, 100_000, 300_000, 7, 5_000_000, 3]) {
      for (const cell of ["é".repeat(size), Buffer.alloc(size, 7), BigInt(size), size + 0.5]) {
        expect(leafOf(many, cell)).toBe(leafOf(new Rows({ ...layout, columns: [] }), cell));
      }
    }
  });
});
