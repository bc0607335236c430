import { Effect } from "effect";
import { type Metadata, type RecordedEvent, VersionConflict } from "../EventStore.ts";
import { commit, type Tables } from "../internal/commit.ts";
import { codeOf } from "../internal/Connection.ts";
import type { Engine, StoredView } from "../internal/Engine.ts";
import type { Service } from "../SqliteDatabase.ts";
import * as Key from "./Key.ts";
import { setup } from "./schema.ts";
import * as Statements from "./Statements.ts";
import { query, viewQuery } from "./Tables.ts";

/** An engine in the SQLite file that `database` has open. */
export const make = (database: Service): Engine => {
  const statements = Statements.make(database);
  /** In a file that was never set up there is nothing to find. */
  const exists = (table: string) => statements.columns(table).size > 0;
  /** While a bulk load may do without the key of the log. */
  let loading = false;
  const run = <A>(operation: string, work: () => A) =>
    database.run(operation, () => {
      statements.refresh();
      if (loading) completeKey();
      return work();
    });
  const completeKey = () => {
    if (statements.key() !== "none" || !exists("events")) return;
    Key.make(database);
    statements.forget();
  };
  /** Only in an empty log: in others the key takes longer to make than it saves. */
  const leaveKeyOut = () => {
    if (statements.key() !== "ours" || statements.any().get() !== undefined) return;
    Key.drop(database);
    statements.forget();
  };
  const tables: Tables = {
    version: ({ type, id }) => Number(statements.version().get(type, id)?.version ?? 0),
    byEventId: (id) => optional(statements.byEventId().get(id)),
    insertEvent: (stream, sequence, event) => {
      const metadata = JSON.stringify(event.metadata);
      const { type: name, version, payload, id } = event;
      try {
        const { changes, lastInsertRowid } = statements
          .insertEvent()
          .run(stream.type, stream.id, sequence, name, version, payload, metadata, id);
        written(changes, "events");
        return Number(lastInsertRowid);
      } catch (cause) {
        if (isTaken(cause) && tables.version(stream) >= sequence) return undefined;
        throw cause;
      }
    },
    putView: (table, id, version, payload) => {
      written(statements.putView(table).run(id, version, payload).changes, table);
    },
    dropSnapshot: ({ type, id }) => {
      statements.dropSnapshot().run(type, id);
    },
    putSnapshot: ({ type, id }, version, { payload, at, schemaVersion }) => {
      statements.putSnapshot().run(type, id, version, payload, at, schemaVersion);
    },
  };

  return {
    transaction: database.transaction,
    setup: (viewTables) =>
      run("making the tables of the log", () => {
        setup(database, viewTables);
        statements.forget();
      }),
    head: ({ type, id }, viewTable) =>
      run("reading a stream's head", () => ({
        version: tables.version({ type, id }),
        view: view(statements.viewRow(viewTable).get(id)),
      })),
    snapshot: ({ type, id }, schemaVersion) =>
      run("reading a snapshot", () =>
        statements.columns("snapshots").has("schema_version")
          ? view(statements.snapshot().get(type, id, schemaVersion))
          : undefined,
      ),
    read: ({ type, id }, from = 1) =>
      run("reading a stream", () =>
        exists("events") ? statements.read().all(type, id, from).map(recorded) : [],
      ),
    readFirst: (type, ids) =>
      run("reading the first events", () => {
        if (!exists("events")) return ids.map(() => undefined);
        const first = statements.first();
        return ids.map((id) => optional(first.get(type, id)));
      }),
    page: (after, limit) =>
      run("reading the log", () =>
        exists("events") ? statements.page().all(after, limit).map(recorded) : [],
      ),
    putView: (table, id, { version, payload }) =>
      run("writing a view", () => tables.putView(table, id, version, payload)),
    viewRow: (table, id) =>
      run("reading a view", () =>
        exists(table) ? view(statements.viewRow(table).get(id)) : undefined,
      ),
    bulk: (effect) =>
      Effect.suspend(() => {
        loading = true;
        return effect;
      }).pipe(
        Effect.zipLeft(
          Effect.catchTag(
            run("making the key of the log", () => {}),
            "DatabaseError",
            (error) =>
              Effect.flatMap(
                database.run("looking for a stream that stands twice", () => Key.broken(database)),
                (stream) =>
                  Effect.fail(
                    stream === undefined
                      ? error
                      : new VersionConflict({ stream, expected: "none", actual: 1 }),
                  ),
              ),
          ),
        ),
        Effect.ensuring(
          Effect.sync(() => {
            loading = false;
          }),
        ),
        database.transaction,
      ),
    commit: (writes) =>
      Effect.flatten(
        database.run("appending", () => {
          statements.refresh();
          if (loading) {
            if (writes.every(({ expected }) => expected === "none")) leaveKeyOut();
            else completeKey();
          }
          return commit(tables, writes);
        }),
      ),
    count: (types) =>
      run("counting events", () => {
        if (!exists("events")) return new Map();
        const counts = database.execute(
          query
            .selectFrom("events")
            .select(({ fn }) => ["aggregate_type", fn.countAll<bigint>().as("events")])
            .where("aggregate_type", "in", types)
            .groupBy("aggregate_type"),
        );
        return new Map(counts.map((row) => [row.aggregate_type, Number(row.events)]));
      }),
    erase: (types, viewTables) =>
      run("erasing", () => {
        for (const table of viewTables) {
          if (exists(table)) database.execute(viewQuery.deleteFrom(table));
        }
        if (exists("snapshots")) {
          database.execute(query.deleteFrom("snapshots").where("aggregate_type", "in", types));
        }
        if (!exists("events")) return 0;
        const erase = database.prepare(query.deleteFrom("events").where("aggregate_type", "=", ""));
        return types.reduce((erased, type) => erased + erase.run(type).changes, 0);
      }),
  };
};

const isTaken = (cause: unknown): boolean =>
  /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/.test(codeOf(cause));

/** A trigger of the file's owner can make SQLite leave a row out without an error. */
const written = (changes: number, table: string) => {
  if (changes !== 1) throw new Error(`a trigger of ${table} keeps rows from being written`);
};

interface EventRow {
  readonly position: number | bigint;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly sequence: number | bigint;
  readonly event_type: string;
  readonly event_version: string;
  readonly payload: Text;
  readonly metadata: string;
  readonly event_id: string | null;
}

const recorded = (row: EventRow): RecordedEvent => ({
  stream: { type: row.aggregate_type, id: row.aggregate_id },
  sequence: Number(row.sequence),
  position: Number(row.position),
  type: row.event_type,
  version: row.event_version,
  payload: String(row.payload),
  metadata: metadataOf(row.metadata),
  id: row.event_id,
});

/** Null unless it is what other services insist on: a flat object of text by name. */
const metadataOf = (text: string): Metadata | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((entry) => typeof entry === "string")
      ? (value as Metadata)
      : null;
  } catch {
    return null;
  }
};

const optional = (row: EventRow | undefined) => (row === undefined ? undefined : recorded(row));

const view = (
  row: { version: number | bigint; payload: Text } | undefined,
): StoredView | undefined =>
  row === undefined ? undefined : { version: Number(row.version), payload: String(row.payload) };

/** A column declared as JSON keeps a text that is nothing but a number as that number. */
type Text = string | number | bigint;
