import type { Constant } from "@ledgerfold/declaration/Kind";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import type { Table } from "@ledgerfold/declaration/internal/Table";
import { claimed } from "@ledgerfold/declaration/internal/Claimed";
import * as Where from "@ledgerfold/declaration/Where";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { type RawBuilder, sql } from "kysely";
import { type Difference, Differences } from "./Difference.ts";
import { legacyTable, query } from "./Query.ts";
import type { AggregateSpec } from "./AggregateSpec.ts";

/** Tables with several kinds of rows, and which rows a definition takes. */

/** SQL that is 1 for the rows that `where` picks, and else 0; the query calls the table `alias`. */
export const taken = (where: Where.Where, alias: string): RawBuilder<unknown> =>
  Where.cellsOf(where).reduce<RawBuilder<unknown>>((before, [name, cells, isNot]) => {
    const column = sql.id(alias, name);
    const [among, otherwise] = isNot ? [0, 1] : [1, 0];
    const cases = cells.map((cell) => sql`when ${isCell(column, cell)} then ${sql.lit(among)}`);
    return sql`${before} and case ${sql.join(cases, sql` `)} else ${sql.lit(otherwise)} end`;
  }, sql`1`);

/** Compares storage class and bytes: collation or affinity would make different cells equal. */
const isCell = (column: RawBuilder<unknown>, cell: Constant): RawBuilder<unknown> => {
  switch (typeof cell) {
    case "string":
      return sql`typeof(${column}) is 'text' and cast(${column} as blob) is cast(${sql.lit(cell)} as blob)`;
    case "bigint":
      return sql`typeof(${column}) is 'integer' and ${column} is ${sql.raw(`${cell}`)}`;
    case "number":
      return sql`typeof(${column}) is 'real' and ${column} is ${sql.raw(`${cell}`)}`;
    default:
      return sql`typeof(${column}) is 'null'`;
  }
};

/** Rows that no definition takes, or several do, under the first aggregate that has the table. */
export const strangers = (
  database: Service,
  tables: ReadonlyArray<Table>,
  specs: ReadonlyArray<AggregateSpec>,
): ReadonlyArray<Difference> =>
  claimed(tables).flatMap(({ names, kinds, owner }) => {
    const spec = specs.find(({ aggregate }) => aggregate === owner.type);
    const found = names.map((name) => legacyTable(database, name)).find((one) => one !== undefined);
    if (spec === undefined || found?.hasRowids !== true) return [];
    const columns = [...new Set(kinds.flatMap((one) => Object.keys(one)))];
    if (!columns.every((column) => found.columns.has(folded(column)))) return [];
    const times = kinds.map((one) => sql`(${taken(one, "legacy")})`);
    return database
      .execute(
        query(sql<{ row: bigint }>`
          select legacy.rowid as row from ${found.source} as legacy
          where ${sql.join(times, sql` + `)} is not 1 order by legacy.rowid limit ${sql.lit(most)}`),
      )
      .flatMap(({ row }) => {
        const differences = new Differences(spec, `${found.name} rowid ${row}`);
        differences.add(
          "unreadable",
          "legacy",
          columns.join(", "),
          "it is a row of no kind that is declared, or of several",
        );
        return differences.found;
      });
  });

/** So that a table of nothing else does not fill the memory. */
const most = 1_000;
