import { Effect } from "effect";
import type { ViewRows } from "../internal/Engine.ts";
import * as Page from "../internal/Page.ts";
import type { Service } from "./Database.ts";
import * as Failures from "./Failures.ts";
import type { FoundTables } from "./FoundTables.ts";
import type { Removal } from "./Removal.ts";
import * as Row from "./Row.ts";
import type { Statements } from "./Statements.ts";
import { escapeNul, unescapeNul } from "./Text.ts";

/** The rows of views, outside of appends. */
export const make = (
  { database, use }: Service,
  statements: Statements,
  { exists, find }: FoundTables,
  { remove }: Removal,
): ViewRows => ({
  putView: (table, id, { version, payload }) =>
    use((session) =>
      Effect.flatMap(
        session.execute("writing a view", statements.putView(table), [
          escapeNul(id),
          version,
          payload,
        ]),
        Failures.insistWritten(database, "writing a view", table),
      ),
    ),
  viewRow: (table, id) =>
    find(table, undefined, (session) =>
      Effect.map(
        session.execute("reading a view", statements.viewRow(table), [escapeNul(id)]),
        ([row]) => row,
      ),
    ),
  viewPage: (table, after, limit) =>
    find(table, Page.none, (session) =>
      Effect.map(
        session.execute("reading views", statements.viewPage(table, after === undefined), [
          ...(after === undefined ? [] : [escapeNul(after)]),
          limit,
        ]),
        (rows) => Page.map(Row.page(rows), (row) => ({ ...row, id: unescapeNul(row.id) })),
      ),
    ),
  singles: (type, table, ids) =>
    find("events", [], (session) =>
      Effect.gen(function* () {
        const view = (yield* exists(session, table)) ? table : undefined;
        const rows = yield* session.execute(
          "reading streams of one event",
          statements.singles(view),
          [
            JSON.stringify(ids.map((id) => ({ id: escapeNul(id) }))),
            escapeNul(type),
            escapeNul(type),
          ],
        );
        return rows.map((row) => {
          const { type, version, payload, view_version, view_payload } = row;
          const event = { type: unescapeNul(type), version: unescapeNul(version), payload };
          const found =
            view_version === null || view_payload === null
              ? undefined
              : { version: view_version, payload: view_payload };
          return { id: ids[row.place - 1] ?? "", event, row: found };
        });
      }),
    ),
  removeViews: (table, type) =>
    find(table, 0, (session) =>
      remove(session, "removing views", table, statements.removeViews(table), [
        escapeNul(type),
        escapeNul(type),
      ]),
    ),
});
