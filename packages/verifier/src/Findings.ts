import type { Finding, Findings } from "@ledgerfold/declaration/internal/Checking";
import { breathe } from "@ledgerfold/event-store/internal/breathe";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { Effect } from "effect";
import { type RawBuilder, sql } from "kysely";
import type { Row } from "./Cell.ts";
import { columnOf, legacyTable, parameter, query } from "./Query.ts";
import * as RowCopy from "./sqlite/RowCopy.ts";

/** Laws that rows of a file are held to, as folds over them. */

export type { Findings } from "@ledgerfold/declaration/internal/Checking";

/** How the rows of one table are read and folded. */
export interface Reading<State> {
  /** Its names; the first that the file has is read. */
  readonly tables: ReadonlyArray<string>;
  readonly columns: ReadonlyArray<string>;
  readonly add: (state: State, row: Row) => ReadonlyArray<Finding> | undefined;
}

/** Folds the rows of some tables, one table after another, in the order of their rowids. */
export const fold = <State>(options: {
  readonly kinds: Findings["kinds"];
  readonly start: () => State;
  readonly read: ReadonlyArray<Reading<State>>;
  /** What only all rows together show; told a list at a time. */
  readonly end: (state: State) => Iterable<ReadonlyArray<Finding>>;
}): Findings => ({
  kinds: options.kinds,
  check: (database, tell) =>
    Effect.gen(function* () {
      const state = options.start();
      for (const { tables, columns, add } of options.read) {
        const copies = yield* RowCopy.make(database, tables);
        const read = yield* database.run("checking the law", () =>
          pages(database, tables, columns),
        );
        for (let rows = read(); rows.length > 0; rows = yield* database.run("checking", read)) {
          yield* tell(rows.flatMap((row) => add(state, row) ?? []));
          yield* breathe;
        }
        yield* database.run("tidying up", () => RowCopy.drop(database, copies));
      }
      for (const found of options.end(state)) yield* tell(found);
    }),
});

const pageSize = 500;

/** Gives the rows of the first of these tables that there is, some at a time, until none is left. */
const pages = (
  database: Service,
  names: ReadonlyArray<string>,
  columns: ReadonlyArray<string>,
): (() => ReadonlyArray<Row>) => {
  const found = names.map((name) => legacyTable(database, name)).find((one) => one !== undefined);
  // A table that cannot be read is reported as a difference, and is no finding.
  if (found?.hasRowids !== true) return () => [];
  const column = columnOf(found);
  const list = columns.map((name): RawBuilder<unknown> => sql`${column(name)} as ${sql.id(name)}`);
  const statement = database.prepare(
    query(sql<Row>`
      select legacy.rowid as ledgerfold_rowid, ${sql.join(list)}
      from ${found.source} as legacy where legacy.rowid >= ${parameter}
      order by legacy.rowid limit ${sql.lit(pageSize)}`),
  );
  let from: bigint | undefined = -(2n ** 63n);
  return () => {
    if (from === undefined) return [];
    const rows = statement.all(from);
    const last = rows.at(-1)?.ledgerfold_rowid;
    from = typeof last === "bigint" && last < 2n ** 63n - 1n ? last + 1n : undefined;
    return rows;
  };
};
