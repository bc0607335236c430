import { Effect } from "effect";
import type { RecordedEvent } from "../EventStore.ts";
import type { EventReads } from "../internal/Engine.ts";
import * as Page from "../internal/Page.ts";
import type { FoundTables } from "./FoundTables.ts";
import * as Row from "./Row.ts";
import type { EventRow, Statements } from "./Statements.ts";
import { escapeNul, unescapeNul } from "./Text.ts";

/** So many events that the rest of a history is asked for by itself. */
const mostOfHistory = 10_000;

/** So many events of a stream may be read before anybody looks how large they are. */
const shortStream = 32;

const nothing = { snapshot: undefined, events: [], isCut: false };

const pageOf = (rows: ReadonlyArray<EventRow>): Page.Page<RecordedEvent> =>
  Page.map(Row.page(rows), Row.recorded);

/** Reads events. In a database that was never set up there are none. */
export const make = (statements: Statements, { find }: FoundTables): EventReads => ({
  history: ({ type, id }, schemaVersion, after = 0) =>
    find("events", { ...nothing, version: after }, (session) => {
      const stream = [escapeNul(type), escapeNul(id)];
      const select = (statement: ReturnType<Statements["sinceSnapshot"]>, limit: number) =>
        session.execute("reading a history", statement, [
          ...[...stream, schemaVersion ?? null],
          ...[...stream, after, limit],
        ]);
      return Effect.map(
        Effect.flatMap(select(statements.shortSinceSnapshot(), shortStream), (rows) =>
          rows.length < shortStream
            ? Effect.succeed(rows)
            : select(statements.sinceSnapshot(), mostOfHistory),
        ),
        (rows) => {
          const [first] = rows;
          const snapshot =
            first?.type === null ? { version: first.sequence, payload: first.payload } : undefined;
          const found = snapshot === undefined ? rows : rows.slice(1);
          const { rows: events } = Page.take(found);
          const version = events.at(-1)?.sequence ?? snapshot?.version ?? after;
          return {
            snapshot,
            events: events.map(({ type, version, payload }) => {
              return {
                type: unescapeNul(type ?? ""),
                version: unescapeNul(version ?? ""),
                payload,
              };
            }),
            version,
            isCut: events.length === mostOfHistory || Row.page(events).isCut,
          };
        },
      );
    }),
  read: ({ type, id }, { from, direction, limit } = {}) =>
    find("events", [], (session) => {
      const isBackwards = direction === "backwards";
      return Effect.map(
        session.execute("reading a stream", statements.read(isBackwards ? "desc" : "asc"), [
          ...[escapeNul(type), escapeNul(id)],
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
            ids.map(escapeNul),
            escapeNul(type),
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
  readLast: find("events", undefined, (session) =>
    Effect.map(session.execute("reading the end of the log", statements.last()), ([row]) =>
      row === undefined ? undefined : Row.recorded(row),
    ),
  ),
  page: ({ after, limit, aggregates, types }) =>
    find("events", Page.none, (session) =>
      Effect.map(
        session.execute(
          "reading the log",
          statements.page(aggregates !== undefined, types !== undefined),
          [
            after,
            ...(aggregates === undefined ? [] : [aggregates.map(escapeNul)]),
            ...(types === undefined ? [] : [types.map(escapeNul)]),
            limit,
          ],
        ),
        pageOf,
      ),
    ),
  streamPage: (type, after, limit) =>
    find("events", Page.none, (session) =>
      Effect.map(
        session.execute("reading streams", statements.streamPage(after === 0), [
          escapeNul(type),
          ...(after === 0 ? [] : [after]),
          limit,
        ]),
        pageOf,
      ),
    ),
  count: (types) =>
    find("events", new Map(), (session) =>
      Effect.map(
        session.execute("counting events", statements.count(), [types.map(escapeNul)]),
        (rows) => new Map(rows.map((row) => [unescapeNul(row.aggregate_type), row.events])),
      ),
    ),
});
