import { Schema } from "effect";

/** The events of a log, before and after they are appended. */

/** The events of one aggregate. */
export const StreamId = Schema.Struct({ type: Schema.String, id: Schema.String });
export interface StreamId extends Schema.Schema.Type<typeof StreamId> {}

/** How many bytes of UTF-8 a stream's id has at most, and one of an event, a checkpoint or a run. */
export const longestId = 1_024;

/** Flat, as other services insist: text by name. */
export type Metadata = Readonly<Record<string, string>>;

/** An event that is yet to be appended. */
export interface NewEvent<Event> {
  readonly event: Event;
  /** With an id, appending the same event again returns the first result and adds nothing. */
  readonly id?: string;
  readonly metadata?: Metadata;
}

/** An event as the log holds it; `payload` is JSON text. */
export interface RecordedEvent {
  readonly stream: StreamId;
  readonly sequence: number;
  readonly position: number;
  readonly type: string;
  readonly version: string;
  readonly payload: string;
  /** Null where it is not a flat object of text by name, which another writer may have left. */
  readonly metadata: Metadata | null;
  /** Null where another service wrote the event, or its writer gave none. */
  readonly id: string | null;
  /** When it was appended, RFC 3339 in UTC; null where another service wrote it. */
  readonly time: string | null;
  /** What all events that one thing led to have in common; from the metadata, see `Causation`. */
  readonly correlationId: string | null;
  /** The event that this one was appended because of. */
  readonly causationId: string | null;
}
