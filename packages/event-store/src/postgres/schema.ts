import { Effect } from "effect";
import { type Compilable, sql } from "kysely";
import { DatabaseError } from "../DatabaseError.ts";
import type { StoreError } from "../EventStore.ts";
import type { Service, Session } from "../PostgresDatabase.ts";
import * as PostgresQuery from "../PostgresQuery.ts";
import * as Lock from "./Lock.ts";
import { builder } from "./Tables.ts";

/** Makes what is missing. Whoever calls it holds a transaction; the next one waits for its end. */
export const setup = (
  { database, schema }: Service,
  session: Session,
  viewTables: ReadonlyArray<string>,
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const run = (query: Compilable<unknown>) =>
      session.execute("making the tables of the log", query);
    yield* run(Lock.forSetup);
    const { query } = builder(schema);
    if (!(yield* hasSchema(session, schema))) yield* run(query.schema.createSchema(schema));

    const events = yield* columns(session, schema, "events");
    if (events.size === 0) {
      yield* run(
        query.schema
          .createTable("events")
          .addColumn("position", "bigint", (column) => column.notNull())
          .addColumn("aggregate_type", text, (column) => column.notNull())
          .addColumn("aggregate_id", text, (column) => column.notNull())
          .addColumn("sequence", "bigint", (column) => column.notNull())
          .addColumn("event_type", text, (column) => column.notNull())
          .addColumn("event_version", text, (column) => column.notNull())
          .addColumn("payload", "json", (column) => column.notNull())
          .addColumn("metadata", "json", (column) => column.notNull())
          .addColumn("event_id", text)
          .addColumn("recorded_at", "timestamptz")
          .addPrimaryKeyConstraint("events_position", ["position"])
          .addUniqueConstraint("events_stream", ["aggregate_type", "aggregate_id", "sequence"])
          .addUniqueConstraint("events_event_id", ["event_id"]),
      );
    } else yield* sameTable(database, "events", events, eventColumns);
    if ((yield* columns(session, schema, "erased_positions")).size === 0) {
      yield* run(
        query.schema
          .createTable("erased_positions")
          .addColumn("position", "bigint", (column) => column.notNull())
          .addPrimaryKeyConstraint("erased_positions_position", ["position"]),
      );
    }
    if ((yield* columns(session, schema, "snapshots")).size === 0) {
      yield* run(
        query.schema
          .createTable("snapshots")
          .addColumn("aggregate_type", text, (column) => column.notNull())
          .addColumn("aggregate_id", text, (column) => column.notNull())
          .addColumn("last_sequence", "bigint", (column) => column.notNull())
          .addColumn("payload", "json", (column) => column.notNull())
          .addColumn("timestamp", "timestamptz", (column) => column.notNull())
          .addColumn("schema_version", "bigint", (column) => column.notNull())
          .addPrimaryKeyConstraint("snapshots_stream", ["aggregate_type", "aggregate_id"]),
      );
    }
    if ((yield* columns(session, schema, "ledgerfold_checkpoints")).size === 0) {
      yield* run(
        query.schema
          .createTable("ledgerfold_checkpoints")
          .addColumn("name", text, (column) => column.notNull())
          .addColumn("position", "bigint", (column) => column.notNull())
          .addColumn("aggregate_type", text)
          .addColumn("aggregate_id", text)
          .addColumn("sequence", "bigint")
          .addColumn("digest", "text")
          .addColumn("updated_at", "timestamptz", (column) => column.notNull())
          .addPrimaryKeyConstraint("ledgerfold_checkpoints_name", ["name"]),
      );
    }
    for (const table of viewTables) {
      const found = yield* columns(session, schema, table);
      if (found.size > 0) {
        yield* sameTable(database, table, found, ["view_id", "version", "payload"]);
        continue;
      }
      yield* run(
        query.schema
          .createTable(table)
          .addColumn("view_id", text, (column) => column.notNull())
          .addColumn("version", "bigint", (column) => column.notNull())
          .addColumn("payload", "json", (column) => column.notNull())
          .addPrimaryKeyConstraint(`${table}_stream`, ["view_id"]),
      );
    }
    if (!(yield* hasAppend(session, schema))) yield* run(appendFunction(schema));
  });

/** Whether everything that `setup` makes is there already. */
export const isSetUp = (
  session: Session,
  schema: string,
  viewTables: ReadonlyArray<string>,
): Effect.Effect<boolean, StoreError> =>
  Effect.gen(function* () {
    const tables = ["events", "erased_positions", "snapshots", "ledgerfold_checkpoints"];
    for (const table of [...tables, ...viewTables]) {
      if ((yield* columns(session, schema, table)).size === 0) return false;
    }
    return yield* hasAppend(session, schema);
  });

const text = sql`text collate "C"`;

const eventColumns = [
  ...["position", "aggregate_type", "aggregate_id", "sequence", "event_type", "event_version"],
  ...["payload", "metadata", "event_id", "recorded_at"],
];

const sameTable = (
  database: string,
  table: string,
  found: ReadonlySet<string>,
  wanted: ReadonlyArray<string>,
): Effect.Effect<void, DatabaseError> => {
  const missing = wanted.filter((name) => !found.has(name));
  if (missing.length === 0) return Effect.void;
  return new DatabaseError({
    database,
    operation: "making the tables of the log",
    code: "no PostgreSQL code",
    cause: new Error(`the table ${table} has no column ${missing.join(", ")}: it is another one`),
  });
};

/** The names of the columns of a table; empty when there is no such table. */
export const columns = (session: Session, schema: string, table: string) =>
  Effect.map(
    session.execute("looking for the tables of the log", tableColumns, [schema, table]),
    (rows): ReadonlySet<string> => new Set(rows.map(({ name }) => name)),
  );

const hasSchema = (session: Session, schema: string) =>
  Effect.map(
    session.execute("looking for the schema of the log", schemas, [schema]),
    (rows) => rows.length > 0,
  );

const hasAppend = (session: Session, schema: string) =>
  Effect.map(
    session.execute("looking for the functions of the log", functions, [schema, appendName]),
    (rows) => rows.length > 0,
  );

const tableColumns = PostgresQuery.raw(sql<{ name: string }>`
  select a.attname as name
  from pg_attribute a join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = ${""} and c.relname = ${""} and a.attnum > 0 and not a.attisdropped`);
const schemas = PostgresQuery.raw(sql`select 1 from pg_namespace where nspname = ${""}`);
const functions = PostgresQuery.raw(sql`
  select 1 from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname = ${""} and p.proname = ${""}`);

/** Another body or other parameters are another name: older clients go on calling the older one. */
export const appendName = "ledgerfold_append_1";

/**
 * Appends groups of events, each all or nothing. A group is refused when one of its streams is not at
 * the version that its writer saw, when the log has one of its event ids already, and when a group
 * that it builds on is refused. Gives the highest position before, and the refused groups.
 *
 * The lock is a statement of its own: those after it see all that was committed before it was given.
 * The keys of `events` guarantee, with a lock or without, that no position and no sequence of a
 * stream is given twice.
 */
const appendFunction = (schema: string) => {
  const table = (name: string) => sql.id(schema, name);
  const body = sql`
declare
  refused integer[];
  more integer[];
  base bigint;
  part text;
begin
  perform set_config('lock_timeout', patience::text, true);
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  ${Lock.inFunction(schema)};

  refused := array(
    select s.n from unnest(s_group, s_type, s_id, s_version, s_after) s(n, type, id, version, after)
    where s.after is null and s.version <> coalesce((
      select e.sequence from ${table("events")} e
      where e.aggregate_type = s.type collate "C" and e.aggregate_id = s.id collate "C"
      order by e.sequence desc limit 1), 0)
    union
    select s.n from unnest(e_group, e_event_id) s(n, id)
    where s.id is not null
      and exists (select 1 from ${table("events")} e where e.event_id = s.id collate "C"));
  while cardinality(refused) > 0 loop
    more := array(
      select distinct s.n from unnest(s_group, s_after) s(n, after)
      where s.after = any (refused) and s.n <> all (refused));
    exit when cardinality(more) = 0;
    refused := refused || more;
  end loop;

  base := greatest(
    (select max(e.position) from ${table("events")} e),
    (select max(e.position) from ${table("erased_positions")} e),
    0);
  insert into ${table("events")} (position, aggregate_type, aggregate_id, sequence, event_type,
    event_version, payload, metadata, event_id, recorded_at)
  select base + row_number() over (order by e.at), e.type, e.id, e.sequence, e.event_type,
    e.event_version, e.payload::json, e.metadata::json, e.event_id, e.recorded_at
  from unnest(e_group, e_type, e_id, e_sequence, e_event_type, e_event_version, e_payload,
      e_metadata, e_event_id, e_recorded_at)
    with ordinality e(n, type, id, sequence, event_type, event_version, payload, metadata,
      event_id, recorded_at, at)
  where e.n <> all (refused);

  foreach part in array v_tables loop
    execute format($view$
      insert into %I.%I (view_id, version, payload)
      select distinct on (v.id) v.id, v.version, v.payload::json
      from unnest($1, $2, $3, $4, $5) with ordinality v(n, in_table, id, version, payload, at)
      where v.in_table = $6 and v.n <> all ($7)
      order by v.id, v.at desc
      on conflict (view_id) do update
        set version = excluded.version, payload = excluded.payload$view$, ${sql.lit(schema)}, part)
    using v_group, v_table, v_id, v_version, v_payload, part, refused;
  end loop;

  if cardinality(n_group) > 0 then
    delete from ${table("snapshots")} s
    using unnest(n_group, n_type, n_id) n(n, type, id)
    where s.aggregate_type = n.type collate "C" and s.aggregate_id = n.id collate "C"
      and n.n <> all (refused);
    insert into ${table("snapshots")} (aggregate_type, aggregate_id, last_sequence, payload,
      timestamp, schema_version)
    select l.type, l.id, l.version, l.payload::json, l.taken, l.schema_version
    from (
      select distinct on (n.type, n.id) n.*
      from unnest(n_group, n_type, n_id, n_version, n_payload, n_at, n_schema_version)
        with ordinality n(n, type, id, version, payload, taken, schema_version, at)
      where n.n <> all (refused)
      order by n.type, n.id, n.at desc) l
    where l.payload is not null;
  end if;
  return query select base, array_to_json(refused);
end`;
  const compiled = body.compile(builder(schema).query);
  return PostgresQuery.raw(sql`
create function ${sql.id(schema, appendName)}(
  patience integer,
  s_group integer[], s_type text[], s_id text[], s_version bigint[], s_after integer[],
  e_group integer[], e_type text[], e_id text[], e_sequence bigint[], e_event_type text[],
  e_event_version text[], e_payload text[], e_metadata text[], e_event_id text[],
  e_recorded_at timestamptz[],
  v_tables text[], v_group integer[], v_table text[], v_id text[], v_version bigint[],
  v_payload text[],
  n_group integer[], n_type text[], n_id text[], n_version bigint[], n_payload text[],
  n_at timestamptz[], n_schema_version bigint[])
returns table (log_position bigint, refused_groups json)
language plpgsql as ${sql.lit(compiled.sql)}`);
};
