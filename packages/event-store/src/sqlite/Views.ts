import type { ViewRows } from "../internal/Engine.ts";
import * as Page from "../internal/Page.ts";
import { sql } from "kysely";
import type { BulkLoad } from "./BulkLoad.ts";
import type { Service } from "./Database.ts";
import { remove } from "./Removal.ts";
import * as Row from "./Row.ts";
import type { Statements } from "./Statements.ts";
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
          ? Page.map(
              Page.take(
                statements
                  .viewPage(table, after === undefined)
                  .iterate(...(after === undefined ? [] : [after]), limit),
              ),
              ({ id, version, payload }) => {
                return { id, version: Number(version), payload: String(payload) };
              },
            )
          : Page.none,
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
        const rows = sql.table(table);
        return statements.exists("events")
          ? remove(
              database,
              table,
              sql`${rows} where not exists (select 1 from events
                where aggregate_type = ${type} and aggregate_id = ${rows}.view_id)`,
            )
          : remove(database, table, rows);
      }),
  };
};
