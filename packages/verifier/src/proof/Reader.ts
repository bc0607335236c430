import { isUtf8 } from "node:buffer";
import type { DatabaseBusy, DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { Effect } from "effect";
import { type RawBuilder, sql } from "kysely";
import { breathe } from "@ledgerfold/event-store/internal/breathe";
import { parameter, query } from "../Query.ts";
import type { Key } from "./Key.ts";
import { Merkle } from "./Merkle.ts";
import { type Cell, type Hash, type Layout, Rows, StoredText } from "./Row.ts";
import { order, type ProvenTable } from "./ProvenTables.ts";

/** Some rows of a table, one after another in its order. */
export interface Block {
  readonly keys: ReadonlyArray<Key>;
  /** Empty for a table WITHOUT ROWID. */
  readonly rowids: ReadonlyArray<bigint>;
  readonly leaves: ReadonlyArray<Hash>;
}

/** What stands for all rows of a table. */
export interface Whole {
  readonly rows: number;
  /** Both in hex. */
  readonly root: string;
  readonly sha256: string;
}

/** Rows that a block has at most; all blocks of a table but its last have so many. */
const blockSize = 1_024;

/**
 * Reads a table once, in its order. `layout` may be that of an earlier proof, of whose columns the
 * table has all.
 */
export const read = <E, R>(
  database: Service,
  table: ProvenTable,
  layout: Layout,
  onBlock: (block: Block) => Effect.Effect<void, E, R>,
): Effect.Effect<Whole, DatabaseBusy | DatabaseError | E, R> =>
  Effect.gen(function* () {
    const operation = `proving ${layout.table}`;
    const rows = new Rows(layout);
    const tree = new Merkle();
    const source = yield* database.run(operation, () => open(database, table, layout));
    const next = (): Block => {
      const block = { keys: [] as Key[], rowids: [] as bigint[], leaves: [] as Hash[] };
      while (block.keys.length < blockSize) {
        const row = source.next();
        if (row === undefined) break;
        rows.begin();
        for (const name of source.names) rows.cell(row[name] ?? null);
        const leaf = rows.end();
        tree.push(leaf);
        block.keys.push(source.keyOf(row));
        if (table.rowid !== undefined) block.rowids.push(row.rowid as bigint);
        block.leaves.push(leaf);
      }
      return block;
    };
    const readOn = Effect.gen(function* () {
      for (;;) {
        const block = yield* database.run(operation, next);
        if (block.keys.length > 0) yield* onBlock(block);
        if (block.keys.length < blockSize) return;
        yield* breathe;
      }
    });
    // A statement that is left half read keeps the connection busy.
    yield* Effect.ensuring(readOn, Effect.sync(source.close));
    return { rows: tree.size, root: tree.root(), sha256: rows.digest() };
  });

/** Reads single rows by their rowids, and gives the leaf that each would make under another one. */
export const leaves = (
  database: Service,
  table: ProvenTable,
  layout: Layout,
): ((rowid: bigint, key: bigint) => Hash | undefined) => {
  const rows = new Rows(layout);
  const names = layout.columns.map((_, place) => `c${place}`);
  const list = layout.columns.map(
    (column, place) => sql`${hex(sql.id(column))} as ${sql.id(names[place] ?? "")}`,
  );
  const statement = database.prepare(
    query(sql<Row>`select ${list.length === 0 ? sql`null` : sql.join(list)} from ${table.source}
      where ${sql.id(table.rowid ?? "rowid")} = ${parameter}`),
  );
  const recent = new Map<bigint, Row | undefined>();
  const rowOf = (rowid: bigint): Row | undefined => {
    if (recent.has(rowid)) return recent.get(rowid);
    if (recent.size >= mostRecent) recent.clear();
    const found = statement.get(rowid);
    const row = found === undefined ? undefined : asStored(found);
    recent.set(rowid, row);
    return row;
  };
  return (rowid, key) => {
    const row = rowOf(rowid);
    if (row === undefined) return undefined;
    rows.begin();
    rows.cell(key);
    for (const name of names) rows.cell(row[name] ?? null);
    return rows.end();
  };
};

/** Each may be large. */
const mostRecent = 128;

type Row = Readonly<Record<string, Cell>>;

const open = (database: Service, table: ProvenTable, layout: Layout) => {
  const { key } = layout;
  const { rowid } = table;
  const keys = typeof key !== "string" ? key : [key === "rowid" ? (rowid ?? key) : key];
  const columns = [...keys, ...layout.columns];
  const names = columns.map((_, place) => `c${place}`);
  // A row with invalid text is read again by its rowid; without one, all text is read as bytes at
  // once.
  const isDecoded = layout.encoding === "UTF-8" && rowid !== undefined;
  const select = (wrap: (column: RawBuilder<unknown>) => RawBuilder<unknown>) => {
    const list = columns.map((column, place) => {
      return sql`${wrap(sql.id(column))} as ${sql.id(names[place] ?? "")}`;
    });
    const handle = rowid === undefined ? sql`null` : sql.id(rowid);
    return sql<Row>`select ${handle} as rowid, ${sql.join(list)}
      from ${table.source}`;
  };
  const inOrder = sql<Row>`${select(isDecoded ? (column) => column : hex)} ${order(layout.key, table)}`;
  const rows = database.prepare(query(inOrder)).iterate();
  const again =
    rowid === undefined
      ? undefined
      : database.prepare(query(sql<Row>`${select(hex)} where ${sql.id(rowid)} = ${parameter}`));
  const next = (): Row | undefined => {
    const found = rows.next();
    if (found.done === true) return undefined;
    const row = found.value;
    if (!isDecoded) return asStored(row);
    for (const name of names) {
      const cell = row[name];
      if (typeof cell !== "string" || !cell.includes("\ufffd")) continue;
      return asStored(again?.get(row.rowid) ?? row);
    }
    return row;
  };
  const keyOf = (row: Row): Key => {
    const cells = keys.map((_, place) => row[`c${place}`] ?? null);
    return typeof key === "string" ? (cells[0] ?? null) : cells;
  };
  return { names, keyOf, next, close: () => void rows.return?.() };
};

/**
 * Reads text as the hex of its stored bytes, because the driver silently replaces what is not UTF-8
 * with U+FFFD and converts other encodings. The hex is a string, which no blob is read as.
 */
const hex = (column: RawBuilder<unknown>) =>
  sql`iif(typeof(${column}) = 'text', hex(cast(${column} as blob)), ${column})`;

const asStored = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [
      name,
      typeof cell === "string" ? textOf(Buffer.from(cell, "hex")) : cell,
    ]),
  );

/**
 * Bytes that are UTF-8 become the string as which the driver reads them. A whole row is read as
 * bytes for a single invalid text in it, and its key must compare equal to the same key read as
 * text, or the row would not be found again in an earlier proof.
 */
const textOf = (bytes: Buffer): Cell =>
  isUtf8(bytes) ? bytes.toString("utf8") : new StoredText(bytes);
