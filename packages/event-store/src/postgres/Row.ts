import type { Checkpoint } from "../Checkpoint.ts";
import type { RecordedEvent } from "../EventStore.ts";
import * as Page from "../internal/Page.ts";
import * as Stored from "../internal/Stored.ts";
import type { CheckpointRow, EventRow } from "./Statements.ts";
import { unescapeNul } from "./Text.ts";

/**
 * What the server gave for a page. It counts the bytes in its own encoding, so that a page that is only
 * half full here may have been cut there.
 */
export const page = <Row extends { readonly payload: string; readonly view_payload?: string }>(
  rows: ReadonlyArray<Row>,
): Page.Page<Row> => {
  const size = rows.reduce(
    (sum, row) => sum + Page.sizeOf(row) + Page.sizeOf({ payload: row.view_payload }),
    0,
  );
  return { rows, isCut: 2 * size >= Page.bytes };
};

export const recorded = (row: EventRow): RecordedEvent => {
  const metadata = Stored.metadata(row.metadata);
  return {
    stream: { type: unescapeNul(row.aggregate_type), id: unescapeNul(row.aggregate_id) },
    sequence: row.sequence,
    position: row.position,
    type: unescapeNul(row.event_type),
    version: unescapeNul(row.event_version),
    payload: row.payload,
    metadata,
    id: row.event_id === null ? null : unescapeNul(row.event_id),
    time: row.recorded_at,
    ...Stored.origin(metadata),
  };
};

export const checkpoint = (row: CheckpointRow): Checkpoint => {
  const { position, aggregate_type: type, aggregate_id: id, sequence, digest } = row;
  const [name, updatedAt] = [unescapeNul(row.name), row.updated_at];
  if (type === null || id === null || sequence === null || digest === null) {
    return { name, at: null, updatedAt };
  }
  const stream = { type: unescapeNul(type), id: unescapeNul(id) };
  return { name, at: { position, stream, sequence, digest }, updatedAt };
};
