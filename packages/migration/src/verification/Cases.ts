import type { Service } from "@ledgerfold/event-store/SqliteDatabase";
import { type RawBuilder, sql } from "kysely";
import { columnOf, query } from "./Query.ts";
import type { Subject } from "./Subject.ts";
import type { Tables } from "./Tables.ts";

/**
 * The work on one aggregate as a numbered list in a temporary table: every legacy row, then every
 * stream that no row makes, then every view row that neither makes. SQLite compares the ids itself,
 * since what JavaScript sees of them may not be what they are. Rows come in the order of their
 * events, and views were written in it too, so that what is read together stands together.
 */

export const cases = sql.table("temp.ledgerfold_verified_cases");

/** The streams of the aggregate, and where each begins in the log. */
const places = sql.table("temp.ledgerfold_verified_places");

/** The ids that more than one legacy row makes; most files have none. */
export const twice = sql.table("temp.ledgerfold_verified_twice");

/** What event_queue says of each log entry; not every aggregate needs it. */
export const blocks = sql.table("temp.ledgerfold_verified_blocks");

/** Each step is one statement; whoever runs them can stop between any two. */
export const steps = (database: Service, subject: Subject, tables: Tables) => {
  const run = (statement: RawBuilder<unknown>) => () => {
    database.execute(query(statement));
  };
  const { legacy, events, views } = tables;
  return [
    () => drop(database),
    run(sql`create table ${cases} (number integer primary key, id, legacy_row integer)`),
    run(sql`create table ${places} (id unique, place integer)`),
    ...(events === undefined
      ? []
      : [
          run(sql`
            insert into ${places}
            select aggregate_id, ${events.hasRowids ? sql`min(rowid)` : sql`null`}
            from ${sql.table(events.name)}
            where aggregate_type = ${subject.aggregate} group by aggregate_id`),
        ]),
    ...(legacy === undefined
      ? []
      : [
          run(sql`
            insert into ${cases} (id, legacy_row)
            select id, legacy_row from (
              select ${subject.id(columnOf(legacy))} as id, legacy.rowid as legacy_row
              from ${sql.table(legacy.name)} as legacy
            ) as listed
            order by (select place from ${places} as places where places.id = listed.id) nulls last,
              legacy_row`),
        ]),
    run(sql`create index temp.ledgerfold_verified_ids on ledgerfold_verified_cases (id)`),
    // As long as the list has nothing but legacy rows.
    run(sql`create table ${twice} (id unique)`),
    run(sql`
      insert into ${twice}
      select id from ${cases} where id is not null group by id having count(*) > 1`),
    run(sql`
      insert into ${cases} (id) select id from ${places} as places
      where not exists (select 1 from ${cases} as cases where cases.id = places.id)`),
    ...(views === undefined
      ? []
      : [
          run(sql`
            insert into ${cases} (id)
            select distinct view_id from ${sql.table(views.name)}
            where not exists (select 1 from ${cases} where id = view_id)`),
        ]),
  ];
};

export const drop = (database: Service): void => {
  for (const table of [cases, places, twice, blocks]) {
    database.execute(query(sql`drop table if exists ${table}`));
  }
};

export const count = (database: Service): number => {
  const [found] = database.execute(
    query(sql<{ total: bigint }>`select count(*) as total from ${cases}`),
  );
  return Number(found?.total ?? 0n);
};
