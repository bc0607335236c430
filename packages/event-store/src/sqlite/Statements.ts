import { type Compilable, sql } from "kysely";
import type { Service, Statement } from "../SqliteDatabase.ts";
import { columns } from "./schema.ts";
import { query, viewQuery } from "./Tables.ts";

/** The statements of the log, each compiled when it is first needed and kept. */
export const make = (database: Service) => {
  const kept = new Map<string, Statement<unknown>>();
  const once = <Row>(name: string, build: () => Compilable<Row>): Statement<Row> => {
    const known = kept.get(name);
    if (known !== undefined) return known as Statement<Row>;
    const prepared = database.prepare(build());
    kept.set(name, prepared);
    return prepared;
  };
  /** Tables that another service made lack our column until `setup` has added it. */
  const eventId = () =>
    columns(database, "events").has("event_id")
      ? sql.ref<string | null>("event_id")
      : sql<string | null>`null`;
  // Values only mark where parameters go, in the order in which they are bound.
  const events = () =>
    query
      .selectFrom("events")
      .select(["rowid as position", "aggregate_type", "aggregate_id", "sequence"])
      .select(["event_type", "event_version", "payload", "metadata", eventId().as("event_id")]);
  const stream = () => events().where("aggregate_type", "=", "").where("aggregate_id", "=", "");

  return {
    /** After a change of the tables. */
    forget: () => kept.clear(),
    version: () =>
      once("version", () =>
        query
          .selectFrom("events")
          .select(({ fn }) => fn.max("sequence").as("version"))
          .where("aggregate_type", "=", "")
          .where("aggregate_id", "=", ""),
      ),
    byEventId: () => once("byEventId", () => events().where("event_id", "=", "")),
    read: () => once("read", () => stream().where("sequence", ">=", 0).orderBy("sequence")),
    first: () => once("first", () => stream().orderBy("sequence").limit(1)),
    page: () => once("page", () => events().where("rowid", ">", 0).orderBy("rowid").limit(0)),
    insertEvent: () =>
      once("insertEvent", () =>
        query.insertInto("events").values({
          aggregate_type: "",
          aggregate_id: "",
          sequence: 0,
          event_type: "",
          event_version: "",
          payload: "",
          metadata: "",
          event_id: "",
        }),
      ),
    snapshot: () =>
      once("snapshot", () =>
        query
          .selectFrom("snapshots")
          .select(["last_sequence as version", "payload"])
          .where("aggregate_type", "=", "")
          .where("aggregate_id", "=", "")
          .where("schema_version", "=", 0),
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
    putView: (table: string) =>
      once(`putView ${table}`, () =>
        viewQuery
          .insertInto(table)
          .values({ view_id: "", version: 0, payload: "" })
          .onConflict((conflict) =>
            conflict.column("view_id").doUpdateSet(({ ref }) => ({
              version: ref("excluded.version"),
              payload: ref("excluded.payload"),
            })),
          ),
      ),
  };
};
