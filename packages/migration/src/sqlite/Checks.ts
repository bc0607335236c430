import type { FoundTable } from "@ledgerfold/declaration/Writing";
import type { Constant } from "@ledgerfold/declaration/Kind";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import { told } from "@ledgerfold/declaration/internal/Table";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import { type RawBuilder, sql } from "kysely";
import type { BadCell } from "../BadData.ts";
import { oneOf } from "../Words.ts";

/**
 * Words that a table's own CHECKs refuse are no advice: a table of one age takes FILLED, that of
 * another COMPLETED. SQLite itself is asked, with the row in an empty temporary table of the same SQL.
 */

/** The bad cell, whose rule names only words that the row may have. Synchronous and throws. */
export const advised = (
  database: Service,
  table: FoundTable,
  rowid: bigint,
  bad: BadCell,
): BadCell => {
  const [, fate] = told(table.table.columns).find(([name]) => name === bad.column) ?? [];
  const form = fate?.kind?.form;
  if (form?._tag !== "words") return bad;
  const words = form.words.map(([cell]) => cell);
  const rule = oneOf(words);
  const check = bad.rule.includes(rule) ? checkOf(database, table.name) : undefined;
  if (check === undefined) return bad;
  execute(database, sql`create temp table ${copy} ${sql.raw(check)}`);
  try {
    const taken = words.filter((word) => takes(database, table, rowid, bad.column, word));
    if (taken.length === words.length) return bad;
    const narrowed =
      taken.length > 0
        ? `${oneOf(taken)}, as the table's CHECK refuses others`
        : `${rule}, each of which the table's CHECK refuses as long as the row's other cells stay as they are`;
    return { ...bad, rule: bad.rule.replace(rule, () => narrowed) };
  } finally {
    execute(database, sql`drop table ${copy}`);
  }
};

const copy = sql.id("temp", "ledgerfold_check");

/** The SQL of the table from its columns on; undefined where it has no CHECK, or none that can be tried. */
const checkOf = (database: Service, table: string): string | undefined => {
  const [found] = database.execute(
    SqliteQuery.raw(sql<{ sql: string }>`
      select sql from main.sqlite_schema where type = 'table' and name = ${table} collate nocase`),
  );
  const [, body] = named.exec(found?.sql ?? "") ?? [];
  if (body === undefined || !/\bcheck\b/i.test(body)) return undefined;
  try {
    // A function of the application's own is not here.
    execute(database, sql`create temp table ${copy} ${sql.raw(body)}`);
    execute(database, sql`drop table ${copy}`);
    return body;
  } catch {
    return undefined;
  }
};

/** SQLite keeps the statement as it was written, but for its beginning. */
const named =
  /^create table (?:"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|'(?:[^']|'')*'|[^\s("'`[]+)\s*(\(.*)$/is;

/** Whether the row may have that word in that column, all else as it is. */
const takes = (
  database: Service,
  { name: table }: FoundTable,
  rowid: bigint,
  column: string,
  word: Constant,
): boolean => {
  const columns = database
    .execute(
      SqliteQuery.raw(sql<{ name: string }>`
        select name from pragma_table_xinfo(${table}, 'main') where hidden = 0`),
    )
    .map(({ name }) => name);
  const cells = columns.map((name) =>
    folded(name) === folded(column) ? sql`${word}` : sql.id(name),
  );
  try {
    execute(
      database,
      sql`insert or abort into ${copy} (${sql.join(columns.map((name) => sql.id(name)))})
        select ${sql.join(cells)} from ${sql.id(table)} where rowid = ${rowid}`,
    );
    execute(database, sql`delete from ${copy}`);
    return true;
  } catch (cause) {
    return !(cause instanceof Error && "code" in cause && cause.code === "SQLITE_CONSTRAINT_CHECK");
  }
};

const execute = (database: Service, query: RawBuilder<unknown>) =>
  database.execute(SqliteQuery.raw(query));
