import { type Service, SqliteDatabase } from "@ledgerfold/event-store/sqlite/Database";
import { Effect, Layer } from "effect";
import { type Compilable, type SqlBool, sql } from "kysely";
import { keyOf, type RawRow } from "../BadData.ts";
import type { Cell } from "../Cell.ts";
import { checked } from "./CheckedText.ts";
import { type LegacyRow, type LegacyRows, LegacySource, noRows } from "../LegacySource.ts";
import * as FileSchema from "@ledgerfold/event-store/internal/sqlite/FileSchema";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import { claimed } from "@ledgerfold/declaration/internal/Claimed";
import type { FoundTable, Join, RowOrder as Order } from "@ledgerfold/declaration/Writing";
import { find, legacy, named } from "./LegacyTables.ts";
import * as Checks from "./Checks.ts";
import * as Kinds from "./Kinds.ts";
import * as Lookups from "./Lookups.ts";
import * as Parts from "./Parts.ts";
import * as RowOrder from "./RowOrder.ts";
import * as StreamIds from "./StreamIds.ts";
import * as WithoutRowid from "./WithoutRowid.ts";

/** Legacy rows in a SQLite file. */

/**
 * The legacy tables in the SQLite file that is open, on the connection that also writes.
 *
 * @example A log in another file than its rows
 * ```ts
 * import * as Database from "@ledgerfold/event-store/sqlite/Database";
 * import { layerDatabase } from "@ledgerfold/event-store/sqlite/layer";
 * import * as LegacySqlite from "@ledgerfold/migration/sqlite/LegacySqlite";
 * import { Layer } from "effect";
 *
 * export const services = Layer.merge(
 *   Layer.provide(LegacySqlite.layer, Database.layer({ path: "shop.db" })),
 *   Layer.provide(layerDatabase, Database.layer({ path: "log.db", mode: "create" })),
 * );
 * ```
 */
export const layer: Layer.Layer<LegacySource, never, SqliteDatabase> = Layer.effect(
  LegacySource,
  Effect.map(SqliteDatabase, (database) => {
    return {
      schema: database.run("looking at the schema", () => FileSchema.read(database)),
      check: (findings, tell) => findings.check(database, tell),
      unclaimed: (tables) =>
        database.run("looking for rows of no kind", () => {
          WithoutRowid.copy(
            database,
            claimed(tables).flatMap(({ names }) => names),
          );
          return Kinds.unclaimed(database, tables);
        }),
      rows: ({ table: declared, sqlite }) =>
        Effect.gen(function* () {
          yield* database.run("copying tables WITHOUT ROWID", () =>
            WithoutRowid.copy(database, [
              ...declared.names,
              ...Object.values(declared.rows).map(({ name }) => name),
            ]),
          );
          const table = yield* database.run("looking at the legacy tables", () =>
            find(database, declared),
          );
          if (table === undefined) {
            const problems = yield* database.run("looking for parts", () =>
              Parts.alone(database, declared),
            );
            return problems.length === 0 ? undefined : { ...noRows, problems };
          }
          const order =
            table.problems.length > 0
              ? RowOrder.none
              : yield* (sqlite?.order ?? RowOrder.make)(database, table);
          const parts = yield* Parts.make(database, table);
          const join = yield* database.run("looking beside", () => sqlite?.join?.(database));
          return rowsOf(database, table, order, parts, selection(table, join));
        }),
    };
  }),
);

const rowsOf = (
  database: Service,
  table: FoundTable,
  order: Order,
  parts: Parts.Parts,
  query: Compilable<RawRow>,
): LegacyRows => {
  const lookups = Lookups.judge(table);
  return {
    table: table.name,
    columns: table.columns,
    total: order.rowids.length,
    problems: [...table.problems, ...parts.problems],
    strays: parts.strays,
    missing: parts.missing,
    tellsTwins: order.tellsTwins ?? false,
    claim: StreamIds.claim(database, table),
    advised: (rowid, bad) =>
      database.run(`looking at the checks of ${table.name}`, () =>
        Checks.advised(database, table, rowid, bad),
      ),
    chunk: (from, to) =>
      database.run(`reading ${table.name}`, () => {
        const rowids = order.rowids.subarray(from, to);
        const rows = database.prepare(query).all(`[${rowids.join()}]`);
        const partsOf = parts.chunk(rowids);
        return Array.from(rowids, (rowid, index): LegacyRow => {
          const stored = checked(database, table, rowid, rows[index] ?? {});
          const key = () => keyOf(table, stored, rowid);
          // Nobody else has this object, so the cells are added to it and not to a copy.
          const cells = Object.assign(stored, order.cells(from + index));
          const problems = [...order.problems(from + index, key), ...lookups(cells, key)];
          return { rowid, cells, parts: partsOf(rowid), problems };
        });
      }),
  };
};

/** Rows by a JSON array of their rowids, in its order; the columns that the file lacks as NULL. */
const selection = (table: FoundTable, join: Join | undefined): Compilable<RawRow> => {
  const column = (name: string) =>
    table.columns.has(folded(name)) ? sql.id<Cell>("row", name) : sql<Cell>`null`;
  const query = legacy
    .selectFrom(sql<{ key: number; value: bigint }>`json_each(${""})`.as("wanted"))
    .leftJoin(named(table.name, "row"), (join) => join.on(sql<SqlBool>`row.rowid = wanted.value`))
    .select([
      ...table.asked.map((name) => column(name).as(name)),
      ...Lookups.cells(table.table, column),
    ])
    .orderBy("wanted.key");
  return join === undefined
    ? query
    : query
        .leftJoin(`${join.table} as beside`, (on) => on.on(join.on))
        .select(Object.entries(join.columns).map(([name, cell]) => cell.as(name)));
};
