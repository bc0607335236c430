import { type RawBuilder, sql } from "kysely";
import type { Service } from "./Database.ts";
import * as Failures from "./Failures.ts";
import * as Query from "./Query.ts";
import { damaged } from "./SqliteError.ts";

/**
 * Deletes what stands behind a `from` and gives how many rows that were. Throws where a trigger of the
 * file's owner keeps some, or an index knows of others than its table. Synchronous, for who is the
 * only writer.
 */
export const remove = (database: Service, table: string, from: RawBuilder<unknown>): number => {
  const removal = Query.raw(sql`delete from ${from}`);
  const { changes } = database.prepare(removal).run(...removal.compile().parameters);
  const left = database.execute(Query.raw(sql`select 1 from ${from} limit 1`));
  if (left.length > 0 && database.execute(triggersOf(table)).length === 0) {
    throw damaged(`rows of ${table} are there after they were deleted`);
  }
  Failures.insistDeleted(left.length, table);
  return changes;
};

const triggersOf = (table: string) =>
  Query.raw(
    sql`select 1 from sqlite_schema where type = 'trigger' and tbl_name = ${table} collate nocase`,
  );
