import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { EncodedStream } from "../EncodedStream.ts";
import type { Appended } from "../EventStore.ts";
import type { AppendTables } from "./AppendTables.ts";
import type { BulkLoad } from "./BulkLoad.ts";
import type { Service } from "./Database.ts";
import type { Statements } from "./Statements.ts";
import * as Failures from "./Failures.ts";

/**
 * Many fresh streams of a bulk load by two statements, one for the events and one for the rows of
 * their view.
 */

export const make = (
  database: Service,
  statements: Statements,
  load: BulkLoad,
  tables: AppendTables,
) => {
  const canTake = (table: string) => !statements.hasTrigger(table);
  return {
    /** Whether no stream has to be looked at, and all events have the same type and metadata. */
    canFill: ({ view }: Aggregate.Any, streams: ReadonlyArray<EncodedStream>): boolean => {
      const [first] = streams;
      if (first === undefined || !load.isRunning()) return false;
      if (!canTake("events") || !canTake(view.table)) return false;
      const { type, version, metadata } = first.event;
      return (
        !tables.hasSnapshots() &&
        streams.every(({ event }) => {
          return event.type === type && event.version === version && event.metadata === metadata;
        })
      );
    },
    /** Nothing, and nothing is written, where a stream is there already. */
    fill: (
      { type, view }: Aggregate.Any,
      streams: ReadonlyArray<EncodedStream>,
      at: string,
    ): ReadonlyArray<Appended> | undefined => {
      const texts = textsOf(streams);
      const places = `[0${",0".repeat(streams.length - 1)}]`;
      const [first] = streams as readonly [EncodedStream];
      const events = () =>
        database.runWith(
          texts,
          statements.fillEvents(),
          type,
          first.event.type,
          first.event.version,
          tables.textOf(first.event.metadata),
          at,
          places,
        );
      const filled = Failures.unlessTaken(events);
      if (filled === undefined) return undefined;
      const { changes, lastInsertRowid } = filled;
      Failures.insistWritten(changes, "events", streams.length);
      const hasKey = !load.isWithoutKey(view.table);
      const views = database.runWith(
        hasKey ? textsOf(inOrder(streams)) : texts,
        statements.fillViews(view.table, hasKey),
        places,
      );
      Failures.insistWritten(views.changes, view.table, streams.length);
      const before = Number(lastInsertRowid) - streams.length;
      return streams.map(({ id }, place) => {
        return { stream: { type, id }, version: 1, position: before + place + 1 };
      });
    },
  };
};

const textsOf = (streams: ReadonlyArray<EncodedStream>) => [
  streams.map(({ id }) => id),
  streams.map(({ event }) => event.payload),
  streams.map((stream) => stream.view),
];

/** Of the key that is there, near enough: neighbours share its pages. */
const inOrder = (streams: ReadonlyArray<EncodedStream>): ReadonlyArray<EncodedStream> =>
  [...streams].sort((a, b) => (a.id < b.id ? -1 : 1));
