import type { Checkpoint } from "../Checkpoint.ts";
import type { RecordedEvent } from "../EventStore.ts";
import * as Stored from "../internal/Stored.ts";
import type { CheckpointRow, EventRow } from "./Statements.ts";
import { read } from "./Tables.ts";

export const recorded = (row: EventRow): RecordedEvent => {
  const metadata = Stored.metadata(row.metadata);
  return {
    stream: { type: read(row.aggregate_type), id: read(row.aggregate_id) },
    sequence: row.sequence,
    position: row.position,
    type: read(row.event_type),
    version: read(row.event_version),
    payload: row.payload,
    metadata,
    id: row.event_id === null ? null : read(row.event_id),
    time: row.recorded_at,
    ...Stored.origin(metadata),
  };
};

export const checkpoint = (row: CheckpointRow): Checkpoint => {
  const { position, aggregate_type: type, aggregate_id: id, sequence, digest } = row;
  const kept = { name: read(row.name), updatedAt: row.updated_at };
  if (type === null || id === null || sequence === null || digest === null) {
    return { ...kept, at: null };
  }
  return {
    ...kept,
    at: { position, stream: { type: read(type), id: read(id) }, sequence, digest },
  };
};
