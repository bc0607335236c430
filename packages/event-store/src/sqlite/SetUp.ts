import { Effect } from "effect";
import { type Compilable, sql } from "kysely";
import type { StoreError } from "../DatabaseError.ts";
import * as Database from "./Database.ts";
import * as Query from "./Query.ts";
import { setup } from "./Schema.ts";

export interface Strange {
  /** `table`, `index`, `trigger` or `view`. */
  readonly type: string;
  readonly name: string;
}

/**
 * What of a log's tables, and of the indexes and triggers on them, is not as `setup` makes it in an
 * empty file; nothing where no table of the log is there yet. What others made may refuse rows that
 * these tables take.
 */
export const strange = (
  database: Database.Service,
  viewTables: ReadonlyArray<string>,
): Effect.Effect<ReadonlyArray<Strange>, StoreError> =>
  Effect.gen(function* () {
    const plain = yield* Database.make({ path: ":memory:" });
    const ours = yield* plain.run("making the tables of the log", () => {
      setup(plain, viewTables);
      return plain.execute(objects);
    });
    const tables = new Set(ours.map(({ tbl_name }) => folded(tbl_name)));
    const names = new Set(ours.map(({ name }) => folded(name)));
    const look = <Row>(query: Compilable<Row>) =>
      database.run("looking at the tables of the log", () => database.execute(query));
    const all = yield* look(objects);
    const references = yield* look(foreignKeys);
    const found = all.filter(
      ({ name, tbl_name }) => tables.has(folded(tbl_name)) || names.has(folded(name)),
    );
    if (found.length === 0) return [];
    const made = new Set(ours.map(textOf));
    const there = new Set(found.map(textOf));
    return [
      ...found.filter((one) => !made.has(textOf(one))),
      ...ours.filter((one) => !there.has(textOf(one))),
      ...references
        .filter(({ parent }) => tables.has(folded(parent)))
        .map(({ child }) => ({ type: "table", name: child })),
    ];
  }).pipe(Effect.scoped);

const objects = Query.raw(
  sql<{
    type: string;
    name: string;
    tbl_name: string;
    sql: string | null;
  }>`select type, name, tbl_name, sql from main.sqlite_schema where name not like 'sqlite_%'`,
);

/** A row that another table refers to cannot always go. */
const foreignKeys = Query.raw(sql<{ child: string; parent: string }>`
  select distinct tables.name as child, keys."table" as parent
  from pragma_table_list as tables, pragma_foreign_key_list(tables.name) as keys
  where tables.schema = 'main' and tables.type = 'table'`);

const textOf = (object: object): string => JSON.stringify(object);

const folded = (name: string): string => name.toLowerCase();
