import { Effect, FiberRef } from "effect";
import type { RecordedEvent } from "./Event.ts";

/** Which event or request led to which others. */

/**
 * Why events come to be. It goes with the fiber: whatever is appended inside `because` or
 * `correlated` has it in its metadata, as `correlation_id` and `causation_id`, unless it says
 * otherwise itself.
 */
export interface Causation {
  /** What all events that one thing led to have in common. */
  readonly correlation_id: string;
  /** The event that it was because of; left out where it began outside. */
  readonly causation_id?: string;
}

/** What appends of this fiber have in their metadata; undefined outside of both. */
export const current: FiberRef.FiberRef<Causation | undefined> = FiberRef.unsafeMake<
  Causation | undefined
>(undefined);

/** For what follows from an event, such as the work of a subscription or a process manager. */
export const because =
  (event: RecordedEvent) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const { correlationId, stream, sequence } = event;
    // Other services give their events no ids; the place in the stream names one as well.
    const id = event.id ?? `${stream.type}/${stream.id}/${sequence}`;
    return Effect.locally(effect, current, {
      correlation_id: correlationId ?? id,
      causation_id: id,
    });
  };

/** For what begins outside, such as a request that has an id already. */
export const correlated =
  (id: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.locally(effect, current, { correlation_id: id });
