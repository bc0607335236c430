import { Effect } from "effect";
import { type Compilable, type RawBuilder, sql } from "kysely";
import type { StoreError } from "../EventStore.ts";
import { SetUpNeeded } from "../SetUpNeeded.ts";
import type { UnfitTable } from "../UnfitTable.ts";
import type { Service, Session } from "./Database.ts";
import * as Query from "./Query.ts";
import * as Lock from "./Lock.ts";
import { builder, generation, writerOf } from "./LogTables.ts";
import * as TableShape from "./TableShape.ts";

/** Makes what is missing. Whoever calls it holds a transaction; the next one waits for its end. */
export const setup = (
  { database, schema }: Service,
  session: Session,
  viewTables: ReadonlyArray<string>,
): Effect.Effect<void, StoreError | SetUpNeeded | UnfitTable> =>
  Effect.gen(function* () {
    const run = (query: Compilable<unknown>) =>
      session.execute("making the tables of the log", query);
    yield* run(Lock.forSetup);
    yield* TableShape.insistFit({ database, schema }, session, TableShape.ofLog(viewTables));
    const { query } = builder(schema);
    const lacking = yield* missing(session, schema, [...viewTables, runsTable]);
    if (lacking.length > 0) yield* insistOnRights(session, { database, schema }, lacking);
    if (!(yield* hasSchema(session, schema))) yield* run(query.schema.createSchema(schema));

    if ((yield* columns(session, schema, "events")).size === 0) {
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
    }
    if ((yield* columns(session, schema, "erased_positions")).size === 0) {
      yield* run(
        query.schema
          .createTable("erased_positions")
          .addColumn("position", "bigint", (column) => column.notNull())
          .addPrimaryKeyConstraint("erased_positions_position", ["position"]),
      );
    }
    if ((yield* columns(session, schema, "rebuilt_views")).size === 0) {
      yield* run(
        query.schema
          .createTable("rebuilt_views")
          .addColumn("generation", "bigint", (column) => column.notNull())
          .addPrimaryKeyConstraint("rebuilt_views_generation", ["generation"]),
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
    yield* makeRuns(session, schema);
    for (const table of viewTables) {
      if ((yield* columns(session, schema, table)).size > 0) continue;
      yield* run(
        query.schema
          .createTable(table)
          .addColumn("view_id", text, (column) => column.notNull())
          .addColumn("version", "bigint", (column) => column.notNull())
          .addColumn("payload", "json", (column) => column.notNull())
          .addPrimaryKeyConstraint(`${table}_stream`, ["view_id"]),
      );
    }
    for (const [name, make] of Object.entries(functions)) {
      const { body, create } = make(schema);
      if (!(yield* hasFunction(session, schema, name, body))) yield* run(create);
    }
  });

/** Whether all is there that a log needs; the table of runs is made with the first of them. */
export const isSetUp = (
  { database, schema }: Pick<Service, "database" | "schema">,
  session: Session,
  viewTables: ReadonlyArray<string>,
): Effect.Effect<boolean, StoreError | UnfitTable> =>
  Effect.zipRight(
    TableShape.insistFit({ database, schema }, session, TableShape.ofLog(viewTables)),
    Effect.map(missing(session, schema, viewTables), ({ length }) => length === 0),
  );

/** What is not there yet of tables and functions. */
const missing = (
  session: Session,
  schema: string,
  moreTables: ReadonlyArray<string>,
): Effect.Effect<ReadonlyArray<string>, StoreError> =>
  Effect.gen(function* () {
    const found: Array<string> = [];
    for (const table of [...ownTables, ...moreTables]) {
      if ((yield* columns(session, schema, table)).size === 0) found.push(table);
    }
    for (const [name, make] of Object.entries(functions)) {
      if (!(yield* hasFunction(session, schema, name, make(schema).body))) found.push(name);
    }
    return found;
  });

const ownTables = [
  ...["events", "erased_positions", "rebuilt_views", "snapshots"],
  "ledgerfold_checkpoints",
];

export const runsTable = "ledgerfold_runs";

/** Makes the table of runs where there is none. */
export const makeRuns = (session: Session, schema: string): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    if ((yield* columns(session, schema, runsTable)).size > 0) return;
    yield* session.execute(
      "making the table of runs",
      builder(schema)
        .query.schema.createTable(runsTable)
        .addColumn("run_id", text, (column) => column.notNull())
        .addColumn("moment", "timestamptz", (column) => column.notNull())
        .addColumn("version", text, (column) => column.notNull())
        .addColumn("options", "json", (column) => column.notNull())
        .addColumn("counts", "json", (column) => column.notNull())
        .addColumn("roots", "json", (column) => column.notNull())
        .addColumn("outcome", text, (column) => column.notNull())
        .addColumn("outcome_at", "timestamptz", (column) => column.notNull())
        .addPrimaryKeyConstraint("ledgerfold_runs_id", ["run_id"]),
    );
  });

/** Fails where this role may not make what is missing. */
const insistOnRights = (
  session: Session,
  { database, schema }: Pick<Service, "database" | "schema">,
  lacking: ReadonlyArray<string>,
): Effect.Effect<void, StoreError | SetUpNeeded> =>
  Effect.flatMap(
    session.execute("looking at the rights in the schema of the log", rights, [schema]),
    ([found]) => {
      if (found === undefined || found.canMake === 1) return Effect.void;
      const { role, owner, isThere } = found;
      const missing = isThere === 1 ? lacking : [`the schema ${schema}`, ...lacking];
      return new SetUpNeeded({ database, schema, missing, role, owner });
    },
  );

/** Compared by its bytes. */
const text = sql`text collate "C"`;

const nameOf = (schema: string, table: string) => `"${schema.replaceAll('"', '""')}"."${table}"`;

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

/** Its body names the schema, so that of a schema that was renamed is another one. */
const hasFunction = (session: Session, schema: string, name: string, body: string) =>
  Effect.map(
    session.execute("looking for the functions of the log", procedures, [schema, name, body]),
    (rows) => rows.length > 0,
  );

const tableColumns = Query.raw(sql<{ name: string }>`
  select a.attname as name
  from pg_attribute a join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = ${""} and c.relname = ${""} and a.attnum > 0 and not a.attisdropped`);
const schemas = Query.raw(sql`select 1 from pg_namespace where nspname = ${""}`);
/** Numbers, as texts are what becomes of other types. */
const rights = Query.raw(sql<{ role: string; owner: string; canMake: number; isThere: number }>`
  select current_user::text as role, (n.oid is not null)::integer as "isThere",
    pg_get_userbyid(case when pg_get_userbyid(n.nspowner) <> 'pg_database_owner' then n.nspowner
      else d.datdba end)::text as owner,
    (case when n.oid is null then has_database_privilege(d.oid, 'create')
      else has_schema_privilege(n.oid, 'create') end)::integer as "canMake"
  from pg_database d left join pg_namespace n on n.nspname = ${""}
  where d.datname = current_database()`);
const procedures = Query.raw(sql`
  select 1 from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname = ${""} and p.proname = ${""} and p.prosrc = ${""}`);

/** A function that changes gets another name, because older clients go on calling the older one. */
export const appendName = "ledgerfold_append_4";
export const appendOneName = "ledgerfold_append_one_2";
export const insistName = "ledgerfold_insist_written_1";

/**
 * How an append begins. The lock is a statement of its own: those after it see all that was committed
 * before it was given. The keys of `events` guarantee, with a lock or without, that no position and
 * no sequence of a stream is given twice.
 */
const beginning = (schema: string) => sql`
  if in_schema <> ${sql.lit(schema)} then
    raise exception using errcode = '55000', message = format(
      'the log in schema %s was set up in schema %s, where it would be written to: call setup',
      in_schema, ${sql.lit(schema)});
  end if;
  perform set_config('lock_timeout', patience::text, true);
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  ${Lock.inFunction(schema)};
`;

/** The highest position ever, and the generation. */
const standing = (schema: string) => sql`
  greatest((select max(e.position) from ${sql.id(schema, "events")} e),
    (select max(e.position) from ${sql.id(schema, "erased_positions")} e), 0),
  ${generation(schema)}`;

/**
 * Appends groups of events, each all or nothing. A group is refused when one of its streams is not
 * at the version that its writer saw or has another last event, when the log has one of its event
 * ids already, and when a group that it builds on is refused; all are when views were made anew since
 * they were read. Gives the highest position before, the generation, and the refused groups. The rows
 * of views are written by the statement that calls it.
 *
 * A list is an array for each of its columns, or JSON where it is mostly missing. An array is looked at
 * through a query: the planner then expects ten rows whatever it is, so that one plan serves all calls.
 * For an array of one element that it sees it would plan anew in every call, which takes longer than
 * all the rest.
 */
const appendFunction = (schema: string) => {
  const table = (name: string) => sql.id(schema, name);
  const body = sql`
declare
  more integer[];
  written bigint;
begin
  ${beginning(schema)}
  select ${standing(schema)} into base, generation;
  if seen_generation <> generation then
    refused := array(select distinct n from unnest(new_n) n);
    return;
  end if;

  refused := array(
    select s.n from ${arrays("seen_n", "seen_type", "seen_id", "seen_version", "seen_writer")}
        s(n, type, id, version, writer)
      left join lateral (
        select e.sequence, ${writerOf("e")} as writer from ${table("events")} e
        where e.aggregate_type = s.type collate "C" and e.aggregate_id = s.id collate "C"
        order by e.sequence desc limit 1) last on true
    where s.version <> coalesce(last.sequence, 0) or s.writer is distinct from last.writer
    union
    select s.n from ${arrays("new_n", "new_event_id")} s(n, event_id)
    where s.event_id is not null and (
      select true from ${table("events")} e where e.event_id = s.event_id collate "C"));
  while cardinality(refused) > 0 loop
    more := array(
      select distinct s.n from ${arrays("built_n", "built_on")} s(n, after)
      where s.after = any (refused) and s.n <> all (refused));
    exit when cardinality(more) = 0;
    refused := refused || more;
  end loop;

  insert into ${table("events")} (position, aggregate_type, aggregate_id, sequence, event_type,
    event_version, payload, metadata, event_id, recorded_at)
  select base + row_number() over (order by e.at), e.type, e.id, e.sequence, e.event_type,
    e.event_version, e.payload, e.metadata, e.event_id, moments[e.n + 1]
  from ${arrays(
    ...["new_n", "new_type", "new_id", "new_sequence", "new_event_type", "new_event_version"],
    ...["new_payload", "new_metadata", "new_event_id"],
  )} with ordinality
    e(n, type, id, sequence, event_type, event_version, payload, metadata, event_id, at)
  where e.n <> all (refused);
  get diagnostics written = row_count;
  -- To count them takes a part of what writing them does, and only others' rules can leave some out.
  if (select c.relhastriggers or c.relhasrules from pg_class c
      where c.oid = ${sql.lit(nameOf(schema, "events"))}::regclass) then
    perform ${table(insistName)}('events', written,
      (select count(*) from unnest(new_n) n where n <> all (refused)));
  end if;

  if dropped is not null then
    delete from ${table("snapshots")} s where s.ctid = any (array(
      select found.ctid from json_to_recordset(dropped) d(n integer, type text, id text),
        lateral (
          select s.ctid from ${table("snapshots")} s
          where s.aggregate_type = d.type collate "C" and s.aggregate_id = d.id collate "C"
          offset 0) found
      where d.n <> all (refused)));
  end if;
  if kept is not null then
    insert into ${table("snapshots")} (aggregate_type, aggregate_id, last_sequence, payload,
      timestamp, schema_version)
    select distinct on (k.type collate "C", k.id collate "C")
      k.type, k.id, k.version, k.payload::json, k.taken, k.schema_version
    from rows from (json_to_recordset(kept) as (n integer, type text, id text, version bigint,
        payload text, taken timestamptz, schema_version bigint))
      with ordinality k(n, type, id, version, payload, taken, schema_version, at)
    where k.n <> all (refused)
    order by k.type collate "C", k.id collate "C", k.at desc
    on conflict (aggregate_type, aggregate_id) do update
      set last_sequence = excluded.last_sequence, payload = excluded.payload,
        timestamp = excluded.timestamp, schema_version = excluded.schema_version;
    get diagnostics written = row_count;
    perform ${table(insistName)}('snapshots', written, (
      select count(*) from (
        select distinct k.type collate "C", k.id collate "C"
        from json_to_recordset(kept) k(n integer, type text, id text)
        where k.n <> all (refused)) streams));
  end if;
end`;
  return described(
    schema,
    body,
    (source) => sql`
create or replace function ${sql.id(schema, appendName)}(
  in_schema text, patience integer, seen_generation bigint,
  seen_n integer[], seen_type text[], seen_id text[], seen_version bigint[], seen_writer bigint[],
  built_n integer[], built_on integer[], moments timestamptz[],
  new_n integer[], new_type text[], new_id text[], new_sequence bigint[], new_event_type text[],
  new_event_version text[], new_payload json[], new_metadata json[], new_event_id text[],
  dropped json, kept json,
  out base bigint, out generation bigint, out refused integer[])
language plpgsql as ${source}`,
  );
};

/** The rows of a list from the arrays of its columns. */
const arrays = (...columns: ReadonlyArray<string>) =>
  sql`rows from (${sql.join(columns.map((column) => sql`unnest((select ${sql.id(column)}))`))})`;

/**
 * The same for a single event, whose view's row the calling statement writes too. Gives null
 * for the highest position before when the event is refused.
 */
const appendOneFunction = (schema: string) => {
  const table = (name: string) => sql.id(schema, name);
  const body = sql`
declare
  version bigint;
  writer bigint;
  is_known boolean;
begin
  ${beginning(schema)}
  select ${standing(schema)}, coalesce(last.sequence, 0), last.writer,
    exists (select from ${table("events")} e where e.event_id = new_id collate "C")
    into base, generation, version, writer, is_known
  from (values (1)) one left join lateral (
    select e.sequence, ${writerOf("e")} as writer from ${table("events")} e
    where e.aggregate_type = in_type collate "C" and e.aggregate_id = in_id collate "C"
    order by e.sequence desc limit 1) last on true;
  if seen_generation <> generation or seen_version <> version
    or seen_writer is distinct from writer or is_known then
    base := null;
    return;
  end if;
  insert into ${table("events")} (position, aggregate_type, aggregate_id, sequence, event_type,
    event_version, payload, metadata, event_id, recorded_at)
  values (base + 1, in_type, in_id, version + 1, new_type, new_version, new_payload::json,
    new_metadata::json, new_id, new_recorded_at);
  perform ${table(insistName)}('events', found::integer, 1);
  if drops_snapshot then
    delete from ${table("snapshots")} s
    where s.aggregate_type = in_type collate "C" and s.aggregate_id = in_id collate "C";
  end if;
end`;
  return described(
    schema,
    body,
    (source) => sql`
create or replace function ${sql.id(schema, appendOneName)}(
  in_schema text, patience integer, seen_generation bigint, in_type text, in_id text,
  seen_version bigint, seen_writer bigint, new_type text, new_version text, new_payload text, new_metadata text, new_id text,
  new_recorded_at timestamptz, drops_snapshot boolean,
  out base bigint, out generation bigint)
language plpgsql as ${source}`,
  );
};

/** The text of a function's body, and the statement that makes the function of it. */
const described = (
  schema: string,
  body: RawBuilder<unknown>,
  create: (source: RawBuilder<unknown>) => RawBuilder<unknown>,
) => {
  const { sql: text } = body.compile(builder(schema).query);
  return { body: text, create: Query.raw(create(sql.lit(text))) };
};

/** Fails where a trigger or a rule of others has left rows out without an error. */
const insistFunction = (schema: string) =>
  described(
    schema,
    sql`
begin
  if written <> wanted then
    raise exception using errcode = '09000', message = format(
      'a trigger or a rule of the table %s keeps rows from being written', in_table);
  end if;
end`,
    (source) => sql`
create or replace function ${sql.id(schema, insistName)}(
  in_table text, written bigint, wanted bigint)
returns void language plpgsql as ${source}`,
  );

const functions = {
  [insistName]: insistFunction,
  [appendName]: appendFunction,
  [appendOneName]: appendOneFunction,
};
