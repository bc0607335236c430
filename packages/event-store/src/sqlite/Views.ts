import type { ViewRows } from "../internal/Engine.ts";
import type { BulkLoad } from "./BulkLoad.ts";
import type { Service } from "./Database.ts";
import * as Row from "./Row.ts";
import type { Statements } from "./Statements.ts";
import { viewQuery } from "./LogTables.ts";
import * as Failures from "./Failures.ts";

/** The rows of views, outside of appends. */
export const make = (database: Service, statements: Statements, { run }: BulkLoad): ViewRows => {
  const find = (table: string, id: string) => Row.storedView(statements.viewRow(table).get(id));
  return {
    putView: (table, id, { version, payload }) =>
      run("writing a view", () => {
        Failures.insistWritten(statements.putView(table).run(id, version, payload).changes, table);
      }),
    viewRow: (table, id) =>
      run("reading a view", () => (statements.exists(table) ? find(table, id) : undefined)),
    viewPage: (table, after, limit) =>
      run("reading views", () =>
        statements.exists(table)
          ? statements
              .viewPage(table, after === undefined)
              .all(...(after === undefined ? [] : [after]), limit)
              .map(({ id, version, payload }) => {
                return { id, version: Number(version), payload: String(payload) };
              })
          : [],
      ),
    singles: (type, table, ids) =>
      run("reading streams of one event", () => {
        if (!statements.exists("events")) return [];
        const hasRows = statements.exists(table);
        return ids.flatMap((id) => {
          const event = statements.history().get(type, id, 0);
          if (event === undefined || statements.lastSequence({ type, id }) > 1) return [];
          const row = hasRows ? find(table, id) : undefined;
          return [{ id, event: Row.storedEvent(event), row }];
        });
      }),
    removeViews: (table, type) =>
      run("removing views", () => {
        if (!statements.exists(table)) return 0;
        if (statements.exists("events")) return statements.removeViews(table).run(type).changes;
        return database.prepare(viewQuery.deleteFrom(table)).run().changes;
      }),
  };
};
