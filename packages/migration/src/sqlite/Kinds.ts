import type { Constant } from "@ledgerfold/declaration/Kind";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import type { Table } from "@ledgerfold/declaration/internal/Table";
import { claimed } from "@ledgerfold/declaration/internal/Claimed";
import * as Where from "@ledgerfold/declaration/Where";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import { type RawBuilder, sql } from "kysely";
import { type BadCell, display, keyOf, type RawRow } from "../BadData.ts";
import { columnsOf, kindOf } from "./LegacyTables.ts";

/** Several kinds of rows in one table. */

/** SQL that is 1 for the rows that `where` picks, and else 0; the query calls the table `alias`. */
export const rows = (where: Where.Where, of?: string): RawBuilder<unknown> => {
  const column = (name: string) => sql.id(...(of === undefined ? [] : [of]), name);
  const conditions = Where.cellsOf(where).map(
    ([name, cells, isNot]) =>
      sql`${sql.raw(isNot ? "not " : "")}(${sql.join(
        cells.map((cell) => is(column(name), cell)),
        sql` or `,
      )})`,
  );
  return conditions.length === 0 ? sql`1` : sql`(${sql.join(conditions, sql` and `)})`;
};

/** Compares storage class and bytes: collation or affinity would make different cells equal. */
const is = (column: RawBuilder<unknown>, cell: Constant): RawBuilder<unknown> => {
  if (cell === null) return sql`${column} is null`;
  if (typeof cell === "string") {
    return sql`(typeof(${column}) = 'text' and ${column} = ${sql.lit(cell)} collate binary)`;
  }
  const name = typeof cell === "bigint" ? "integer" : "real";
  return sql`(typeof(${column}) = ${sql.lit(name)} and ${column} = ${sql.raw(String(cell))})`;
};

export const unclaimed = (
  database: Service,
  tables: ReadonlyArray<Table>,
): ReadonlyArray<BadCell> =>
  claimed(tables).flatMap(({ names, key, kinds, owner }) => {
    // Whatever is not a table is reported as a whole, and not row by row.
    const name = names.find((one) => kindOf(database, one) === "table");
    if (name === undefined) return [];
    const there = columnsOf(database, name);
    const told = [...new Set(kinds.flatMap((one) => Object.keys(one)))];
    // So are missing columns.
    if (![...told, ...key].every((column) => there.has(folded(column)))) return [];
    const wanted = [...told, ...key];
    const rowid = sql<bigint>`rowid`;
    const sum = sql.join(
      kinds.map((one) => rows(one)),
      sql` + `,
    );
    const found = database.execute(
      SqliteQuery.raw(
        sql<RawRow>`select ${rowid} as ledgerfold_rowid,
          ${sql.join(wanted.map((column) => sql`${sql.id(column)} as ${sql.id(column)}`))}
          from ${sql.id(name)} where ${sum} <> 1 order by rowid`,
      ),
    );
    const [first = ""] = told;
    const { isSecret } = owner;
    const shown = kinds.map(Where.show).join("; or ");
    return found.map(({ ledgerfold_rowid, ...cells }): BadCell => {
      const at = typeof ledgerfold_rowid === "bigint" ? ledgerfold_rowid : 0n;
      return {
        table: name,
        key: keyOf({ key, isSecret }, cells, at),
        column: first,
        value: display(isSecret, cells[first] ?? null),
        rule: `must be a row of one kind, and of one only: ${shown}`,
      };
    });
  });
