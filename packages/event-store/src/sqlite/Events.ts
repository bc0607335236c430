import type { EventReads } from "../internal/Engine.ts";
import * as Page from "../internal/Page.ts";
import type { BulkLoad } from "./BulkLoad.ts";
import type { Service } from "./Database.ts";
import type { StreamId } from "../Event.ts";
import type { HistoryRow } from "./Row.ts";
import * as Row from "./Row.ts";
import type { Statements } from "./Statements.ts";
import { query } from "./LogTables.ts";

/** Reads events. In a file that was never set up there are none. */
export const make = (database: Service, statements: Statements, { run }: BulkLoad): EventReads => {
  /** Those after a sequence. A short stream comes in one call, which takes less than one for each row. */
  const historyPage = ({ type, id }: StreamId, after: number): Page.Page<HistoryRow> => {
    const first = statements.historyUpTo(shortStream).all(type, id, after + 1);
    const page = Page.take(first);
    return page.isCut || first.length < shortStream
      ? page
      : Page.take(statements.history().iterate(type, id, after + 1));
  };
  return {
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
          ? historyPage({ type, id }, from)
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
  };
};

/** So many events of a stream may be read before anybody looks how large they are. */
const shortStream = 32;
