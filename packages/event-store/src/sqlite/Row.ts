import type { StoredEvent } from "@ledgerfold/aggregate/EventCodec";
import type { Checkpoint } from "../Checkpoint.ts";
import type { RecordedEvent } from "../Event.ts";
import type { StoredView } from "../internal/Engine.ts";
import * as Stored from "../internal/Stored.ts";

/** Rows as the statements return them, whole integers as `bigint`, to what the store returns. */

export interface EventRow {
  readonly position: number | bigint;
  readonly aggregate_type: string;
  readonly aggregate_id: Text;
  readonly sequence: number | bigint;
  readonly event_type: string;
  readonly event_version: string;
  readonly payload: Text;
  readonly metadata: string;
  readonly event_id: string | null;
  readonly recorded_at: string | null;
}

export interface HistoryRow {
  readonly sequence: number | bigint;
  readonly type: string;
  readonly version: string;
  readonly payload: Text;
}

export interface CheckpointRow {
  readonly name: string;
  readonly position: number | bigint;
  readonly aggregate_type: string | null;
  readonly aggregate_id: string | null;
  readonly sequence: number | bigint | null;
  readonly digest: string | null;
  readonly updated_at: string;
}

/** SQLite gives a JSON column NUMERIC affinity, so a text that is only a number comes as a number; others may have declared ids so, too. */
export type Text = string | number | bigint;

export const recorded = (row: EventRow): RecordedEvent => {
  const metadata = Stored.metadata(row.metadata);
  return {
    stream: { type: row.aggregate_type, id: String(row.aggregate_id) },
    sequence: Number(row.sequence),
    position: Number(row.position),
    type: row.event_type,
    version: row.event_version,
    payload: String(row.payload),
    metadata,
    id: row.event_id,
    time: row.recorded_at,
    ...Stored.origin(metadata),
  };
};

export const recordedIfAny = (row: EventRow | undefined): RecordedEvent | undefined =>
  row === undefined ? undefined : recorded(row);

export const storedEvent = (row: HistoryRow): StoredEvent => {
  const { payload, type, version } = row;
  return typeof payload === "string"
    ? (row as StoredEvent)
    : { type, version, payload: String(payload) };
};

export const storedView = (
  row: { readonly version: number | bigint; readonly payload: Text } | undefined,
): StoredView | undefined =>
  row === undefined ? undefined : { version: Number(row.version), payload: String(row.payload) };

export const checkpoint = (row: CheckpointRow): Checkpoint => {
  const { name, position, aggregate_type: type, aggregate_id: id, sequence, digest } = row;
  const updatedAt = row.updated_at;
  if (type === null || id === null || digest === null) return { name, at: null, updatedAt };
  const place = { position: Number(position), stream: { type, id }, sequence: Number(sequence) };
  return { name, at: { ...place, digest }, updatedAt };
};
