import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { StoredEvent, UndecodableEvent } from "@ledgerfold/aggregate/EventCodec";
import { Either } from "effect";
import type { Append, Metadata } from "./EventStore.ts";
import * as Stored from "./internal/Stored.ts";

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

export interface EncodedEvent extends StoredEvent {
  readonly metadata: Metadata;
  /** Whether the log has an id only a store knows, so these have none. */
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
    view: Stored.encode(view.schema, model),
  };
};

/** What `encode` was made of. */
export const toAppend = (
  aggregate: Aggregate.Any,
  { id, event: stored }: EncodedStream,
): Either.Either<Append<Aggregate.Any>, UndecodableEvent> =>
  Either.map(aggregate.codec.decode(stored), (event) => {
    return { aggregate, id, expected: "none", events: [{ event, metadata: stored.metadata }] };
  });
