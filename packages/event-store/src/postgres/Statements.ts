import { type Compilable, type RawBuilder, sql } from "kysely";
import * as Page from "../internal/Page.ts";
import * as Query from "./Query.ts";
import { appendName, appendOneName, insistName } from "./Schema.ts";
import { builder, generation, writer, writerOf } from "./LogTables.ts";

/** The statements of the log in one schema, each compiled when it is first needed and kept. */
export const make = (schema: string) => {
  const { query, viewQuery } = builder(schema);
  const kept = new Map<string, Compilable<unknown>>();
  const once = <Row>(name: string, build: () => Compilable<Row>): Compilable<Row> => {
    const known = kept.get(name);
    if (known !== undefined) return known as Compilable<Row>;
    const compiled = build().compile();
    const statement = { compile: () => compiled } as Compilable<Row>;
    kept.set(name, statement);
    return statement;
  };
  const table = (name: string) => sql.id(schema, name);
  // Values only mark where parameters go, in the order in which they are bound.
  const events = () =>
    query
      .selectFrom("events")
      .select(["position", "aggregate_type", "aggregate_id", "sequence", "event_type"])
      .select(["event_version", "payload", "metadata", "event_id", recordedAt.as("recorded_at")]);
  const stream = () => events().where("aggregate_type", "=", "").where("aggregate_id", "=", "");
  const oneOf = (column: string) => sql<boolean>`${sql.ref(column)} = any (${[]}::text[])`;
  const ofTypes = (name: string) => sql`${table(name)} where ${oneOf("aggregate_type")}`;

  const sinceSnapshot = (page: (events: RawBuilder<unknown>) => RawBuilder<unknown>) =>
    Query.raw(sql<SinceRow>`
      with s as (
        select last_sequence, payload from ${table("snapshots")} s
        where aggregate_type = ${""} and aggregate_id = ${""} and schema_version = ${0}
          and exists (
            select from ${table("events")} e where e.aggregate_type = s.aggregate_type
              and e.aggregate_id = s.aggregate_id and e.sequence = s.last_sequence
              and e.recorded_at = s.timestamp))
      select null as type, null as version, last_sequence as sequence, payload from s
      union all
      (${page(
        sql`select event_type as type, event_version as version, sequence, payload
          from ${table("events")}
          where aggregate_type = ${""} and aggregate_id = ${""}
            and sequence > coalesce((select last_sequence from s), ${0})
          order by sequence limit ${0}`,
      )})
      order by sequence`);

  return {
    read: (direction: "asc" | "desc") =>
      once(`read ${direction}`, () =>
        stream()
          .where("sequence", direction === "asc" ? ">=" : "<=", 0)
          .orderBy("sequence", direction)
          .limit(sql<number>`${null}::bigint`),
      ),
    history: () =>
      once("history", () =>
        query
          .selectFrom("events")
          .select(["sequence", "event_type as type", "event_version as version", "payload"])
          .where("aggregate_type", "=", "")
          .where("aggregate_id", "=", "")
          .where("sequence", ">=", 0)
          .orderBy("sequence"),
      ),
    /**
     * The snapshot, where there is one of the stream as it is, and a page of the events after it, all
     * of one moment. It was written with its last event: in a stream that was set back there is none
     * of its moment. Parameters: the stream, the schema's version, the stream, the sequence after which
     * it goes on without a snapshot, the limit.
     */
    sinceSnapshot: () =>
      once("sinceSnapshot", () =>
        sinceSnapshot((events) =>
          paged(sql`type, version, sequence, payload`, events, {
            order: sql`sequence`,
            texts: ["payload"],
          }),
        ),
      ),
    /** The same of a stream that is short, without looking at how large its events are. */
    shortSinceSnapshot: () => once("shortSinceSnapshot", () => sinceSnapshot((events) => events)),
    first: () =>
      once("first", () =>
        Query.raw(sql<EventRow & { place: number }>`
          select w.place, e.* from unnest(${[]}::text[]) with ordinality w(id, place),
          lateral (
            select ${columns} from ${table("events")}
            where aggregate_type = ${""} and aggregate_id = w.id collate "C"
            order by sequence limit 1) e`),
      ),
    /** Parameters: the ids as JSON, and the type twice. */
    singles: (view: string | undefined) =>
      once(`singles ${view}`, () =>
        Query.raw(sql<SingleRow>`
          select w.place, e.event_type as type, e.event_version as version, e.payload,
            v.version as view_version, v.payload as view_payload
          from ${listed("id text")} w(id, place)
            cross join lateral (
              select sequence, event_type, event_version, payload from ${table("events")}
              where aggregate_type = ${""} and aggregate_id = w.id collate "C"
              order by sequence limit 1) e
            left join lateral (
              ${
                view === undefined
                  ? sql`select null::bigint as version, null::json as payload`
                  : sql`select version, payload from ${table(view)}
                      where view_id = w.id collate "C" offset 0`
              }) v on true
          where e.sequence = (
            select sequence from ${table("events")}
            where aggregate_type = ${""} and aggregate_id = w.id collate "C"
            order by sequence desc limit 1)
          order by w.place`),
      ),
    page: (hasAggregates: boolean, hasTypes: boolean) =>
      once(`page ${hasAggregates} ${hasTypes}`, () =>
        Query.raw(
          paged<EventRow>(
            names,
            sql`select ${columns} from ${table("events")} where position > ${0}
              ${hasAggregates ? sql`and ${oneOf("aggregate_type")}` : none}
              ${hasTypes ? sql`and ${oneOf("event_type")}` : none}
              order by position limit ${0}`,
            { order: sql`position`, texts: ["payload", "metadata"] },
          ),
        ),
      ),
    /** Parameters: the type, the position after which it goes on unless it is the first, the limit. */
    streamPage: (isFirst: boolean) =>
      once(`streamPage ${isFirst}`, () =>
        Query.raw(
          paged<EventRow>(
            names,
            sql`select ${columns} from ${table("events")} where aggregate_type = ${""}
              ${
                isFirst
                  ? none
                  : sql`and (aggregate_id, sequence) > (select aggregate_id, sequence
                      from ${table("events")} where position = ${0})`
              }
              order by aggregate_id, sequence limit ${0}`,
            { order: sql`aggregate_id, sequence`, texts: ["payload", "metadata"] },
          ),
        ),
      ),
    last: () => once("last", () => events().orderBy("position", "desc").limit(sql.lit(1))),
    /** Parameter: the type, twice. */
    removeViews: (view: string) =>
      once(`removeViews ${view}`, () =>
        Query.removal(sql`${table(view)} v where not exists (
          select 1 from ${table("events")} e
          where e.aggregate_type = ${""} and e.aggregate_id = v.view_id)`),
      ),
    checkpoints: (isOne: boolean) =>
      once(`checkpoints ${isOne}`, () =>
        query
          .selectFrom("ledgerfold_checkpoints")
          .select(["name", "position", "aggregate_type", "aggregate_id", "sequence", "digest"])
          .select(inUtc("updated_at").as("updated_at"))
          .$if(isOne, (rows) => rows.where("name", "=", ""))
          .orderBy("name"),
      ),
    putCheckpoint: () =>
      once("putCheckpoint", () =>
        query
          .insertInto("ledgerfold_checkpoints")
          .values({
            name: "",
            position: 0,
            aggregate_type: "",
            aggregate_id: "",
            sequence: 0,
            digest: "",
            updated_at: "",
          })
          .onConflict((conflict) =>
            conflict.column("name").doUpdateSet(({ ref }) => ({
              position: ref("excluded.position"),
              aggregate_type: ref("excluded.aggregate_type"),
              aggregate_id: ref("excluded.aggregate_id"),
              sequence: ref("excluded.sequence"),
              digest: ref("excluded.digest"),
              updated_at: ref("excluded.updated_at"),
            })),
          )
          .returning(sql<number>`1`.as("one")),
      ),
    /** Parameter: the name, twice. */
    dropCheckpoint: () =>
      once("dropCheckpoint", () =>
        Query.removal(sql`${table("ledgerfold_checkpoints")} where name = ${""}`),
      ),
    viewRow: (view: string) =>
      once(`viewRow ${view}`, () =>
        viewQuery.selectFrom(view).select(["version", "payload"]).where("view_id", "=", ""),
      ),
    viewPage: (view: string, isFirst: boolean) =>
      once(`viewPage ${view} ${isFirst}`, () =>
        Query.raw(
          paged<ViewRow>(
            sql`id, version, payload`,
            sql`select view_id as id, version, payload from ${table(view)}
              ${isFirst ? none : sql`where view_id > ${""}`} order by view_id limit ${0}`,
            { order: sql`id`, texts: ["payload"] },
          ),
        ),
      ),
    putView: (view: string) =>
      once(`putView ${view}`, () =>
        viewQuery
          .insertInto(view)
          .values({ view_id: "", version: 0, payload: "" })
          .onConflict((conflict) =>
            conflict.column("view_id").doUpdateSet(({ ref }) => ({
              version: ref("excluded.version"),
              payload: ref("excluded.payload"),
            })),
          )
          .returning(sql<number>`1`.as("one")),
      ),
    /**
     * What appends have to know, all of one moment: by places in what was asked for, of streams the
     * version and who wrote it (kind 0) and the first event (1), the rows of these views (2 and on),
     * events by their ids, which is kind -1, and the generation (-2); as much of it as a page may have,
     * if it is bounded. Parameters, each JSON: types and ids of the streams, and of those whose first
     * event is needed; the event ids; ids for each view. The planner plans once, as it does for the
     * appending function.
     */
    standing: (views: ReadonlyArray<string>, isBounded: boolean) =>
      once(`standing ${isBounded} ${JSON.stringify(views)}`, () => {
        const all = sql<StandingRow>`
          select 0 as kind, w.place, e.sequence as version, e.writer, null::json as view_payload,
            ${nothing}
          from ${listed("type text, id text")} w(type, id, place), lateral (
            select last.sequence, ${writerOf("last")} as writer from ${table("events")} last
            where last.aggregate_type = w.type collate "C"
              and last.aggregate_id = w.id collate "C" order by last.sequence desc limit 1) e
          union all
          select 1, w.place, null, null, null, e.*
          from ${listed("type text, id text")} w(type, id, place), lateral (
            select ${columns} from ${table("events")} where aggregate_type = w.type collate "C"
              and aggregate_id = w.id collate "C" order by sequence limit 1) e
          union all
          select -1, null, null, null, null, e.* from ${listed("id text")} w(id, place), lateral (
            select ${columns} from ${table("events")} where event_id = w.id collate "C" offset 0) e
          union all
          select -2, null, ${generation(schema)}, null, null, ${nothing}
          ${sql.join(
            views.map(
              (view, at) => sql`union all
                select ${sql.lit(at + 2)}, w.place, v.version, null, v.payload, ${nothing}
                from ${listed("id text")} w(id, place), lateral (
                  select version, payload from ${table(view)} where view_id = w.id collate "C"
                  offset 0) v`,
            ),
            sql` `,
          )}`;
        return Query.raw(
          isBounded
            ? sql<StandingRow>`
          select * from (
            select a.*, coalesce(sum(coalesce(octet_length(payload::text), 0)
                + coalesce(octet_length(view_payload::text), 0))
              over (rows between unbounded preceding and 1 preceding), 0) as bytes_before
            from (${all}) a) b
          where bytes_before < ${sql.lit(Page.bytes)}`
            : all,
        );
      }),
    /**
     * Calls the appending function, and writes the rows of these views but for those of the groups
     * that it refuses. Parameters: those of the function, and for each view the arrays of its rows'
     * groups, ids, versions and payloads.
     */
    append: (views: ReadonlyArray<string>) =>
      once(`append ${JSON.stringify(views)}`, () =>
        Query.raw(sql<AppendRow>`
          with appended as materialized (
            select * from ${sql.id(schema, appendName)}(${sql.join(
              appendTypes.map((type) => sql`${null}::${sql.raw(type)}`),
            )}))${sql.join(
              views.map(
                (view, at) => sql`, ${sql.id(`rows_${at}`)} as materialized (
                  select distinct on (v.id collate "C") v.id, v.version, v.payload
                  from appended a, ${arrays("integer", "text", "bigint", "json")} with ordinality
                    v(n, id, version, payload, place)
                  where v.n <> all (a.refused)
                  order by v.id collate "C", v.place desc),
                ${sql.id(`view_${at}`)} as (
                  insert into ${table(view)} (view_id, version, payload)
                  select * from ${sql.id(`rows_${at}`)}
                  on conflict (view_id) do update
                    set version = excluded.version, payload = excluded.payload
                  returning 1)`,
              ),
              sql``,
            )}
          select base, generation, ${writer} as writer, array_to_json(refused) as refused${sql.join(
            views.map(
              (view, at) => sql`, ${table(insistName)}(${sql.lit(view)},
                (select count(*) from ${sql.id(`view_${at}`)}),
                (select count(*) from ${sql.id(`rows_${at}`)})) as ${sql.id(`written_${at}`)}`,
            ),
            sql``,
          )}
          from appended`),
      ),
    /** The same for a single event; the row of its view comes last in the parameters. */
    appendOne: (view: string) =>
      once(`appendOne ${view}`, () =>
        Query.raw(sql<AppendRow>`
          with appended as materialized (
            select * from ${sql.id(schema, appendOneName)}(${sql.join(
              appendOneTypes.map((type) => sql`${null}::${sql.raw(type)}`),
            )})),
          put as (
            insert into ${table(view)} (view_id, version, payload)
            select ${""}::text, ${0}::bigint, ${""}::json from appended
            where base is not null
            on conflict (view_id) do update
              set version = excluded.version, payload = excluded.payload
            returning 1)
          select base, generation, ${writer} as writer,
            case when base is null then '[0]' else '[]' end as refused,
            ${table(insistName)}(${sql.lit(view)}, (select count(*) from put),
              (base is not null)::integer) as written
          from appended`),
      ),
    /**
     * Has the transaction's commit wait for the standby as that of an append does, though nothing is
     * written: what was seen may be committed and not confirmed. A standby refuses by 25006 to give the
     * transaction a number; for a message alone it would have none either, and call that a defect.
     */
    confirm: () =>
      once("confirm", () =>
        Query.raw(sql`
          select set_config('synchronous_commit',
              replace(current_setting('synchronous_commit'), 'off', 'on'), true),
            pg_logical_emit_message(true, 'ledgerfold', pg_current_xact_id()::text)::text`),
      ),
    nextGeneration: () =>
      once("nextGeneration", () =>
        Query.raw(sql`
          insert into ${table("rebuilt_views")} (generation)
          select coalesce(max(generation), 0) + 1 from ${table("rebuilt_views")} returning 1`),
      ),
    count: () =>
      once("count", () =>
        Query.raw(sql<{ aggregate_type: string; events: number }>`
          select aggregate_type, count(*) as events from ${table("events")}
          where aggregate_type = any (${[]}::text[]) group by aggregate_type`),
      ),
    keepPosition: () =>
      once("keepPosition", () =>
        Query.raw(sql<Query.Changed>`
          with last as (
            select max(position) as position from ${table("events")}
            having max(position) is not null),
          kept as (
            insert into ${table("erased_positions")} (position) select position from last
            on conflict (position) do update set position = excluded.position returning 1)
          select (select count(*) from kept) as changed, (select count(*) from last) as wanted`),
      ),
    eraseView: (view: string) => once(`eraseView ${view}`, () => Query.removal(table(view))),
    /** Parameter: the types, twice. */
    eraseSnapshots: () => once("eraseSnapshots", () => Query.removal(ofTypes("snapshots"))),
    /** Parameter: the types, twice. */
    eraseEvents: () => once("eraseEvents", () => Query.removal(ofTypes("events"))),
  };
};

export type Statements = ReturnType<typeof make>;

export const inUtc = (column: string) =>
  sql<string>`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const recordedAt: RawBuilder<string | null> = inUtc("recorded_at");

const columns = sql`position, aggregate_type, aggregate_id, sequence, event_type, event_version,
  payload, metadata, event_id, ${recordedAt} as recorded_at`;

const names = sql`position, aggregate_type, aggregate_id, sequence, event_type, event_version,
  payload, metadata, event_id, recorded_at`;

const none = sql``;

/**
 * The first of these rows, in this order, until their texts are enough for a page. What they take as
 * they are stored, which is never more than the texts, bounds how many have to be looked at.
 */
const paged = <Row>(
  columns: RawBuilder<unknown>,
  rows: RawBuilder<unknown>,
  { order, texts }: { readonly order: RawBuilder<unknown>; readonly texts: ReadonlyArray<string> },
) => {
  const sum = (size: (text: RawBuilder<unknown>) => RawBuilder<unknown>) =>
    sql`coalesce(sum(${sql.join(
      texts.map((text) => size(sql.id(text))),
      sql` + `,
    )}) over (order by ${order} rows between unbounded preceding and 1 preceding), 0)`;
  return sql<Row>`
    select ${columns} from (
      select p.*, ${sum((text) => sql`octet_length(${text}::text)`)} as bytes_before from (
        select r.*, ${sum((text) => sql`pg_column_size(${text}) - 8`)} as stored_before
        from (${rows}) r) p
      where stored_before < ${sql.lit(Page.bytes)}) q
    where bytes_before < ${sql.lit(Page.bytes)} order by ${order}`;
};

/** NULLs for the columns of an event, in those parts of a UNION that have no event. */
const nothing = sql`null::bigint as position, null as aggregate_type, null as aggregate_id,
  null::bigint as sequence, null as event_type, null as event_version, null::json as payload,
  null::json as metadata, null as event_id, null as recorded_at`;

/** The rows of a parameter that is a JSON array of objects, with their places from 1. */
const listed = (fields: string) =>
  sql`rows from (json_to_recordset(${null}::json) as (${sql.raw(fields)})) with ordinality`;

/** The rows of parameters that are an array for each column. */
const arrays = (...types: ReadonlyArray<string>) =>
  sql`rows from (${sql.join(
    types.map((type) => sql`unnest((select ${null}::${sql.raw(type)}[]))`),
  )})`;

/** The parameters of the appending functions. */
const appendTypes = [
  ...["text", "integer", "bigint"],
  ...["integer[]", "text[]", "text[]", "bigint[]", "bigint[]", "integer[]", "integer[]"],
  ...["timestamptz[]", "integer[]", "text[]", "text[]", "bigint[]", "text[]", "text[]"],
  ...["json[]", "json[]", "text[]", "json", "json"],
];
const appendOneTypes = [
  ...["text", "integer", "bigint", "text", "text", "bigint", "bigint"],
  ...["text", "text", "text", "text", "text", "timestamptz", "boolean"],
];

export interface EventRow {
  readonly position: number;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly sequence: number;
  readonly event_type: string;
  readonly event_version: string;
  readonly payload: string;
  readonly metadata: string;
  readonly event_id: string | null;
  readonly recorded_at: string | null;
}

export interface CheckpointRow {
  readonly name: string;
  readonly position: number;
  readonly aggregate_type: string | null;
  readonly aggregate_id: string | null;
  readonly sequence: number | null;
  readonly digest: string | null;
  readonly updated_at: string;
}

interface SingleRow {
  readonly place: number;
  readonly type: string;
  readonly version: string;
  readonly payload: string;
  readonly view_version: number | null;
  readonly view_payload: string | null;
}

interface ViewRow {
  readonly id: string;
  readonly version: number;
  readonly payload: string;
}

interface SinceRow {
  /** Null for the snapshot. */
  readonly type: string | null;
  readonly version: string | null;
  readonly sequence: number;
  readonly payload: string;
}

export interface StandingRow extends EventRow {
  readonly kind: number;
  readonly place: number;
  readonly version: number | null;
  readonly writer: number | null;
  readonly view_payload: string;
}

export interface AppendRow {
  /** The highest position before; null where all was refused. */
  readonly base: number | null;
  readonly generation: number;
  /** As `LogTables.writerOf` has it of the events that were written. */
  readonly writer: number;
  /** The places of groups, as JSON. */
  readonly refused: string;
}
