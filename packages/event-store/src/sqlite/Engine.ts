import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { StoredEvent } from "@ledgerfold/aggregate/EventCodec";
import { Effect, Either, Exit } from "effect";
import type { Checkpoint } from "../Checkpoint.ts";
import { DatabaseError } from "../DatabaseError.ts";
import type { EncodedStream } from "../EncodedStream.ts";
import {
  type Appended,
  type Metadata,
  type RecordedEvent,
  type StoreError,
  VersionConflict,
} from "../EventStore.ts";
import { appendAll, appendEncoded, type Tables } from "../internal/append.ts";
import * as Changes from "../internal/Changes.ts";
import { codeOf, isOfSqlite } from "./Connection.ts";
import type { Engine, StoredView } from "../internal/Engine.ts";
import * as Stored from "../internal/Stored.ts";
import type { Service, Statement } from "./Database.ts";
import * as Key from "./UniqueKey.ts";
import { isSetUp, setup } from "./Schema.ts";
import * as Statements from "./Statements.ts";
import { query, viewQuery } from "./Tables.ts";

/** An engine in the SQLite file that `database` has open. */
export const make = (database: Service): Engine => {
  const statements = Statements.make(database);
  const changes = Changes.make();
  /** In a file that was never set up there is nothing to find. */
  const exists = (table: string) => statements.columns(table).size > 0;
  /** Whether a bulk load runs, in which tables may be without their keys. */
  let loading = false;
  /** Those that a load may have left out, by table, whatever was rolled back since. */
  const keys = new Map([[Key.ofLog.table, Key.ofLog]]);
  /** The tables that are without theirs while an append runs. */
  const withoutKey = new Set<string>();
  /** Whether there are any; asked once while an append runs. */
  let haveSnapshots: boolean | undefined;
  /** What is the same for most rows of an append, worked out once while it runs. */
  let last: {
    metadata?: { readonly of: Metadata; readonly text: string };
    event?: Statement<unknown>;
    view?: { readonly table: string; readonly put: Statement<unknown> };
  } = {};
  const textOf = (metadata: Metadata) => {
    if (last.metadata?.of !== metadata) {
      last.metadata = { of: metadata, text: JSON.stringify(metadata) };
    }
    return last.metadata.text;
  };
  /** Without a key there is nothing to conflict with. */
  const putInto = (table: string) => {
    if (last.view?.table !== table) {
      const put = withoutKey.has(table) ? statements.insertView(table) : statements.putView(table);
      last.view = { table, put };
    }
    return last.view.put;
  };
  const run = <A>(operation: string, work: () => A) =>
    database.run(operation, () => {
      statements.refresh();
      if (loading) completeKeys();
      return work();
    });
  const completeKeys = () => {
    for (const key of keys.values()) {
      if (exists(key.table) && Key.find(database, key) === "none") Key.make(database, key);
    }
    withoutKey.clear();
  };
  /** Only in empty tables: in others the key takes longer to make than it saves. */
  const leaveKeyOut = (key: Key.Key) => {
    keys.set(key.table, key);
    const found = Key.find(database, key);
    const canGo = found === "ours" && statements.anyRow(key.table).get() === undefined;
    if (canGo) Key.drop(database, key);
    if (canGo || found === "none") withoutKey.add(key.table);
  };
  const setLoading = (value: boolean) => {
    loading = value;
  };
  const bulk = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const before = loading;
        setLoading(true);
        return before;
      }),
      // In one step: a fiber that goes on inside must find the key made, or make it.
      (before) =>
        Effect.zipLeft(
          effect,
          run("making the keys of the log", () => setLoading(before)),
        ),
      (before) => Effect.sync(() => setLoading(before)),
    ).pipe(
      Effect.catchAll((error) => Effect.flatMap(streamTwice(error), Effect.fail)),
      database.transaction,
    );
  /** What the key was refused for, where that is what failed. */
  const streamTwice = <E>(error: E): Effect.Effect<E | VersionConflict, StoreError> =>
    error instanceof DatabaseError && isTaken(error.cause)
      ? database.run("looking for a stream that stands twice", () => {
          const stream = Key.broken(database);
          if (stream === undefined) return error;
          return new VersionConflict({ stream, expected: "none", actual: tables.version(stream) });
        })
      : Effect.succeed(error);
  const tables: Tables = {
    version: ({ type, id }) => Number(statements.version().get(type, id)?.version ?? 0),
    hasKey: () => loading || statements.key() !== "none",
    first: ({ type, id }) => {
      const row = statements.history().get(type, id, 0);
      return row === undefined ? undefined : withText(row);
    },
    read: ({ type, id }) => statements.history().all(type, id, 1).map(withText),
    byEventId: (id) => optional(statements.byEventId().get(id)),
    insertEvent: (stream, sequence, event, at) => {
      const metadata = textOf(event.metadata);
      const { type: name, version, payload, id } = event;
      try {
        last.event ??= statements.insertEvent();
        const { changes, lastInsertRowid } = last.event.run(
          stream.type,
          stream.id,
          sequence,
          name,
          version,
          payload,
          metadata,
          id,
          at,
        );
        written(changes, "events");
        return Number(lastInsertRowid);
      } catch (cause) {
        if (isTaken(cause) && tables.version(stream) >= sequence) return undefined;
        throw cause;
      }
    },
    viewRow: (table, id) => view(statements.viewRow(table).get(id)),
    putView: (table, id, version, payload) => {
      written(putInto(table).run(id, version, payload).changes, table);
    },
    dropSnapshot: ({ type, id }) => {
      haveSnapshots ??= statements.anyRow("snapshots").get() !== undefined;
      if (haveSnapshots) statements.dropSnapshot().run(type, id);
    },
    putSnapshot: ({ type, id }, version, { payload, at, schemaVersion }) => {
      haveSnapshots = true;
      statements.putSnapshot().run(type, id, version, payload, at, schemaVersion);
    },
  };

  /** Whether nothing has to be looked at for each, and what comes with each is the same. */
  const canFill = ({ view }: Aggregate.Any, streams: ReadonlyArray<EncodedStream>): boolean => {
    const [first] = streams;
    const canTake = (table: string) => withoutKey.has(table) && !statements.hasTrigger(table);
    if (first === undefined || !canTake("events") || !canTake(view.table)) return false;
    haveSnapshots ??= statements.anyRow("snapshots").get() !== undefined;
    const { type, version, metadata } = first.event;
    return (
      !haveSnapshots &&
      streams.every(({ event }) => {
        return event.type === type && event.version === version && event.metadata === metadata;
      })
    );
  };
  /** All of them by two statements. */
  const fill = (
    { type, view }: Aggregate.Any,
    streams: ReadonlyArray<EncodedStream>,
    at: string,
  ): ReadonlyArray<Appended> => {
    const texts = [
      streams.map(({ id }) => id),
      streams.map(({ event }) => event.payload),
      streams.map((stream) => stream.view),
    ];
    const places = `[0${",0".repeat(streams.length - 1)}]`;
    const [first] = streams as readonly [EncodedStream];
    const { changes, lastInsertRowid } = database.runWith(
      texts,
      statements.fillEvents(),
      type,
      first.event.type,
      first.event.version,
      textOf(first.event.metadata),
      at,
      places,
    );
    written(changes, "events", streams.length);
    const views = database.runWith(texts, statements.fillViews(view.table), places);
    written(views.changes, view.table, streams.length);
    const before = Number(lastInsertRowid) - streams.length;
    return streams.map(({ id }, place) => {
      return { stream: { type, id }, version: 1, position: before + place + 1 };
    });
  };

  /** `freshIn` gives the view tables when all streams are to be fresh ones. */
  const appending = <A, E>(
    freshIn: () => Iterable<string> | undefined,
    work: () => Either.Either<A, E>,
  ) =>
    database.atomic(
      "appending",
      () => {
        statements.refresh();
        withoutKey.clear();
        haveSnapshots = undefined;
        last = {};
        if (loading) {
          const views = freshIn();
          if (views === undefined) completeKeys();
          else {
            leaveKeyOut(Key.ofLog);
            for (const table of views) leaveKeyOut(Key.ofView(table));
          }
        }
        return ownFailures(work);
      },
      changes.signal,
    );

  return {
    transaction: database.transaction,
    afterCommit: database.afterCommit,
    changes: changes.subscribe,
    setup: (viewTables) =>
      run("making the tables of the log", () => {
        setup(database, viewTables);
        statements.forget();
      }),
    isSetUp: (viewTables) =>
      run("looking for the tables of the log", () => isSetUp(database, viewTables)),
    history: ({ type, id }, schemaVersion) =>
      run("reading a history", () => {
        const snapshot =
          schemaVersion !== undefined && statements.columns("snapshots").has("schema_version")
            ? view(statements.snapshot().get(type, id, schemaVersion))
            : undefined;
        const from = snapshot?.version ?? 0;
        const rows = exists("events") ? statements.history().all(type, id, from + 1) : [];
        const version = Number(rows.at(-1)?.sequence ?? from);
        return { snapshot, events: rows.map(withText), version };
      }),
    read: ({ type, id }, { from, direction, limit = -1 } = {}) =>
      run("reading a stream", () => {
        if (!exists("events")) return [];
        const rows =
          direction === "backwards"
            ? statements.readBackwards().all(type, id, from ?? Number.MAX_SAFE_INTEGER, limit)
            : statements.read().all(type, id, from ?? 1, limit);
        return rows.map(recorded);
      }),
    readFirst: (type, ids) =>
      run("reading the first events", () => {
        if (!exists("events")) return ids.map(() => undefined);
        const first = statements.first();
        return ids.map((id) => optional(first.get(type, id)));
      }),
    page: ({ after, limit, aggregates, types }) =>
      run("reading the log", () =>
        exists("events")
          ? statements
              .page(aggregates?.length, types?.length)
              .all(after, ...(aggregates ?? []), ...(types ?? []), limit)
              .map(recorded)
          : [],
      ),
    // Whoever is in a transaction is the only writer.
    holdLog: Effect.void,
    streamPage: (type, after, limit) =>
      run("reading streams", () =>
        exists("events")
          ? statements
              .streamPage(after === 0)
              .all(...(after === 0 ? [type] : [type, after]), limit)
              .map(recorded)
          : [],
      ),
    removeViews: (table, type) =>
      run("removing views", () => {
        if (!exists(table)) return 0;
        if (exists("events")) return statements.removeViews(table).run(type).changes;
        return database.prepare(viewQuery.deleteFrom(table)).run().changes;
      }),
    readLast: run("reading the end of the log", () =>
      exists("events") ? optional(statements.last().get()) : undefined,
    ),
    checkpoints: (name) =>
      run("reading checkpoints", () =>
        exists(checkpointTable)
          ? statements
              .checkpoints(name !== undefined)
              .all(...(name === undefined ? [] : [name]))
              .map(checkpoint)
          : [],
      ),
    lockCheckpoint: () => Effect.void,
    putCheckpoint: ({ name, at, updatedAt }) =>
      run("keeping a checkpoint", () => {
        const place = [at?.position ?? 0, at?.stream.type, at?.stream.id, at?.sequence, at?.digest];
        const values = place.map((value) => value ?? null);
        written(
          statements.putCheckpoint().run(name, ...values, updatedAt).changes,
          checkpointTable,
        );
      }),
    dropCheckpoint: (name) =>
      run(
        "forgetting a checkpoint",
        () => exists(checkpointTable) && statements.dropCheckpoint().run(name).changes > 0,
      ),
    putView: (table, id, { version, payload }) =>
      run("writing a view", () => {
        last = {};
        tables.putView(table, id, version, payload);
      }),
    viewRow: (table, id) =>
      run("reading a view", () => (exists(table) ? tables.viewRow(table, id) : undefined)),
    singles: (type, table, ids) =>
      run("reading streams of one event", () => {
        if (!exists("events")) return [];
        const hasRows = exists(table);
        return ids.flatMap((id) => {
          const stream = { type, id };
          const event = tables.first(stream);
          if (event === undefined || tables.version(stream) > 1) return [];
          return [{ id, event, row: hasRows ? tables.viewRow(table, id) : undefined }];
        });
      }),
    viewPage: (table, after, limit) =>
      run("reading views", () =>
        exists(table)
          ? statements
              .viewPage(table, after === undefined)
              .all(...(after === undefined ? [] : [after]), limit)
              .map(({ id, version, payload }) => {
                return { id, version: Number(version), payload: String(payload) };
              })
          : [],
      ),
    bulk,
    append: (appends, at) =>
      appending(
        () =>
          appends.every(({ expected }) => expected === "none")
            ? new Set(appends.map(({ aggregate }) => aggregate.view.table))
            : undefined,
        () => appendAll(tables, appends, at),
      ),
    appendEncoded: (aggregate, streams, at) =>
      appending(
        () => [aggregate.view.table],
        () =>
          canFill(aggregate, streams)
            ? Either.right(fill(aggregate, streams, at))
            : appendEncoded(tables, aggregate, streams, at),
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
const written = (changes: number, table: string, wanted = 1) => {
  if (changes !== wanted) throw new LeftOut(`a trigger of ${table} keeps rows from being written`);
};

class LeftOut extends Error {}

/** An append runs an aggregate's functions too: what those throw is a defect, not the database's. */
const ownFailures = <A, E>(work: () => Either.Either<A, E>): Exit.Exit<A, E> => {
  try {
    return Either.match(work(), { onLeft: Exit.fail, onRight: Exit.succeed });
  } catch (cause) {
    if (cause instanceof LeftOut || isOfSqlite(cause)) throw cause;
    return Exit.die(cause);
  }
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
  readonly recorded_at: string | null;
}

const checkpointTable = "ledgerfold_checkpoints";

interface CheckpointRow {
  readonly name: string;
  readonly position: number | bigint;
  readonly aggregate_type: string | null;
  readonly aggregate_id: string | null;
  readonly sequence: number | bigint | null;
  readonly digest: string | null;
  readonly updated_at: string;
}

const checkpoint = (row: CheckpointRow): Checkpoint => {
  const { name, position, aggregate_type: type, aggregate_id: id, sequence, digest } = row;
  const updatedAt = row.updated_at;
  if (type === null || id === null || digest === null) return { name, at: null, updatedAt };
  const place = { position: Number(position), stream: { type, id }, sequence: Number(sequence) };
  return { name, at: { ...place, digest }, updatedAt };
};

interface HistoryRow {
  readonly sequence: number | bigint;
  readonly type: string;
  readonly version: string;
  readonly payload: Text;
}

const recorded = (row: EventRow): RecordedEvent => {
  const metadata = Stored.metadata(row.metadata);
  return {
    stream: { type: row.aggregate_type, id: row.aggregate_id },
    sequence: Number(row.sequence),
    position: Number(row.position),
    type: row.event_type,
    version: row.event_version,
    payload: String(row.payload),
    metadata,
    id: row.event_id,
    time: row.recorded_at,
    ...Stored.origin(metadata),
  };
};

const optional = (row: EventRow | undefined) => (row === undefined ? undefined : recorded(row));

const view = (
  row: { version: number | bigint; payload: Text } | undefined,
): StoredView | undefined =>
  row === undefined ? undefined : { version: Number(row.version), payload: String(row.payload) };

const withText = (row: HistoryRow): StoredEvent => {
  const { payload, type, version } = row;
  return typeof payload === "string"
    ? (row as StoredEvent)
    : { type, version, payload: String(payload) };
};

/** A column declared as JSON keeps a text that is nothing but a number as that number. */
type Text = string | number | bigint;
