import type { StoredEvent } from "@ledgerfold/aggregate/EventCodec";
import type { Checkpoint } from "../Checkpoint.ts";
import type { RecordedEvent } from "../Event.ts";
import type { StoredView } from "../internal/Engine.ts";
import * as Stored from "../internal/Stored.ts";

/** Rows as the statements return them, whole integers as `bigint`, to what the store returns. */

export interface EventRow {
  readonly position: number | bigint;
  readonly aggregate_type: Cell;
  readonly aggregate_id: Cell;
  readonly sequence: Cell;
  readonly event_type: Cell;
  readonly event_version: Cell;
  readonly payload: Cell;
  readonly metadata: string;
  readonly event_id: Cell | null;
  readonly recorded_at: Cell | null;
}

export interface HistoryRow {
  readonly sequence: Cell;
  readonly type: Cell;
  readonly version: Cell;
  readonly payload: Cell;
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

/**
 * SQLite gives a JSON column NUMERIC affinity, so a text that is only a number comes as a number; others
 * may have declared ids so, too. And whatever a column is declared to hold, others may have put bytes
 * there.
 */
export type Cell = string | number | bigint | Uint8Array;

export const recorded = (row: EventRow): RecordedEvent => {
  const metadata = Stored.metadata(row.metadata);
  return {
    stream: { type: String(row.aggregate_type), id: String(row.aggregate_id) },
    sequence: sequence(row.sequence),
    position: Number(row.position),
    type: String(row.event_type),
    version: String(row.event_version),
    payload: String(row.payload),
    metadata,
    id: textIfAny(row.event_id),
    time: textIfAny(row.recorded_at),
    ...Stored.origin(metadata),
  };
};

const textIfAny = (cell: Cell | null): string | null => (cell === null ? null : String(cell));

/** 0, which no event of ours has, where others have put what is no whole number. */
export const sequence = (cell: Cell): number => {
  const number = Number(cell);
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
};

export const recordedIfAny = (row: EventRow | undefined): RecordedEvent | undefined =>
  row === undefined ? undefined : recorded(row);

export const storedEvent = (row: HistoryRow): StoredEvent => {
  const { payload, type, version } = row;
  return typeof payload === "string" && typeof type === "string" && typeof version === "string"
    ? (row as StoredEvent)
    : { type: String(type), version: String(version), payload: String(payload) };
};

export const storedView = (
  row: { readonly version: number | bigint; readonly payload: Cell } | undefined,
): StoredView | undefined =>
  row === undefined ? undefined : { version: Number(row.version), payload: String(row.payload) };

export const checkpoint = (row: CheckpointRow): Checkpoint => {
  const { name, position, aggregate_type: type, aggregate_id: id, sequence, digest } = row;
  const updatedAt = row.updated_at;
  if (type === null || id === null || digest === null) return { name, at: null, updatedAt };
  const place = { position: Number(position), stream: { type, id }, sequence: Number(sequence) };
  return { name, at: { ...place, digest }, updatedAt };
};
