import { sql } from "kysely";
import { UnfitTable } from "../UnfitTable.ts";
import type { Service } from "./Database.ts";
import * as Query from "./Query.ts";
import * as UniqueKey from "./UniqueKey.ts";
import { query } from "./LogTables.ts";

/** The names of the columns of a table, in lower case; empty when there is no such table. */
export const columns = (database: Service, table: string): ReadonlySet<string> => {
  const rows = database.prepare(tableColumns).all(table);
  return new Set(rows.map(({ name }) => name.toLowerCase()));
};

/** SQLite's schema version, which changes with every change of the file's tables. */
export const version = (database: Service) => database.prepare(schemaVersion).get()?.schema_version;

/**
 * Makes the tables and columns that are missing, beside tables that `TableShape` finds fit; gives why
 * that cannot be, and has then to be undone. Whoever calls it holds a transaction.
 */
export const setup = (
  database: Service,
  viewTables: ReadonlyArray<string>,
): UnfitTable | undefined => {
  const { schema } = query;
  const events = columns(database, "events");
  if (events.size === 0) {
    // Not the composite primary key that other services declare: a rowid that is named
    // `position` and AUTOINCREMENT is never handed out twice, and the key is unique all the same.
    database.execute(
      schema
        .createTable("events")
        .addColumn("position", "integer", (column) => column.primaryKey().autoIncrement())
        .addColumn("aggregate_type", "text", (column) => column.notNull())
        .addColumn("aggregate_id", "text", (column) => column.notNull())
        .addColumn("sequence", "bigint", (column) => column.notNull())
        .addColumn("event_type", "text", (column) => column.notNull())
        .addColumn("event_version", "text", (column) => column.notNull())
        .addColumn("payload", "json", (column) => column.notNull())
        .addColumn("metadata", "json", (column) => column.notNull())
        .addColumn("event_id", "text")
        .addColumn("recorded_at", "text"),
    );
  } else {
    for (const column of ownColumns.filter(notIn(events))) {
      database.execute(schema.alterTable("events").addColumn(column, "text"));
    }
  }
  if (UniqueKey.find(database, UniqueKey.ofLog) === "none") {
    const twice = UniqueKey.broken(database);
    if (twice !== undefined) {
      const { type, id } = twice;
      return new UnfitTable({
        database: database.path,
        table: "events",
        faults: [`has one sequence of ${type} ${JSON.stringify(id)} twice, and no key`],
        isEmpty: false,
      });
    }
    UniqueKey.make(database, UniqueKey.ofLog);
  }
  if (database.prepare(indexOfEventIds).get() === undefined) {
    database.execute(
      schema
        .createIndex(UniqueKey.freeName(database, "events_event_id"))
        .unique()
        .on("events")
        .column("event_id")
        .where(sql.ref("event_id"), "is not", null),
    );
  }

  const snapshots = columns(database, "snapshots");
  if (snapshots.size === 0) {
    database.execute(
      schema
        .createTable("snapshots")
        .addColumn("aggregate_type", "text", (column) => column.notNull())
        .addColumn("aggregate_id", "text", (column) => column.notNull())
        .addColumn("last_sequence", "bigint", (column) => column.notNull())
        .addColumn("payload", "json", (column) => column.notNull())
        .addColumn("timestamp", "text", (column) => column.notNull())
        .addColumn("schema_version", "bigint")
        .addPrimaryKeyConstraint("snapshots_stream", ["aggregate_type", "aggregate_id"]),
    );
  } else if (!snapshots.has("schema_version")) {
    database.execute(schema.alterTable("snapshots").addColumn("schema_version", "bigint"));
  }
  if (UniqueKey.find(database, UniqueKey.ofSnapshots) === "none") {
    UniqueKey.make(database, UniqueKey.ofSnapshots);
  }

  database.execute(
    schema
      .createTable("ledgerfold_checkpoints")
      .ifNotExists()
      .addColumn("name", "text", (column) => column.notNull().primaryKey())
      .addColumn("position", "bigint", (column) => column.notNull())
      .addColumn("aggregate_type", "text")
      .addColumn("aggregate_id", "text")
      .addColumn("sequence", "bigint")
      .addColumn("digest", "text")
      .addColumn("updated_at", "text", (column) => column.notNull()),
  );

  for (const table of viewTables) {
    database.execute(
      schema
        .createTable(table)
        .ifNotExists()
        .addColumn("view_id", "text", (column) => column.notNull())
        .addColumn("version", "bigint", (column) => column.notNull())
        .addColumn("payload", "json", (column) => column.notNull()),
    );
    const key = UniqueKey.ofView(table);
    if (UniqueKey.find(database, key) === "none") UniqueKey.make(database, key);
  }
  return undefined;
};

/** Whether everything that `setup` makes is there already. */
export const isSetUp = (database: Service, viewTables: ReadonlyArray<string>): boolean =>
  ownColumns.every((column) => columns(database, "events").has(column)) &&
  database.prepare(indexOfEventIds).get() !== undefined &&
  columns(database, "snapshots").has("schema_version") &&
  columns(database, "ledgerfold_checkpoints").size > 0 &&
  [UniqueKey.ofLog, UniqueKey.ofSnapshots, ...viewTables.map(UniqueKey.ofView)].every(
    (key) => UniqueKey.find(database, key) !== "none",
  );

/** Those of `events` that other services do not have. */
const ownColumns = ["event_id", "recorded_at"] as const;

const indexOfEventIds = Query.once(sql`
  select 1 from pragma_index_list('events') as list, pragma_index_info(list.name) as info
  where list.name glob 'events_event_id*' and list."unique"
  group by list.name having count(*) = 1 and max(lower(info.name)) = 'event_id'`);

const notIn = (names: ReadonlySet<string>) => (name: string) => !names.has(name);

const tableColumns = Query.once(sql<{ name: string }>`select name from pragma_table_xinfo(${""})`);
const schemaVersion = Query.once(sql<{ schema_version: bigint }>`pragma schema_version`);
