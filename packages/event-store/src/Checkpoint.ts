import { createHash } from "node:crypto";
import type { Effect } from "effect";
import type { StoreError } from "./DatabaseError.ts";
import type { RecordedEvent, StreamId } from "./Event.ts";

/** How far readers of the log have come, and which event they stood on. */

/** How far somebody who reads the log has come. */
export interface Checkpoint {
  readonly name: string;
  /** The last event dealt with; null before the first. */
  readonly at: Mark | null;
  /** RFC 3339 in UTC. */
  readonly updatedAt: string;
}

/**
 * A place in the log, and what stands there. A log that was restored, failed over or erased may have
 * another event at a position, even one of the same stream and sequence: that has another digest.
 */
export interface Mark {
  readonly position: number;
  readonly stream: StreamId;
  readonly sequence: number;
  readonly digest: string;
}

/** The place of an event. */
export const mark = (event: RecordedEvent): Mark => {
  const { position, stream, sequence, type, version, payload, id, time } = event;
  const content = JSON.stringify([stream.type, stream.id, sequence, type, version, payload]);
  const digest = createHash("sha256")
    .update(content)
    .update(JSON.stringify([id, time]));
  return { position, stream, sequence, digest: digest.digest("hex") };
};

/** The same event at the same place; null is before the first. */
export const isSame = (one: Mark | null, other: Mark | null): boolean =>
  one?.position === other?.position && one?.digest === other?.digest;

/** The checkpoints that a store keeps beside its log. */
export interface Checkpoints {
  /** In the order of their names. */
  readonly all: Effect.Effect<ReadonlyArray<Checkpoint>, StoreError>;
  /** Undefined where there is none of this name. */
  readonly find: (name: string) => Effect.Effect<Checkpoint | undefined, StoreError>;
  /**
   * For a transaction: the checkpoint as it is now, or that there is none; nobody else changes that
   * before the transaction ends, and whoever locks it too waits until then.
   */
  readonly lock: (name: string) => Effect.Effect<Checkpoint | undefined, StoreError>;
  /** Sets it, whether there was one or not. */
  readonly put: (name: string, at: Mark | null) => Effect.Effect<void, StoreError>;
  /** Returns whether there was one. */
  readonly drop: (name: string) => Effect.Effect<boolean, StoreError>;
}
