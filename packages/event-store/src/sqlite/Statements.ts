import { type Compilable, sql } from "kysely";
import type { StreamId } from "../Event.ts";
import type { Service, Statement } from "./Database.ts";
import * as UniqueKey from "./UniqueKey.ts";
import * as Schema from "./Schema.ts";
import * as Query from "./Query.ts";
import { query, type LogTables, viewQuery } from "./LogTables.ts";

/**
 * The statements of the log, each compiled when it is first needed and kept, with what they know of
 * the tables, until the tables change.
 */
export const make = (database: Service) => {
  const kept = new Map<string, Statement<unknown>>();
  const tables = new Map<string, ReadonlySet<string>>();
  let schemaVersion: bigint | undefined;
  const columns = (table: string): ReadonlySet<string> => {
    const known = tables.get(table);
    if (known !== undefined) return known;
    const found = Schema.columns(database, table);
    tables.set(table, found);
    return found;
  };
  const keys = new Map<string, ReturnType<typeof UniqueKey.find>>();
  const triggers = new Map<string, boolean>();
  const forget = () => {
    kept.clear();
    tables.clear();
    triggers.clear();
    keys.clear();
  };
  const once = <Row>(name: string, build: () => Compilable<Row>): Statement<Row> => {
    const known = kept.get(name);
    if (known !== undefined) return known as Statement<Row>;
    const prepared = database.prepare(build());
    kept.set(name, prepared);
    return prepared;
  };
  /** Not kept, as there are as many of them as there are numbers of names. */
  const prepared = <Row>(_: string, build: () => Compilable<Row>) => database.prepare(build());
  /** Tables that another service made lack our columns until `setup` has added them. */
  const own = (column: "event_id" | "recorded_at") =>
    (columns("events").has(column) ? sql.ref<string | null>(column) : sql<string | null>`null`).as(
      column,
    );
  // Values only mark where parameters go, in the order in which they are bound.
  const events = () =>
    query
      .selectFrom("events")
      .select(["rowid as position", "aggregate_type", "aggregate_id", "sequence"])
      .select(["event_type", "event_version", "payload", "metadata"])
      .select([own("event_id"), own("recorded_at")]);
  const stream = () =>
    events().where("aggregate_type", "=", any("")).where("aggregate_id", "=", any(""));

  const history = () =>
    query
      .selectFrom("events")
      .select(["sequence", "event_type as type", "event_version as version", "payload"])
      .where("aggregate_type", "=", any(""))
      .where("aggregate_id", "=", any(""))
      .where("sequence", ">=", any(0))
      .orderBy("sequence");

  const version = () =>
    once("version", () =>
      query
        .selectFrom("events")
        .select(({ fn }) => fn.max("sequence").as("version"))
        .where("aggregate_type", "=", any(""))
        .where("aggregate_id", "=", any("")),
    );

  return {
    columns,
    exists: (table: string): boolean => columns(table).size > 0,
    /** Of a stream; 0 when it has no events. */
    lastSequence: ({ type, id }: StreamId): number => Number(version().get(type, id)?.version ?? 0),
    /** Whether the file's owner has something done with the rows of a table. */
    hasTrigger: (table: string): boolean => {
      const known = triggers.get(table);
      if (known !== undefined) return known;
      const found = database.prepare(triggerOf).get(table) !== undefined;
      triggers.set(table, found);
      return found;
    },
    /** Whose the unique key of a table is. */
    key: (key: UniqueKey.UniqueKey) => {
      const known = keys.get(key.name);
      if (known !== undefined) return known;
      const found = UniqueKey.find(database, key);
      keys.set(key.name, found);
      return found;
    },
    forget,
    /** To be called before the others: `setup`, its rollback or another process changes tables. */
    refresh: () => {
      const found = Schema.version(database);
      if (found !== schemaVersion) forget();
      schemaVersion = found;
    },
    anyRow: (table: string) =>
      once(`anyRow ${table}`, () =>
        viewQuery.selectFrom(table).select(sql.lit(1).as("one")).limit(sql.lit(1)),
      ),
    byEventId: () => once("byEventId", () => events().where("event_id", "=", "")),
    read: () =>
      once("read", () =>
        stream().where("sequence", ">=", any(0)).orderBy("sequence").limit(any(0)),
      ),
    readBackwards: () =>
      once("readBackwards", () =>
        stream().where("sequence", "<=", any(0)).orderBy("sequence", "desc").limit(any(0)),
      ),
    history: () => once("history", history),
    historyUpTo: (limit: number) =>
      once(`historyUpTo ${limit}`, () => history().limit(sql.lit(limit))),
    first: () => once("first", () => stream().orderBy("sequence").limit(sql.lit(1))),
    /** Of these many aggregates and types; `undefined` for all. */
    page: (aggregates: number | undefined, types: number | undefined) =>
      ((aggregates ?? 0) + (types ?? 0) > fewNames ? prepared : once)(
        `page ${aggregates} ${types}`,
        () =>
          events()
            .where("rowid", ">", any(0))
            .$if(aggregates !== undefined, (page) =>
              page.where("aggregate_type", "in", new Array(aggregates).fill("")),
            )
            .$if(types !== undefined, (page) =>
              page.where("event_type", "in", new Array(types).fill("")),
            )
            .orderBy("rowid")
            .limit(any(0)),
      ),
    streamPage: (isFirst: boolean) =>
      once(`streamPage ${isFirst}`, () =>
        events()
          .where("aggregate_type", "=", any(""))
          .$if(!isFirst, (page) =>
            page.where(
              sql<boolean>`(aggregate_id, sequence) >
                (select aggregate_id, sequence from events where rowid = ${any(0)})`,
            ),
          )
          .orderBy("aggregate_id")
          .orderBy("sequence")
          .limit(any(0)),
      ),
    last: () => once("last", () => events().orderBy("rowid", "desc").limit(sql.lit(1))),
    checkpoints: (isOne: boolean) =>
      once(`checkpoints ${isOne}`, () =>
        query
          .selectFrom("ledgerfold_checkpoints")
          .selectAll()
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
          ),
      ),
    insertEvent: () =>
      once("insertEvent", () =>
        // Whatever the table declares about conflicts: an event is never replaced.
        query.insertInto("events").orAbort().values({
          aggregate_type: "",
          aggregate_id: "",
          sequence: 0,
          event_type: "",
          event_version: "",
          payload: "",
          metadata: "",
          event_id: "",
          recorded_at: "",
        }),
      ),
    /** Of streams that begin: their ids and payloads are texts 0 and 1. */
    fillEvents: () =>
      once("fillEvents", () =>
        query
          .insertInto("events")
          .orAbort()
          .columns([
            ...["aggregate_id", "payload", "sequence", "aggregate_type", "event_type"],
            ...["event_version", "metadata", "recorded_at", "event_id"],
          ] as Array<keyof LogTables["events"]>)
          .expression(
            sql`select ${Query.text(0, place)}, ${Query.text(1, place)}, 1,
              ${""}, ${""}, ${""}, ${""}, ${""}, null from ${places}`,
          ),
      ),
    /** Of the same streams: their rows are texts 2. */
    fillViews: (table: string, hasKey: boolean) =>
      once(`fillViews ${table} ${hasKey}`, () => {
        const rows = viewQuery
          .insertInto(table)
          .columns(["view_id", "version", "payload"])
          // Without its `where` what follows could be a part of the join.
          .expression(
            sql`select ${Query.text(0, place)}, 1, ${Query.text(2, place)}
              from ${places} where true`,
          );
        return hasKey ? orReplaced(rows) : rows;
      }),
    /** If the stream is the one it was taken of: it was written with its last event, at one moment. */
    snapshot: () =>
      once("snapshot", () =>
        query
          .selectFrom("snapshots")
          .select(["last_sequence as version", "payload"])
          .where("aggregate_type", "=", any(""))
          .where("aggregate_id", "=", any(""))
          .where("schema_version", "=", any(0))
          .where(
            sql<boolean>`exists (select 1 from events as e
              where e.aggregate_type = snapshots.aggregate_type
                and e.aggregate_id = snapshots.aggregate_id
                and e.sequence = snapshots.last_sequence and e.recorded_at = snapshots.timestamp)`,
          ),
      ),
    dropSnapshot: () =>
      once("dropSnapshot", () =>
        query
          .deleteFrom("snapshots")
          .where("aggregate_type", "=", "")
          .where("aggregate_id", "=", ""),
      ),
    putSnapshot: () =>
      once("putSnapshot", () =>
        query
          .insertInto("snapshots")
          .values({
            aggregate_type: "",
            aggregate_id: "",
            last_sequence: 0,
            payload: "",
            timestamp: "",
            schema_version: 0,
          })
          .onConflict((conflict) =>
            conflict.columns(["aggregate_type", "aggregate_id"]).doUpdateSet(({ ref }) => ({
              last_sequence: ref("excluded.last_sequence"),
              payload: ref("excluded.payload"),
              timestamp: ref("excluded.timestamp"),
              schema_version: ref("excluded.schema_version"),
            })),
          ),
      ),
    viewRow: (table: string) =>
      once(`viewRow ${table}`, () =>
        viewQuery.selectFrom(table).select(["version", "payload"]).where("view_id", "=", ""),
      ),
    viewPage: (table: string, isFirst: boolean) =>
      once(`viewPage ${table} ${isFirst}`, () =>
        viewQuery
          .selectFrom(table)
          .select(["view_id as id", "version", "payload"])
          .$if(!isFirst, (rows) => rows.where(sql`view_id collate binary`, ">", any("")))
          .orderBy(sql`view_id collate binary`)
          .limit(any(0)),
      ),
    insertView: (table: string) => once(`insertView ${table}`, () => newView(table)),
    putView: (table: string) => once(`putView ${table}`, () => orReplaced(newView(table))),
  };
};

const fewNames = 8;

export type Statements = ReturnType<typeof make>;

const triggerOf = Query.once(
  sql`select 1 from sqlite_schema where type = 'trigger' and tbl_name = ${""} collate nocase`,
);

/** As many rows as the bound JSON array has members; what these are does not matter. */
const places = sql`json_each(${""}) as place`;
const place = sql.ref("place.key");

const newView = (table: string) =>
  viewQuery.insertInto(table).values({ view_id: "", version: 0, payload: "" });

const orReplaced = (rows: ReturnType<typeof newView>) =>
  rows.onConflict((conflict) =>
    conflict.column("view_id").doUpdateSet(({ ref }) => ({
      version: ref("excluded.version"),
      payload: ref("excluded.payload"),
    })),
  );

/**
 * A parameter of a query that is planned once for all its values. Where a plan might depend on a bare
 * one, as where a key of several columns is looked at, SQLite makes it anew for every value: that takes
 * longer than the query.
 */
const any = <Value>(value: Value) => sql<Value>`+${value}`;
