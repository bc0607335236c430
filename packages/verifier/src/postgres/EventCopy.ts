import type { StoreError } from "@ledgerfold/event-store/EventStore";
import type { Service as Postgres, Session } from "@ledgerfold/event-store/postgres/Database";
import * as PostgresQuery from "@ledgerfold/event-store/postgres/Query";
import * as TableShape from "@ledgerfold/event-store/internal/postgres/TableShape";
import { unescapeNul } from "@ledgerfold/event-store/internal/postgres/Text";
import type { UnfitTable } from "@ledgerfold/event-store/UnfitTable";
import type { Service as Sqlite } from "@ledgerfold/event-store/sqlite/Database";
import { Effect } from "effect";
import { type RawBuilder, sql } from "kysely";
import { breathe } from "@ledgerfold/event-store/internal/breathe";
import { query } from "../Query.ts";

/**
 * What the verification reads of a log in PostgreSQL: a copy in temporary tables of the connection
 * that reads the legacy file. They have the names that the tables have in a file, and stand before
 * those, so the same verifier reads them. All of it is of one snapshot; texts are as they are stored.
 * A table that cannot be one of a log's is not read.
 */
export const copy = (
  source: Postgres,
  database: Sqlite,
  /** The tables of the views. */
  views: ReadonlyArray<string>,
  onProgress: (done: number) => Effect.Effect<void>,
): Effect.Effect<void, StoreError | UnfitTable> => {
  const shapes = [TableShape.ofEvents, ...views.map(TableShape.ofView)];
  let done = 0;
  const pages = <Row>(table: CopiedTable<Row>, session: Session) =>
    Effect.gen(function* () {
      const { name, insert, page } = table;
      yield* database.run("making a copy of the log", () => {
        for (const statement of table.ddl) database.execute(query(statement));
      });
      if (!(yield* exists(session, source.schema, name))) return;
      const write = database.prepare(query(insert));
      let after: Row | undefined;
      for (;;) {
        const rows: ReadonlyArray<Row> = yield* session.execute(
          "copying the log",
          PostgresQuery.raw(page(sql.id(source.schema, name), after)),
        );
        yield* database.run("making a copy of the log", () => {
          for (const row of rows) write.run(...table.values(row));
        });
        done += rows.length;
        yield* onProgress(done);
        yield* breathe;
        if (rows.length < pageSize) return;
        after = rows.at(-1);
      }
    });
  return source.transaction(
    source.use((session) =>
      Effect.gen(function* () {
        yield* session.execute("copying the log", snapshot);
        yield* TableShape.insistFit(source, session, shapes);
        yield* pages(events, session);
        for (const table of views) yield* pages(viewTable(table), session);
      }),
    ),
  );
};

const pageSize = 1_000;

const snapshot = PostgresQuery.raw(sql`set transaction isolation level repeatable read, read only`);

interface CopiedTable<Row> {
  readonly name: string;
  readonly ddl: ReadonlyArray<RawBuilder<unknown>>;
  readonly insert: RawBuilder<unknown>;
  readonly values: (row: Row) => ReadonlyArray<unknown>;
  /** The rows after one, or the first ones, in the order of their keys. */
  readonly page: (table: RawBuilder<unknown>, after: Row | undefined) => RawBuilder<Row>;
}

interface EventRow {
  readonly position: number;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  /** As text: any that is there is kept to the last digit. */
  readonly sequence: string;
  readonly event_type: string;
  readonly event_version: string;
  readonly payload: string;
  readonly metadata: string;
  readonly event_id: string | null;
  readonly recorded_at: string | null;
}

const events: CopiedTable<EventRow> = {
  name: "events",
  ddl: [
    sql`drop table if exists temp.events`,
    sql`create temp table events (position integer primary key, aggregate_type text,
      aggregate_id text, sequence bigint, event_type text, event_version text, payload text,
      metadata text, event_id text, recorded_at text)`,
    sql`create index temp.events_stream on events (aggregate_type, aggregate_id, sequence)`,
  ],
  insert: sql`insert into temp.events values (${sql.join(new Array(10).fill(null))})`,
  values: (row) => [
    row.position,
    unescapeNul(row.aggregate_type),
    unescapeNul(row.aggregate_id),
    BigInt(row.sequence),
    unescapeNul(row.event_type),
    unescapeNul(row.event_version),
    row.payload,
    row.metadata,
    row.event_id === null ? null : unescapeNul(row.event_id),
    row.recorded_at,
  ],
  page: (table, after) => sql<EventRow>`
    select position, aggregate_type, aggregate_id, sequence::text as sequence, event_type, event_version, payload,
      metadata, event_id, to_char(recorded_at at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at
    from ${table} where position > ${after?.position ?? 0}::bigint
    order by position limit ${sql.lit(pageSize)}`,
};

interface ViewRow {
  readonly view_id: string;
  readonly version: string;
  readonly payload: string;
}

const viewTable = (name: string): CopiedTable<ViewRow> => ({
  name,
  ddl: [
    sql`drop table if exists ${sql.id("temp", name)}`,
    sql`create temp table ${sql.id(name)} (view_id text, version bigint, payload text)`,
    sql`create index ${sql.id("temp", `${name}_stream`)} on ${sql.id(name)} (view_id)`,
  ],
  insert: sql`insert into ${sql.id("temp", name)} values (${null}, ${null}, ${null})`,
  values: ({ view_id, version, payload }) => [unescapeNul(view_id), BigInt(version), payload],
  page: (table, after) => sql<ViewRow>`
    select view_id, version::text as version, payload from ${table}
    ${after === undefined ? sql`` : sql`where view_id > ${after.view_id} collate "C"`}
    order by view_id limit ${sql.lit(pageSize)}`,
});

const exists = (session: Session, schema: string, table: string) =>
  Effect.map(
    session.execute(
      "looking for the tables of the log",
      PostgresQuery.raw(sql`select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = ${schema} and c.relname = ${table}`),
    ),
    (rows) => rows.length > 0,
  );
