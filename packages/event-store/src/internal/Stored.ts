import * as Compiled from "@ledgerfold/aggregate/internal/Compiled";
import {
  type EventCodec,
  type StoredEvent,
  UndecodableEvent,
} from "@ledgerfold/aggregate/EventCodec";
import * as Json from "@ledgerfold/aggregate/internal/Json";
import * as Unencodable from "@ledgerfold/aggregate/internal/Unencodable";
import { Either, Option, type Schema } from "effect";
import {
  type Metadata,
  type RecordedEvent,
  type StreamId,
  UnstorableValue,
} from "../EventStore.ts";

/** Values to the texts that a store keeps, and back. */

export const encode = (
  place: Place,
  schema: Schema.Schema<unknown, unknown>,
  value: unknown,
): Either.Either<string, UnstorableValue> =>
  attempt(place, () => Compiled.make(schema).write(value));

/** What a value is of, for who has to change it. */
type Place = Pick<UnstorableValue, "stream" | "part" | "of">;

/** Encodes, and names what cannot be. */
export const attempt = <A>(place: Place, work: () => A): Either.Either<A, UnstorableValue> => {
  try {
    return Either.right(work());
  } catch (cause) {
    const why = Unencodable.reasonOf(cause);
    if (why === undefined) throw cause;
    return Either.left(new UnstorableValue({ ...place, ...why }));
  }
};

/** Nothing where the text is no JSON, or of another shape. */
export const decode = <A>(schema: Schema.Schema<A, unknown>, text: string): Option.Option<A> => {
  let json: unknown;
  try {
    json = Json.parse(text);
  } catch {
    return Option.none();
  }
  return Either.getRight(Compiled.make(schema).decode(json));
};

/** Null unless it is what other services insist on: a flat object of text by name. */
export const metadata = (text: string): Metadata | null => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const metadata = value as Record<string, unknown>;
  for (const name in metadata) if (typeof metadata[name] !== "string") return null;
  return metadata as Metadata;
};

/** What metadata says of where an event comes from. */
export const origin = (
  metadata: Metadata | null,
): Pick<RecordedEvent, "correlationId" | "causationId"> => ({
  correlationId: metadata?.correlation_id ?? null,
  causationId: metadata?.causation_id ?? null,
});

/** Adds its stream to the error of an event that cannot be read. */
export const inStream =
  (stream: StreamId) =>
  <E>(error: E): E | UndecodableEvent =>
    error instanceof UndecodableEvent
      ? new UndecodableEvent({ ...error, stream: { type: stream.type, id: stream.id } })
      : error;

/** Up to the first event that no version can read. */
export const decodeAll = <Event>(
  { decode }: EventCodec<Event>,
  events: ReadonlyArray<StoredEvent>,
): Either.Either<ReadonlyArray<Event>, UndecodableEvent> => {
  const decoded: Array<Event> = [];
  for (const event of events) {
    const result = decode(event);
    if (Either.isLeft(result)) return Either.left(result.left);
    decoded.push(result.right);
  }
  return Either.right(decoded);
};
