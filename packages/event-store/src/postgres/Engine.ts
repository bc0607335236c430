import { Effect, Either } from "effect";
import * as EncodedStream from "../EncodedStream.ts";
import type { Engine } from "../internal/Engine.ts";
import type { Service, Session } from "./Database.ts";
import * as Appender from "./Appender.ts";
import * as Lock from "./Lock.ts";
import * as Row from "./Row.ts";
import { columns, isSetUp, setup } from "./Schema.ts";
import * as Statements from "./Statements.ts";
import { read, written } from "./Tables.ts";

/** An engine in one schema of a PostgreSQL database. */
export const make = (database: Service): Engine => {
  const { schema, use, changes } = database;
  const statements = Statements.make(schema);
  const append = Appender.make(database, statements);
  /** Those known to be there to stay. */
  const tables = new Set<string>();
  /** In a database that was never set up there is nothing to find. */
  const exists = (session: Session, table: string) =>
    tables.has(table)
      ? Effect.succeed(true)
      : Effect.map(columns(session, schema, table), ({ size }) => {
          if (size > 0 && !session.isInTransaction) tables.add(table);
          return size > 0;
        });
  const find = <A, E, R>(
    table: string,
    otherwise: A,
    work: (session: Session) => Effect.Effect<A, E, R>,
  ) =>
    use((session) =>
      Effect.flatMap(exists(session, table), (exists) =>
        exists ? work(session) : Effect.succeed(otherwise),
      ),
    );

  const appending: Engine["append"] = (appends, at) =>
    appends.length === 0
      ? Effect.succeed([])
      : Effect.zipLeft(append({ appends, at }), database.afterCommit(changes.signal));

  return {
    transaction: database.transaction,
    afterCommit: database.afterCommit,
    changes: changes.subscribe,
    bulk: database.transaction,
    setup: (viewTables) => use((session) => setup(database, session, viewTables)),
    isSetUp: (viewTables) => use((session) => isSetUp(session, schema, viewTables)),
    append: appending,
    // Beside the way to a server, to encode them once more is nothing.
    appendEncoded: (aggregate, streams, at) =>
      Effect.flatMap(
        Either.all(streams.map((stream) => EncodedStream.toAppend(aggregate, stream))),
        (appends) => appending(appends, at),
      ),
    history: ({ type, id }, schemaVersion) =>
      find("events", { snapshot: undefined, events: [], version: 0 }, (session) => {
        const stream = [written(type), written(id)];
        return Effect.map(
          session.execute("reading a history", statements.sinceSnapshot(), [
            ...stream,
            schemaVersion ?? null,
            ...stream,
          ]),
          (rows) => {
            const version = rows.at(-1)?.sequence ?? 0;
            const [first] = rows;
            const snapshot =
              first?.type === null
                ? { version: first.sequence, payload: first.payload }
                : undefined;
            const events = rows.slice(snapshot === undefined ? 0 : 1);
            return {
              snapshot,
              events: events.map(({ type, version, payload }) => {
                return { type: read(type ?? ""), version: read(version ?? ""), payload };
              }),
              version,
            };
          },
        );
      }),
    read: ({ type, id }, { from, direction, limit } = {}) =>
      find("events", [], (session) => {
        const isBackwards = direction === "backwards";
        return Effect.map(
          session.execute("reading a stream", statements.read(isBackwards ? "desc" : "asc"), [
            ...[written(type), written(id)],
            from ?? (isBackwards ? Number.MAX_SAFE_INTEGER : 1),
            limit ?? null,
          ]),
          (rows) => rows.map(Row.recorded),
        );
      }),
    readFirst: (type, ids) =>
      find(
        "events",
        ids.map(() => undefined),
        (session) =>
          Effect.map(
            session.execute("reading the first events", statements.first(), [
              ids.map(written),
              written(type),
            ]),
            (rows) => {
              const found = new Map(rows.map((row) => [row.place, row]));
              return ids.map((_, at) => {
                const row = found.get(at + 1);
                return row === undefined ? undefined : Row.recorded(row);
              });
            },
          ),
      ),
    page: ({ after, limit, aggregates, types }) =>
      find("events", [], (session) =>
        Effect.map(
          session.execute(
            "reading the log",
            statements.page(aggregates !== undefined, types !== undefined),
            [
              after,
              ...(aggregates === undefined ? [] : [aggregates.map(written)]),
              ...(types === undefined ? [] : [types.map(written)]),
              limit,
            ],
          ),
          (rows) => rows.map(Row.recorded),
        ),
      ),
    holdLog: use((session) =>
      Effect.zipRight(
        session.execute("waiting for other writers", Lock.take(schema)),
        Effect.asVoid(
          session.execute("announcing views to be made anew", statements.nextGeneration()),
        ),
      ),
    ),
    streamPage: (type, after, limit) =>
      find("events", [], (session) =>
        Effect.map(
          session.execute("reading streams", statements.streamPage(after === 0), [
            written(type),
            ...(after === 0 ? [] : [after]),
            limit,
          ]),
          (rows) => rows.map(Row.recorded),
        ),
      ),
    removeViews: (table, type) =>
      find(table, 0, (session) =>
        Effect.map(
          session.execute("removing views", statements.removeViews(table), [written(type)]),
          ([row]) => row?.removed ?? 0,
        ),
      ),
    readLast: find("events", undefined, (session) =>
      Effect.map(session.execute("reading the end of the log", statements.last()), ([row]) =>
        row === undefined ? undefined : Row.recorded(row),
      ),
    ),
    checkpoints: (name) =>
      find(checkpointTable, [], (session) =>
        Effect.map(
          session.execute(
            "reading checkpoints",
            statements.checkpoints(name !== undefined),
            name === undefined ? [] : [written(name)],
          ),
          (rows) => rows.map(Row.checkpoint),
        ),
      ),
    lockCheckpoint: (name) =>
      use((session) =>
        Effect.asVoid(
          session.execute("waiting for a checkpoint", Lock.ofCheckpoint, [
            `${schema} ${written(name)}`,
          ]),
        ),
      ),
    putCheckpoint: ({ name, at, updatedAt }) =>
      use((session) =>
        Effect.asVoid(
          session.execute("keeping a checkpoint", statements.putCheckpoint(), [
            written(name),
            ...(at === null
              ? [0, null, null, null, null]
              : [
                  at.position,
                  written(at.stream.type),
                  written(at.stream.id),
                  at.sequence,
                  at.digest,
                ]),
            updatedAt,
          ]),
        ),
      ),
    dropCheckpoint: (name) =>
      find(checkpointTable, false, (session) =>
        Effect.map(
          session.execute("forgetting a checkpoint", statements.dropCheckpoint(), [written(name)]),
          (rows) => rows.length > 0,
        ),
      ),
    putView: (table, id, { version, payload }) =>
      use((session) =>
        Effect.asVoid(
          session.execute("writing a view", statements.putView(table), [
            written(id),
            version,
            payload,
          ]),
        ),
      ),
    viewRow: (table, id) =>
      find(table, undefined, (session) =>
        Effect.map(
          session.execute("reading a view", statements.viewRow(table), [written(id)]),
          ([row]) => row,
        ),
      ),
    singles: (type, table, ids) =>
      find("events", [], (session) =>
        Effect.gen(function* () {
          const view = (yield* exists(session, table)) ? table : undefined;
          const rows = yield* session.execute(
            "reading streams of one event",
            statements.singles(view),
            [JSON.stringify(ids.map((id) => ({ id: written(id) }))), written(type), written(type)],
          );
          return rows.map((row) => {
            const { type, version, payload, view_version, view_payload } = row;
            const event = { type: read(type), version: read(version), payload };
            const found =
              view_version === null || view_payload === null
                ? undefined
                : { version: view_version, payload: view_payload };
            return { id: ids[row.place - 1] ?? "", event, row: found };
          });
        }),
      ),
    viewPage: (table, after, limit) =>
      find(table, [], (session) =>
        Effect.map(
          session.execute("reading views", statements.viewPage(table, after === undefined), [
            ...(after === undefined ? [] : [written(after)]),
            limit,
          ]),
          (rows) => rows.map((row) => ({ ...row, id: read(row.id) })),
        ),
      ),
    count: (types) =>
      find("events", new Map(), (session) =>
        Effect.map(
          session.execute("counting events", statements.count(), [types.map(written)]),
          (rows) => new Map(rows.map((row) => [read(row.aggregate_type), row.events])),
        ),
      ),
    erase: (types, viewTables) =>
      find("events", 0, (session) =>
        Effect.gen(function* () {
          const run = (statement: ReturnType<typeof Lock.take>, ...parameters: Array<unknown>) =>
            session.execute("erasing", statement, parameters);
          const names = types.map(written);
          yield* run(Lock.take(schema));
          yield* run(statements.keepPosition());
          yield* run(statements.nextGeneration());
          for (const table of viewTables) {
            if (yield* exists(session, table)) yield* run(statements.eraseView(table));
          }
          yield* run(statements.eraseSnapshots(), names);
          const [row] = yield* session.execute("erasing", statements.eraseEvents(), [names]);
          return row?.erased ?? 0;
        }),
      ),
  };
};

const checkpointTable = "ledgerfold_checkpoints";
