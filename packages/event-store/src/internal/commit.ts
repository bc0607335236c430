import { Either } from "effect";
import {
  type Appended,
  EventIdReused,
  type RecordedEvent,
  type StreamId,
  VersionConflict,
} from "../EventStore.ts";
import type { Write, WrittenEvent } from "./Engine.ts";

/** The synchronous verbs that a commit is made of, inside a transaction that the caller holds. */
export interface Tables {
  /** The stream's last sequence; 0 when it has no events. */
  readonly version: (stream: StreamId) => number;
  readonly byEventId: (id: string) => RecordedEvent | undefined;
  /** Returns the position that the event got; nothing when the stream has that sequence already. */
  readonly insertEvent: (
    stream: StreamId,
    sequence: number,
    event: WrittenEvent,
  ) => number | undefined;
  readonly putView: (table: string, id: string, version: number, payload: string) => void;
  readonly dropSnapshot: (stream: StreamId) => void;
  readonly putSnapshot: (
    stream: StreamId,
    version: number,
    snapshot: NonNullable<Write["snapshot"]>,
  ) => void;
}

/** Writes until the first refusal; the caller rolls back what came before it. */
export const commit = (
  tables: Tables,
  writes: ReadonlyArray<Write>,
): Either.Either<ReadonlyArray<Appended>, VersionConflict | EventIdReused> => {
  const results: Array<Appended> = [];
  for (const write of writes) {
    const earlier = alreadyWritten(tables, write);
    if (earlier instanceof EventIdReused) return Either.left(earlier);
    if (earlier !== undefined) {
      results.push(earlier);
      continue;
    }
    const { stream, expected, events, view, snapshot } = write;
    // A fresh stream is not looked for: its first event would have no place in it.
    const before = expected === "none" ? 0 : tables.version(stream);
    if (expected !== "none" && before !== expected) {
      return Either.left(new VersionConflict({ stream, expected, actual: before }));
    }
    let position = 0;
    for (const [index, event] of events.entries()) {
      const inserted = tables.insertEvent(stream, before + index + 1, event);
      if (inserted === undefined) {
        const actual = tables.version(stream);
        return Either.left(new VersionConflict({ stream, expected, actual }));
      }
      position = inserted;
    }
    const version = before + events.length;
    tables.putView(view.table, stream.id, version, view.payload);
    if (snapshot !== undefined) tables.putSnapshot(stream, version, snapshot);
    // A fresh stream may have been there before: what was kept of that one says nothing of this.
    else if (before === 0) tables.dropSnapshot(stream);
    results.push({ stream, version, position });
  }
  return Either.right(results);
};

/**
 * What to answer to a write whose events carry ids: nothing when the log knows none of them, the
 * first result when it holds exactly these events, and a refusal for anything between.
 */
const alreadyWritten = (tables: Tables, write: Write): Appended | EventIdReused | undefined => {
  const { stream, events } = write;
  const ids = events.flatMap(({ id }) => (id === null ? [] : [id]));
  const twice = new Set(ids).size < ids.length ? ids.find((id, at) => ids.indexOf(id) < at) : null;
  if (typeof twice === "string") return new EventIdReused({ stream, eventId: twice });

  const found = events.map(({ id }) => (id === null ? undefined : tables.byEventId(id)));
  const known = found.find((event) => event !== undefined);
  if (known === undefined) return undefined;
  const start = found[0]?.sequence ?? 0;
  const same = events.every((event, index) => {
    const there = found[index];
    return (
      there?.stream.type === stream.type &&
      there.stream.id === stream.id &&
      there.sequence === start + index &&
      there.type === event.type &&
      there.payload === event.payload
    );
  });
  const last = found.at(-1);
  return same && last !== undefined
    ? { stream, version: last.sequence, position: last.position }
    : new EventIdReused({ stream, eventId: known.id ?? "" });
};
