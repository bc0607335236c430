import type { Metadata } from "../Event.ts";
import type { AppendSteps } from "../internal/append.ts";
import type { BulkLoad } from "./BulkLoad.ts";
import type { Statement } from "./Database.ts";
import * as Row from "./Row.ts";
import type { Statements } from "./Statements.ts";
import * as UniqueKey from "./UniqueKey.ts";
import * as Failures from "./Failures.ts";

/** The steps of an append in the tables of a file. */
export interface AppendTables extends AppendSteps {
  /** To be called as an append begins: what was remembered of the one before is forgotten. */
  readonly begin: () => void;
  readonly hasSnapshots: () => boolean;
  readonly textOf: (metadata: Metadata) => string;
}

export const make = (statements: Statements, load: BulkLoad): AppendTables => {
  /** Asked once an append. */
  let anySnapshots: boolean | undefined;
  /** What is the same for most rows of an append, remembered from one row to the next. */
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
  /** A table without its unique key takes plain inserts, as `on conflict` needs a key. */
  const putInto = (table: string) => {
    if (last.view?.table !== table) {
      const put = load.isWithoutKey(table)
        ? statements.insertView(table)
        : statements.putView(table);
      last.view = { table, put };
    }
    return last.view.put;
  };
  const hasSnapshots = () => {
    anySnapshots ??= statements.anyRow("snapshots").get() !== undefined;
    return anySnapshots;
  };

  return {
    begin: () => {
      anySnapshots = undefined;
      last = {};
    },
    hasSnapshots,
    textOf,
    version: statements.lastSequence,
    hasKey: () => load.isRunning() || statements.key(UniqueKey.ofLog) !== "none",
    first: ({ type, id }) => {
      const row = statements.history().get(type, id, 0);
      return row === undefined ? undefined : Row.storedEvent(row);
    },
    read: ({ type, id }) => statements.history().all(type, id, 1).map(Row.storedEvent),
    byEventId: (id) => Row.recordedIfAny(statements.byEventId().get(id)),
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
        Failures.insistWritten(changes, "events");
        return Number(lastInsertRowid);
      } catch (cause) {
        if (Failures.isTaken(cause) && statements.lastSequence(stream) >= sequence)
          return undefined;
        throw cause;
      }
    },
    viewRow: (table, id) => Row.storedView(statements.viewRow(table).get(id)),
    putView: (table, id, version, payload) => {
      Failures.insistWritten(putInto(table).run(id, version, payload).changes, table);
    },
    dropSnapshot: ({ type, id }) => {
      if (hasSnapshots()) statements.dropSnapshot().run(type, id);
    },
    putSnapshot: ({ type, id }, version, { payload, at, schemaVersion }) => {
      anySnapshots = true;
      const put = statements.putSnapshot();
      const { changes } = put.run(type, id, version, payload, at, schemaVersion);
      Failures.insistWritten(changes, "snapshots");
    },
  };
};
