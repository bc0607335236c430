import type { Service } from "@ledgerfold/event-store/SqliteDatabase";
import { type RawBuilder, sql } from "kysely";
import { columnOf, query } from "./Query.ts";
import type { Subject } from "./Subject.ts";
import type { Tables } from "./Tables.ts";

/**
 * The work on one aggregate as a numbered list in a temporary table: every legacy row, then every
 * stream that no row makes, then every view row that neither makes. SQLite compares the ids itself,
 * since what JavaScript sees of them may not be what they are.
 */

export const cases = sql.table("temp.ledgerfold_verified_cases");

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
    ...(legacy === undefined
      ? []
      : [
          run(sql`
            insert into ${cases} (id, legacy_row)
            select ${subject.id(columnOf(legacy))}, legacy.rowid
            from ${sql.table(legacy.name)} as legacy order by legacy.rowid`),
        ]),
    run(sql`create index temp.ledgerfold_verified_ids on ledgerfold_verified_cases (id)`),
    ...(events === undefined
      ? []
      : [
          run(sql`
            insert into ${cases} (id)
            select aggregate_id from ${sql.table(events.name)}
            where aggregate_type = ${subject.aggregate} group by aggregate_id
            having not exists (select 1 from ${cases} where id = aggregate_id)`),
        ]),
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
  for (const table of [cases, blocks]) database.execute(query(sql`drop table if exists ${table}`));
};

export const count = (database: Service): number => {
  const [found] = database.execute(
    query(sql<{ total: bigint }>`select count(*) as total from ${cases}`),
  );
  return Number(found?.total ?? 0n);
};
