import { type Compilable, type RawBuilder, sql } from "kysely";
import * as PostgresQuery from "../PostgresQuery.ts";
import * as Lock from "./Lock.ts";
import { appendName } from "./schema.ts";
import { builder } from "./Tables.ts";

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
    /** The snapshot, where there is one, and the events after it, all of one moment. */
    sinceSnapshot: () =>
      once("sinceSnapshot", () =>
        PostgresQuery.raw(sql<SinceRow>`
          with s as (
            select last_sequence, payload from ${table("snapshots")}
            where aggregate_type = ${""} and aggregate_id = ${""} and schema_version = ${0})
          select null as type, null as version, last_sequence as sequence, payload from s
          union all
          select event_type, event_version, sequence, payload from ${table("events")}
          where aggregate_type = ${""} and aggregate_id = ${""}
            and sequence > coalesce((select last_sequence from s), 0)
          order by sequence`),
      ),
    first: () =>
      once("first", () =>
        PostgresQuery.raw(sql<EventRow & { place: number }>`
          select w.place, e.* from unnest(${[]}::text[]) with ordinality w(id, place),
          lateral (
            select ${columns} from ${table("events")}
            where aggregate_type = ${""} and aggregate_id = w.id collate "C"
            order by sequence limit 1) e`),
      ),
    page: (hasAggregates: boolean, hasTypes: boolean) =>
      once(`page ${hasAggregates} ${hasTypes}`, () =>
        events()
          .where("position", ">", 0)
          .$if(hasAggregates, (page) => page.where(oneOf("aggregate_type")))
          .$if(hasTypes, (page) => page.where(oneOf("event_type")))
          .orderBy("position")
          .limit(0),
      ),
    last: () => once("last", () => events().orderBy("position", "desc").limit(sql.lit(1))),
    streamPage: (isFirst: boolean) =>
      once(`streamPage ${isFirst}`, () => {
        const at = (column: string) =>
          sql`(select ${sql.ref(column)} from ${table("events")} where position = ${0})`;
        return events()
          .where("aggregate_type", "=", "")
          .$if(!isFirst, (page) =>
            page.where(
              sql<boolean>`(aggregate_id, sequence) > (${at("aggregate_id")}, ${at("sequence")})`,
            ),
          )
          .orderBy("aggregate_id")
          .orderBy("sequence")
          .limit(0);
      }),
    removeViews: (view: string) =>
      once(`removeViews ${view}`, () =>
        PostgresQuery.raw(sql<{ removed: number }>`
          with gone as (
            delete from ${table(view)} v where not exists (
              select 1 from ${table("events")}
              where aggregate_type = ${""} and aggregate_id = v.view_id)
            returning 1)
          select count(*) as removed from gone`),
      ),
    lockCheckpoint: () =>
      once("lockCheckpoint", () => PostgresQuery.raw(sql`select ${Lock.ofCheckpoint}`)),
    checkpoints: (isOne: boolean) =>
      once(`checkpoints ${isOne}`, () =>
        PostgresQuery.raw(sql<CheckpointRow>`
          select name, position, aggregate_type, aggregate_id, sequence, digest,
            ${inUtc("updated_at")} as updated_at
          from ${table("ledgerfold_checkpoints")}
          ${isOne ? sql`where name = ${""}` : sql``} order by name`),
      ),
    /** Waits for whoever holds the lock of the name, as it has to when nobody in here does. */
    putCheckpoint: () =>
      once("putCheckpoint", () =>
        PostgresQuery.raw(sql`
          with held as materialized (select ${Lock.ofCheckpoint})
          insert into ${table("ledgerfold_checkpoints")} (name, position, aggregate_type,
            aggregate_id, sequence, digest, updated_at)
          select ${""}::text, ${0}::bigint, ${""}::text, ${""}::text, ${0}::bigint, ${""}::text,
            ${""}::timestamptz from held
          on conflict (name) do update set position = excluded.position,
            aggregate_type = excluded.aggregate_type, aggregate_id = excluded.aggregate_id,
            sequence = excluded.sequence, digest = excluded.digest,
            updated_at = excluded.updated_at`),
      ),
    dropCheckpoint: () =>
      once("dropCheckpoint", () =>
        PostgresQuery.raw(sql<{ name: string }>`
          delete from ${table("ledgerfold_checkpoints")} where name = ${""} returning name`),
      ),
    viewRow: (view: string) =>
      once(`viewRow ${view}`, () =>
        viewQuery.selectFrom(view).select(["version", "payload"]).where("view_id", "=", ""),
      ),
    viewPage: (view: string, isFirst: boolean) =>
      once(`viewPage ${view} ${isFirst}`, () =>
        viewQuery
          .selectFrom(view)
          .select(["view_id as id", "version", "payload"])
          .$if(!isFirst, (rows) => rows.where("view_id", ">", ""))
          .orderBy("view_id")
          .limit(0),
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
          ),
      ),
    /**
     * What appends have to know, all of one moment: by places in what was asked for, of streams the
     * version (kind 0) and the first event (1), the rows of these views (2 and on), and events by
     * their ids, which is kind -1. Parameters: types and ids of the streams, and of those whose first
     * event is needed; the event ids; ids for each view.
     */
    standing: (views: ReadonlyArray<string>) =>
      once(`standing ${JSON.stringify(views)}`, () =>
        PostgresQuery.raw(sql<StandingRow>`
          select 0 as kind, w.place, (
            select sequence from ${table("events")} where aggregate_type = w.type collate "C"
              and aggregate_id = w.id collate "C" order by sequence desc limit 1) as version,
            null::json as view_payload, ${nothing}
          from unnest(${[]}::text[], ${[]}::text[]) with ordinality w(type, id, place)
          union all
          select 1, w.place, null, null, e.*
          from unnest(${[]}::text[], ${[]}::text[]) with ordinality w(type, id, place), lateral (
            select ${columns} from ${table("events")} where aggregate_type = w.type collate "C"
              and aggregate_id = w.id collate "C" order by sequence limit 1) e
          union all
          select -1, null, null, null, ${columns} from ${table("events")}
          where event_id = any (${[]}::text[])
          ${sql.join(
            views.map(
              (view, at) => sql`union all
                select ${sql.lit(at + 2)}, w.place, v.version, v.payload, ${nothing}
                from unnest(${[]}::text[]) with ordinality w(id, place)
                join ${table(view)} v on v.view_id = w.id collate "C"`,
            ),
            sql` `,
          )}`),
      ),
    append: () =>
      once("append", () =>
        PostgresQuery.raw(sql<AppendRow>`
          select * from ${sql.id(schema, appendName)}(${sql.join(
            appendTypes.map((type) => sql`${null}::${sql.raw(type)}`),
          )})`),
      ),
    count: () =>
      once("count", () =>
        PostgresQuery.raw(sql<{ aggregate_type: string; events: number }>`
          select aggregate_type, count(*) as events from ${table("events")}
          where aggregate_type = any (${[]}::text[]) group by aggregate_type`),
      ),
    keepPosition: () =>
      once("keepPosition", () =>
        PostgresQuery.raw(sql`
          insert into ${table("erased_positions")} (position)
          select max(position) from ${table("events")} having max(position) is not null
          on conflict do nothing`),
      ),
    eraseView: (view: string) => once(`eraseView ${view}`, () => viewQuery.deleteFrom(view)),
    eraseSnapshots: () =>
      once("eraseSnapshots", () => query.deleteFrom("snapshots").where(oneOf("aggregate_type"))),
    eraseEvents: () =>
      once("eraseEvents", () =>
        PostgresQuery.raw(sql<{ erased: number }>`
          with gone as (
            delete from ${table("events")} where aggregate_type = any (${[]}::text[]) returning 1)
          select count(*) as erased from gone`),
      ),
  };
};

export type Statements = ReturnType<typeof make>;

const inUtc = (column: string): RawBuilder<string | null> => sql`to_char(
  ${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const recordedAt = inUtc("recorded_at");

const columns = sql`position, aggregate_type, aggregate_id, sequence, event_type, event_version,
  payload, metadata, event_id, ${recordedAt} as recorded_at`;

/** As many columns of the same types. */
const nothing = sql`null::bigint as position, null as aggregate_type, null as aggregate_id,
  null::bigint as sequence, null as event_type, null as event_version, null::json as payload,
  null::json as metadata, null as event_id, null as recorded_at`;

/** The parameters of the appending function. */
const appendTypes = [
  "integer",
  ...["integer[]", "text[]", "text[]", "bigint[]", "integer[]"],
  ...["integer[]", "text[]", "text[]", "bigint[]", "text[]"],
  ...["text[]", "text[]", "text[]", "text[]", "timestamptz[]"],
  ...["text[]", "integer[]", "text[]", "text[]", "bigint[]", "text[]"],
  ...["integer[]", "text[]", "text[]", "bigint[]", "text[]", "timestamptz[]", "bigint[]"],
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
  readonly view_payload: string;
}

export interface AppendRow {
  readonly log_position: number;
  /** A JSON array of numbers. */
  readonly refused_groups: string;
}
