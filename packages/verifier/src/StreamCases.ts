import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { type RawBuilder, sql } from "kysely";
import { columnOf, query } from "./Query.ts";
import type { AggregateSpec } from "./AggregateSpec.ts";
import { taken } from "./Kinds.ts";
import type { AggregateTables } from "./AggregateTables.ts";

/**
 * The work on one aggregate as a numbered list in a temporary table: every legacy row, then every
 * stream that no row makes, then every view row that neither makes, each with the rowids of its
 * first event and its view. SQLite compares the ids, because the driver may give JavaScript another
 * text than the one that is stored. Cases are numbered in the order of their events, in which the
 * views were written too: cases with neighbouring numbers are then read from neighbouring pages.
 */

export const cases = sql.table("temp.ledgerfold_verified_cases");

/** By id, where the stream begins in the log and how many events it has. */
const streams = sql.table("temp.ledgerfold_verified_streams");

/** By id, the first of the view's rows that have it and how many there are. */
const viewRows = sql.table("temp.ledgerfold_verified_views");

/** The ids that more than one legacy row makes; most files have none. */
export const twice = sql.table("temp.ledgerfold_verified_twice");

/** Each step is one statement; whoever runs them can stop between any two. */
export const steps = (database: Service, spec: AggregateSpec, tables: AggregateTables) => {
  const { legacy, events, views } = tables;
  const found = sql`streams.first, streams.events, views.first, views.rows`;
  const statements: ReadonlyArray<RawBuilder<unknown>> = [
    sql`create table ${cases} (number integer primary key, id, legacy_row integer,
      event_row integer, events integer, view_row integer, view_rows integer)`,
    sql`create table ${twice} (id unique)`,
    // Made with `as select`, which keeps the affinity of the ids: they compare as in the log.
    events === undefined
      ? sql`create table ${streams} (id, first, events)`
      : // Beside a single min(), SQLite takes a bare column from the row that has the minimum.
        sql`create table ${streams} as
          select aggregate_id as id, rowid as first, count(*) as events, min(sequence) as sequence
          from ${sql.table(events.name)} where aggregate_type = ${sql.lit(spec.aggregate)}
          group by aggregate_id`,
    sql`create unique index temp.ledgerfold_verified_streams_id on ledgerfold_verified_streams (id)`,
    views === undefined
      ? sql`create table ${viewRows} (id, first, rows)`
      : sql`create table ${viewRows} as
          select view_id as id, min(rowid) as first, count(*) as rows
          from ${sql.table(views.name)} group by view_id`,
    sql`create unique index temp.ledgerfold_verified_views_id on ledgerfold_verified_views (id)`,
    ...(legacy === undefined
      ? []
      : [
          sql`insert into ${cases} (id, legacy_row, event_row, events, view_row, view_rows)
            select listed.id, listed.legacy_row, ${found}
            from (
              select ${spec.id(columnOf(legacy))} as id, legacy.rowid as legacy_row
              from ${legacy.source} as legacy where ${taken(spec.where, "legacy")}
            ) as listed
            left join ${streams} as streams on streams.id = listed.id
            left join ${viewRows} as views on views.id = listed.id
            order by streams.first nulls last, listed.legacy_row`,
        ]),
    sql`create index temp.ledgerfold_verified_ids on ledgerfold_verified_cases (id)`,
    sql`insert into ${twice}
      select id from ${cases} where id is not null group by id having count(*) > 1`,
    sql`insert into ${cases} (id, event_row, events, view_row, view_rows)
      select streams.id, ${found}
      from ${streams} as streams left join ${viewRows} as views on views.id = streams.id
      where not exists (select 1 from ${cases} as cases where cases.id = streams.id)`,
    sql`insert into ${cases} (id, view_row, view_rows)
      select views.id, views.first, views.rows from ${viewRows} as views
      where not exists (select 1 from ${cases} as cases where cases.id = views.id)`,
  ];
  return [
    () => drop(database),
    ...statements.map((statement) => () => {
      database.execute(query(statement));
    }),
  ];
};

export const drop = (database: Service): void => {
  for (const table of [cases, streams, viewRows, twice]) {
    database.execute(query(sql`drop table if exists ${table}`));
  }
};

export const count = (database: Service): number => {
  const [found] = database.execute(
    query(sql<{ total: bigint }>`select count(*) as total from ${cases}`),
  );
  return Number(found?.total ?? 0n);
};
