import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as Compiled from "@ledgerfold/aggregate/internal/Compiled";
import type { StoredEvent } from "@ledgerfold/aggregate/EventCodec";
import type { Metadata } from "./Event.ts";

/** Streams as the texts that a store keeps, for who writes very many at once. */

/**
 * A stream's first event and its view as the texts that a store keeps. `EventStore.appendEncoded`
 * writes them, for who begins many streams at once and knows a shorter way to their texts than
 * `encode`.
 */
export interface EncodedStream {
  readonly id: string;
  readonly event: EncodedEvent;
  /** The view's row after the event, JSON text. */
  readonly view: string;
}

/** The event's texts, as a codec gives them. */
export interface EncodedEvent extends StoredEvent {
  readonly metadata: Metadata;
  /** Null, as only a store can look up whether its log has an event with an id already. */
  readonly id: null;
}

/** Throws, as every store does, where the event is not of the aggregate's type. */
export const encode = <A extends Aggregate.Any>(
  { codec, view }: A,
  id: string,
  event: Aggregate.Event<A>,
  metadata: Metadata,
): EncodedStream => {
  const { type, version, payload } = codec.encode(event);
  const model = view.evolve(view.initial, event, { id, first: event });
  return {
    id,
    event: { type, version, payload, metadata, id: null },
    view: Compiled.make(view.schema).write(model),
  };
};
