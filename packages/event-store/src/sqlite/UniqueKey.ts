import { sql } from "kysely";
import type { StreamId } from "../EventStore.ts";
import type { Service } from "./Database.ts";
import * as Query from "./Query.ts";
import { query } from "./LogTables.ts";

/**
 * A unique key of a table. In a table that we made it is an index of its own, which a bulk load
 * drops and makes again at its end: to sort many keys at once costs less than to insert them one by
 * one.
 */
export interface UniqueKey {
  readonly table: string;
  readonly name: string;
  readonly columns: ReadonlyArray<string>;
}

/** No stream has the same sequence twice. */
export const ofLog: UniqueKey = {
  table: "events",
  name: "events_stream",
  columns: ["aggregate_type", "aggregate_id", "sequence"],
};

/** No stream has two snapshots. */
export const ofSnapshots: UniqueKey = {
  table: "snapshots",
  name: "snapshots_stream",
  columns: ["aggregate_type", "aggregate_id"],
};

/** No stream has two rows in a view. */
export const ofView = (table: string): UniqueKey => ({
  table,
  name: `${table}_stream`,
  columns: ["view_id"],
});

/** A bulk load may drop `ours` for a while; `theirs` is a part of another service's table. */
export const find = (
  database: Service,
  { table, name, columns }: UniqueKey,
): "ours" | "theirs" | "none" => {
  const keys = database.prepare(keysOfTable).all(table, JSON.stringify(columns), columns.length);
  if (keys.some((key) => key.name === name)) return "ours";
  return keys.length > 0 ? "theirs" : "none";
};

export const make = (database: Service, { table, name, columns }: UniqueKey): void => {
  const index = query.schema.createIndex(freeName(database, name)).unique();
  database.execute(index.on(table).columns([...columns]));
};

/** A table that was renamed to make room for another keeps its indexes, under the names they had. */
export const freeName = (database: Service, name: string): string =>
  database.execute(Query.raw(sql`select 1 from sqlite_schema where name = ${name} collate nocase`))
    .length === 0
    ? name
    : freeName(database, `${name}_`);

export const drop = (database: Service, { name }: UniqueKey): void => {
  database.execute(query.schema.dropIndex(name));
};

/** A stream that has a sequence twice, where the key of the log can't be made. */
export const broken = (database: Service): StreamId | undefined => {
  const [found] = database.execute(
    query
      .selectFrom("events")
      .select(["aggregate_type as type", "aggregate_id as id"])
      .groupBy(["aggregate_type", "aggregate_id", "sequence"])
      .having(({ fn }) => fn.countAll(), ">", 1)
      .limit(1),
  );
  return found;
};

/** The unique indexes of a table that cover just these columns, by their bytes: their names as JSON, their number. */
const keysOfTable = Query.once(sql<{ name: string }>`
  with wanted as (select ${""} as tbl, ${""} as names, ${0} as number)
  select list.name from wanted, pragma_index_list(wanted.tbl) as list
  where list."unique" and not list.partial and (
    select count(*) = wanted.number
      and sum(info.coll = 'BINARY'
        and lower(info.name) in (select value from json_each(wanted.names))) = wanted.number
    from pragma_index_xinfo(list.name) as info where info.key)`);
