import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import { sql } from "kysely";
import type { BadCell } from "../BadData.ts";
import type { Cell } from "../Cell.ts";
import type { FoundTable } from "@ledgerfold/declaration/Writing";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import { columnsUnder, type Table, told } from "@ledgerfold/declaration/internal/Table";

/** What the legacy tables look like in this file, found by looking. */

/** Builds queries on tables whose columns are known only at run time. */
export const legacy = SqliteQuery.builder<Record<string, Record<string, Cell>>>();

/** A table as part of such a query, whatever its name: a dot in it is a part of the name. */
export const named = <As extends string>(table: string, as: As) =>
  sql<Record<string, Cell>>`${sql.id(table)}`.as(as);

/** The columns of a table, in lower case; empty when there is none. */
export const columnsOf = (database: Service, table: string): ReadonlySet<string> =>
  new Set(
    database
      .execute(
        SqliteQuery.raw(sql<{ name: string }>`select name from pragma_table_xinfo(${table})`),
      )
      .map(({ name }) => folded(name)),
  );

/** Undefined where the file has no table of any of its names. */
export const find = (database: Service, shape: Table): FoundTable | undefined => {
  const there = shape.names.flatMap((name) => {
    const kind = kindOf(database, name);
    return kind === undefined ? [] : [{ name, kind }];
  });
  // A view under one of the names is no second table; alone, it is no table either.
  const tables = there.filter(({ kind }) => kind !== "view");
  const [table = there[0]] = tables;
  if (table === undefined) return undefined;
  const { name, kind } = table;
  // Undeclared columns do not count: the operator has left them out, or the run has been refused.
  const own = Object.entries(columnsUnder(shape, name));
  // No column may be declared as `rowid`; it is kept here to be reported below.
  const declared = new Set([...own.map(([column]) => folded(column)), "rowid"]);
  const columns = new Set([...columnsOf(database, name)].filter((column) => declared.has(column)));
  const missing = own.flatMap(([column, { presence }]) =>
    presence === "sometimes" || presence === "as NULL" || columns.has(folded(column))
      ? []
      : [column],
  );
  const problem = (column: string, rule: string): BadCell => {
    return { table: name, key: "", column, value: "", rule };
  };
  const problems = [
    ...(tables.length > 1
      ? [problem("", `is there as ${tables[1]?.name} too: the same table under two names`)]
      : []),
    ...(isTable(kind) ? [] : [problem("", `is a ${kind}, unlike any table that ${shape.by} made`)]),
    ...(columns.has("rowid") ? [problem("rowid", "hides which row is which: drop it")] : []),
    ...missing.map((column) => problem(column, "is missing: every version of this table has it")),
    ...besideProblems(database, shape),
  ];
  const { key, isSecret } = shape;
  const asked = told(shape.columns).map(([column]) => column);
  return {
    table: shape,
    name,
    key,
    isSecret,
    asked,
    columns,
    problems,
    encoding: encodingOf(database),
  };
};

/** The problems of tables in which rows are looked up: a row must find one row there, or none. */
const besideProblems = (database: Service, { beside, by }: Table): ReadonlyArray<BadCell> =>
  Object.entries(beside).flatMap(([table, { columns, on }]) => {
    if (on === undefined) return [];
    const has = columnsOf(database, table);
    const missing = Object.keys(columns).filter((column) => !has.has(folded(column)));
    const problem = (column: string, rule: string) => ({ table, key: "", column, value: "", rule });
    const kind = kindOf(database, table);
    if (kind !== undefined && !hasRows.has(kind)) {
      return [problem("", `is a ${kind}, unlike any table that ${by} made`)];
    }
    if (missing.length > 0) {
      return missing.map((column) => problem(column, "is missing: rows are looked up there"));
    }
    const [twice] = database.execute(
      SqliteQuery.raw(sql`select 1 from ${sql.id(table)} where ${sql.id(on.key)} is not null
        group by ${sql.id(on.key)} having count(*) > 1 limit 1`),
    );
    return twice === undefined
      ? []
      : [problem(on.key, "must not stand twice: rows are looked up by it")];
  });

/** The kinds of tables in which rows can be looked up, by a key and without rowids. */
const hasRows: ReadonlySet<string> = new Set(["table", "table WITHOUT ROWID"]);

const encodingOf = (database: Service): string => {
  const [found] = database.execute(
    SqliteQuery.raw(sql<{ encoding: string }>`select encoding from pragma_encoding`),
  );
  return found?.encoding ?? "UTF-8";
};

/** Whether rows of it can be read; a table WITHOUT ROWID is copied for that. */
export const isTable = (kind: string): boolean => kind === "table" || kind === withoutRowid;

const withoutRowid = "table WITHOUT ROWID";

/** Undefined where nothing has that name. */
export const kindOf = (database: Service, name: string): string | undefined => {
  const [found] = database.execute(
    SqliteQuery.raw(sql<{ type: string; wr: bigint }>`
      select type, wr from pragma_table_list where schema = 'main' and name = ${name} collate nocase`),
  );
  if (found === undefined) return undefined;
  return found.wr === 0n ? found.type : withoutRowid;
};
