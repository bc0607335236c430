import { type Effect, Schema } from "effect";
import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { StoreError } from "./DatabaseError.ts";
import { StreamId } from "./Event.ts";

/**
 * Programs that write to a log in one go, such as migrations: what each wrote, and taking it back.
 */

/** How many of each kind, by aggregate type. */
const Counts = Schema.Record({ key: Schema.String, value: Schema.NonNegativeInt });

/**
 * A run that wrote to the log, such as one of a migration: its events have its id as `run_id` in their
 * metadata. It is kept beside the log, in the transaction of what it wrote.
 */
export const Run = Schema.Struct({
  id: Schema.NonEmptyString,
  /** When it began: RFC 3339 in UTC. */
  at: Schema.String,
  /** Of the program that it was a run of. */
  version: Schema.String,
  /** What it was started with, by name; nothing secret. */
  options: Schema.Record({ key: Schema.String, value: Schema.Array(Schema.String) }),
  counts: Schema.Struct({
    /** Events that it wrote. */
    written: Counts,
    /** Streams that it found as it would have written them. */
    alreadyThere: Counts,
    /** Rows of views that it mended. */
    mended: Counts,
    /** Events that it deleted before it wrote any. */
    erased: Schema.NonNegativeInt,
  }),
  /** SHA-256, in hex, of the events that it wrote of each aggregate type. */
  roots: Schema.Record({ key: Schema.String, value: Schema.String }),
  outcome: Schema.Literal("kept", "rolled back"),
  /** When it came to that: RFC 3339 in UTC. */
  outcomeAt: Schema.String,
});
export type Run = typeof Run.Type;

/** What there is of a run in the log and beside it. */
export interface Found {
  readonly id: string;
  /** What is kept of it; undefined of one whose program kept nothing, which its events tell of. */
  readonly run: Run | undefined;
  /** The events that are there now, by aggregate type; of none where they are all gone. */
  readonly events: ReadonlyMap<string, number>;
  /** The position of the last one; 0 where they are all gone. */
  readonly lastPosition: number;
  /** When it began or, where that is not kept, its first event was appended; null where nobody knows. */
  readonly at: string | null;
}

/** The runs that a store keeps beside its log. */
export interface Runs {
  /** All that are kept or have events, the earliest first. */
  readonly all: Effect.Effect<ReadonlyArray<Found>, StoreError>;
  /** In the transaction of what the run wrote. Makes the table for it where there is none. */
  readonly put: (run: Omit<Run, "outcome" | "outcomeAt">) => Effect.Effect<void, StoreError>;
  /** The streams of these aggregates that have events of a run and others. */
  readonly shared: (
    id: string,
    aggregates: ReadonlyArray<Aggregate.Any>,
  ) => Effect.Effect<ReadonlyArray<StreamId>, StoreError>;
  /**
   * Deletes the events of these aggregates that a run wrote, the snapshots and view rows of their
   * streams and nothing else, and returns how many events that were. All or nothing: where somebody
   * else's event stands in one of the streams, nothing goes. Positions are not given out again.
   */
  readonly rollBack: (
    id: string,
    aggregates: ReadonlyArray<Aggregate.Any>,
  ) => Effect.Effect<number, StreamsMovedOn | StoreError>;
}

/** Streams that a run wrote to have events that are not its own. */
export class StreamsMovedOn extends Schema.TaggedError<StreamsMovedOn>()("StreamsMovedOn", {
  run: Schema.String,
  /** All of them. */
  streams: Schema.Array(StreamId),
}) {
  override get message() {
    const { length } = this.streams;
    return `${length === 1 ? "1 stream" : `${length} streams`} of the run ${this.run} moved on: there are events in it that the run did not write, and they would be left without a beginning. Nothing was rolled back.`;
  }
}
