import type { EventReads } from "../internal/Engine.ts";
import * as Page from "../internal/Page.ts";
import type { BulkLoad } from "./BulkLoad.ts";
import type { Service } from "./Database.ts";
import * as Row from "./Row.ts";
import type { Statements } from "./Statements.ts";
import { query } from "./LogTables.ts";

/** Reads events. In a file that was never set up there are none. */
export const make = (database: Service, statements: Statements, { run }: BulkLoad): EventReads => ({
  history: ({ type, id }, schemaVersion, after = 0) =>
    run("reading a history", () => {
      const snapshot =
        schemaVersion !== undefined &&
        statements.columns("snapshots").has("schema_version") &&
        statements.columns("events").has("recorded_at")
          ? Row.storedView(statements.snapshot().get(type, id, schemaVersion))
          : undefined;
      const from = snapshot?.version ?? after;
      const { rows, isCut } = statements.exists("events")
        ? Page.take(statements.history().iterate(type, id, from + 1))
        : Page.none;
      const last = rows.at(-1);
      const version = last === undefined ? from : Row.sequence(last.sequence);
      return { snapshot, events: rows.map(Row.storedEvent), version, isCut };
    }),
  read: ({ type, id }, { from, direction, limit = -1 } = {}) =>
    run("reading a stream", () => {
      if (!statements.exists("events")) return [];
      const rows =
        direction === "backwards"
          ? statements.readBackwards().all(type, id, from ?? Number.MAX_SAFE_INTEGER, limit)
          : statements.read().all(type, id, from ?? 1, limit);
      return rows.map(Row.recorded);
    }),
  readFirst: (type, ids) =>
    run("reading the first events", () => {
      if (!statements.exists("events")) return ids.map(() => undefined);
      const first = statements.first();
      return ids.map((id) => Row.recordedIfAny(first.get(type, id)));
    }),
  readLast: run("reading the end of the log", () =>
    statements.exists("events") ? Row.recordedIfAny(statements.last().get()) : undefined,
  ),
  page: ({ after, limit, aggregates, types }) =>
    run("reading the log", () =>
      statements.exists("events")
        ? Page.map(
            Page.take(
              statements
                .page(aggregates?.length, types?.length)
                .iterate(after, ...(aggregates ?? []), ...(types ?? []), limit),
            ),
            Row.recorded,
          )
        : Page.none,
    ),
  streamPage: (type, after, limit) =>
    run("reading streams", () =>
      statements.exists("events")
        ? Page.map(
            Page.take(
              statements
                .streamPage(after === 0)
                .iterate(...(after === 0 ? [type] : [type, after]), limit),
            ),
            Row.recorded,
          )
        : Page.none,
    ),
  count: (types) =>
    run("counting events", () => {
      if (!statements.exists("events")) return new Map();
      const counts = database.execute(
        query
          .selectFrom("events")
          .select(({ fn }) => ["aggregate_type", fn.countAll<bigint>().as("events")])
          .where("aggregate_type", "in", types)
          .groupBy("aggregate_type"),
      );
      return new Map(counts.map((row) => [row.aggregate_type, Number(row.events)]));
    }),
});
