import { sql } from "kysely";
import type { StreamId } from "../EventStore.ts";
import type { Service } from "../SqliteDatabase.ts";
import * as SqliteQuery from "../SqliteQuery.ts";
import { query } from "./Tables.ts";

/**
 * The unique key of the log: a stream has each sequence once. In a table that we made it is an index
 * of its own, which a bulk load leaves out until its end: many random keys sorted at once cost less
 * than one by one.
 */

const name = "events_stream";
const columns = ["aggregate_type", "aggregate_id", "sequence"] as const;

/** `ours` may be left out for a while; `theirs` is a part of another service's table. */
export const find = (database: Service): "ours" | "theirs" | "none" => {
  const keys = database.prepare(keysOfEvents).all();
  if (keys.some((key) => key.name === name)) return "ours";
  return keys.length > 0 ? "theirs" : "none";
};

export const make = (database: Service): void => {
  database.execute(
    query.schema
      .createIndex(name)
      .unique()
      .on("events")
      .columns([...columns]),
  );
};

export const drop = (database: Service): void => {
  database.execute(query.schema.dropIndex(name));
};

/** A stream that has a sequence twice, where the key can't be made. */
export const broken = (database: Service): StreamId | undefined => {
  const [found] = database.execute(
    query
      .selectFrom("events")
      .select(["aggregate_type as type", "aggregate_id as id"])
      .groupBy([...columns])
      .having(({ fn }) => fn.countAll(), ">", 1)
      .limit(1),
  );
  return found;
};

const keysOfEvents = SqliteQuery.once(sql<{ name: string }>`
  select list.name from pragma_index_list('events') as list
  where list."unique" and not list.partial and (
    select count(*) = 3 and sum(lower(info.name) in (${sql.join(columns.map((column) => sql.lit(column)))})) = 3
    from pragma_index_info(list.name) as info)`);
