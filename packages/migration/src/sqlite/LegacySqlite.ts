import { type Service, SqliteDatabase } from "@ledgerfold/event-store/SqliteDatabase";
import { Effect, Layer } from "effect";
import { type Compilable, type SqlBool, sql } from "kysely";
import { keyOf, type RawRow } from "../BadData.ts";
import { type Cell, NotText } from "../Cell.ts";
import { type LegacyRow, type LegacyRows, LegacySource } from "../LegacySource.ts";
import * as Invariants from "../verification/Invariants.ts";
import * as FileSchema from "@ledgerfold/event-store/sqlite/FileSchema";
import { type Found, type FoundTable, find, legacy } from "./LegacyTables.ts";
import * as RowOrder from "./RowOrder.ts";

/** The legacy tables in the SQLite file that is open, on the connection that also writes. */
export const layer: Layer.Layer<LegacySource, never, SqliteDatabase> = Layer.effect(
  LegacySource,
  Effect.map(SqliteDatabase, (database) => {
    const look = database.run("looking at the legacy tables", () => find(database));
    return {
      schema: database.run("looking at the schema", () => FileSchema.read(database)),
      // The verifier's, so that a run and a verification say the same of the same rows.
      check: (tell) => Invariants.check(database, tell),
      rows: (role) =>
        Effect.flatMap(look, (found) => {
          const table = found[role];
          if (table === undefined) return Effect.succeed(undefined);
          const order =
            table.problems.length > 0
              ? Effect.succeed(RowOrder.none)
              : RowOrder.make(database, role, table);
          return Effect.map(order, (known) =>
            rowsOf(database, table, known, selection(table, found)),
          );
        }),
    };
  }),
);

const rowsOf = (
  database: Service,
  table: FoundTable,
  order: RowOrder.RowOrder,
  query: Compilable<RawRow>,
): LegacyRows => ({
  table: table.name,
  columns: table.columns,
  total: order.rowids.length,
  problems: table.problems,
  chunk: (from, to) =>
    database.run(`reading ${table.name}`, () => {
      const rowids = order.rowids.subarray(from, to);
      const rows = database.prepare(query).all(`[${rowids.join()}]`);
      return Array.from(rowids, (rowid, index): LegacyRow => {
        const stored = checked(database, table, rowid, rows[index] ?? {});
        const key = () => keyOf(table.name, table.key, stored[table.key] ?? null, rowid);
        // The row is nobody else's, so that it need not be copied.
        const cells = Object.assign(stored, order.cells(from + index));
        return { rowid, cells, problems: order.problems(from + index, key) };
      });
    }),
});

/** Rows by a JSON array of their rowids, in its order; the columns that the file lacks as NULL. */
const selection = (table: FoundTable, found: Found): Compilable<RawRow> => {
  const column = (name: string) =>
    table.columns.has(name) ? sql.ref<Cell>(`row.${name}`) : sql<Cell>`null`;
  const own = [...table.always, ...table.sometimes].map((name) => column(name).as(name));
  const query = legacy
    .selectFrom(sql<{ key: number; value: bigint }>`json_each(${""})`.as("wanted"))
    .leftJoin(`${table.name} as row`, (join) => join.on(sql<SqlBool>`row.rowid = wanted.value`))
    .select(own)
    .orderBy("wanted.key");
  const { orders } = found;
  if (table !== found.positions || orders?.columns.has("id") !== true) return query;
  const ofOrder = (name: string) =>
    orders.columns.has(name) ? sql.ref<Cell>(`pending.${name}`) : sql<Cell>`null`;
  return query
    .leftJoin(`${orders.name} as pending`, "pending.id", "row.pending_execution_id")
    .select(["symbol", "shares", "direction"].map((name) => ofOrder(name).as(`order_${name}`)));
};

/**
 * The driver turns bytes that are not text into U+FFFD without a word, and SQLite makes up other
 * characters from broken UTF-16, so a text that may come of either is read again as bytes.
 */
const checked = (database: Service, table: FoundTable, rowid: bigint, row: RawRow): RawRow => {
  const suspects: Array<string> = [];
  for (const name in row) {
    const cell = row[name];
    if (typeof cell === "string" && mayBeMadeUp(table, cell) && table.columns.has(name)) {
      suspects.push(name);
    }
  }
  if (suspects.length === 0) return row;
  const [bytes] = database.execute(
    legacy
      .selectFrom(table.name)
      .select(suspects.map((name) => sql<Uint8Array>`cast(${sql.ref(name)} as blob)`.as(name)))
      .where(sql.ref("rowid"), "=", rowid),
  );
  const texts = suspects.map((name): [string, Cell] => {
    const raw = bytes?.[name];
    const text = String(row[name]);
    return [
      name,
      raw instanceof Uint8Array && !encode(table, text).equals(raw) ? new NotText(raw) : text,
    ];
  });
  return { ...row, ...Object.fromEntries(texts) };
};

const mayBeMadeUp = ({ encoding }: FoundTable, text: string): boolean =>
  encoding === "UTF-8" ? text.includes("\ufffd") : notAscii.test(text);

const notAscii = /[^\p{ASCII}]/u;

/** The bytes that stand for a text in the file. */
const encode = ({ encoding }: FoundTable, text: string): Buffer => {
  if (encoding === "UTF-8") return Buffer.from(text, "utf8");
  const bytes = Buffer.from(text, "utf16le");
  return encoding === "UTF-16le" ? bytes : bytes.swap16();
};
