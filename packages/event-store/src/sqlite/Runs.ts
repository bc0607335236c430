import { type Compilable, sql } from "kysely";
import type { RunEvents, RunRows } from "../internal/Engine.ts";
import type { BulkLoad } from "./BulkLoad.ts";
import type { Service } from "./Database.ts";
import * as Failures from "./Failures.ts";
import { query } from "./LogTables.ts";
import * as Query from "./Query.ts";
import { remove } from "./Removal.ts";
import type { Statements } from "./Statements.ts";

const table = "ledgerfold_runs";

/** The run that an event is of; what others put into its metadata may be no JSON. */
const runOf = (event: string) => {
  const metadata = sql.ref(`${event}.metadata`);
  return sql`case when json_valid(${metadata}) then json_extract(${metadata}, '$.run_id') end`;
};

export const make = (database: Service, statements: Statements, { run }: BulkLoad): RunRows => ({
  runs: run("reading runs", () =>
    statements.exists(table)
      ? database
          .execute(query.selectFrom(table).selectAll())
          .map(({ run_id: id, moment: at, outcome_at: outcomeAt, ...row }) => {
            // Others may have put bytes where a text belongs.
            return { ...row, id: String(id), at: String(at), outcomeAt };
          })
      : [],
  ),
  putRun: ({ id, at, outcomeAt, ...row }) =>
    run("keeping a run", () => {
      database.execute(
        query.schema
          .createTable(table)
          .ifNotExists()
          .addColumn("run_id", "text", (column) => column.notNull().primaryKey())
          .addColumn("moment", "text", (column) => column.notNull())
          .addColumn("version", "text", (column) => column.notNull())
          .addColumn("options", "json", (column) => column.notNull())
          .addColumn("counts", "json", (column) => column.notNull())
          .addColumn("roots", "json", (column) => column.notNull())
          .addColumn("outcome", "text", (column) => column.notNull())
          .addColumn("outcome_at", "text", (column) => column.notNull()),
      );
      const values = { run_id: id, moment: at, outcome_at: outcomeAt, ...row };
      // Not `on conflict`: others may have made the table without a key.
      const same = query.selectFrom(table).select("run_id").where("run_id", "=", id);
      const put: Compilable<unknown> =
        database.execute(same).length > 0
          ? query.updateTable(table).set(values).where("run_id", "=", id)
          : query.insertInto(table).values(values);
      const { changes } = database.prepare(put).run(...put.compile().parameters);
      Failures.insistWritten(changes, table);
    }),
  runEvents: run("looking for runs", () => {
    if (!statements.exists("events")) return [];
    const recordedAt = statements.columns("events").has("recorded_at")
      ? sql.ref("e.recorded_at")
      : sql`null`;
    return database
      .execute(
        Query.raw(sql<EventsRow>`
          select ${runOf("e")} as run, e.aggregate_type as type, count(*) as events,
            max(e.rowid) as last, min(${recordedAt}) as first_at
          from events as e where run is not null group by 1, 2`),
      )
      .flatMap(({ run, type, events, last, first_at: firstAt }): ReadonlyArray<RunEvents> => {
        if (typeof run !== "string" || run === "") return [];
        const counted = { events: Number(events), lastPosition: Number(last), firstAt };
        return [{ run, type: String(type), ...counted }];
      });
  }),
  sharedStreams: (id, types) =>
    run("looking at the streams of a run", () =>
      statements.exists("events")
        ? types.flatMap((type) =>
            database
              .execute(
                Query.raw(sql<{ id: unknown }>`
                select distinct e.aggregate_id as id from events as e
                where e.aggregate_type = ${type} and ${runOf("e")} is not ${id}
                  and exists (select 1 from events as own
                    where own.aggregate_type = e.aggregate_type
                      and own.aggregate_id = e.aggregate_id and ${runOf("own")} = ${id})
                order by 1`),
              )
              .map((stream) => ({ type, id: String(stream.id) })),
          )
        : [],
    ),
  eraseRun: (id, aggregates) =>
    run("rolling a run back", () => {
      if (!statements.exists("events")) return 0;
      return aggregates.reduce((erased, { type, table: view }) => {
        const own = sql`events as e where e.aggregate_type = ${type} and ${runOf("e")} = ${id}`;
        const streams = sql`select e.aggregate_id from ${own}`;
        if (statements.exists(view)) {
          remove(
            database,
            view,
            sql`${sql.table(view)} where view_id collate binary in (${streams})`,
          );
        }
        if (statements.exists("snapshots")) {
          remove(
            database,
            "snapshots",
            sql`snapshots
              where aggregate_type = ${type} and aggregate_id collate binary in (${streams})`,
          );
        }
        return erased + remove(database, "events", own);
      }, 0);
    }),
});

interface EventsRow {
  readonly run: unknown;
  readonly type: string;
  readonly events: bigint;
  readonly last: bigint;
  readonly first_at: string | null;
}
