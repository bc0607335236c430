import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { EncodedEvent } from "@ledgerfold/event-store/EncodedStream";
import type { Metadata, NewEvent, RecordedEvent } from "@ledgerfold/event-store/EventStore";
import * as Timestamp from "@ledgerfold/scalars/Timestamp";
import { Either, Option, Schema } from "effect";
import { quote } from "./Cell.ts";

export const DifferingStream = Schema.Struct({
  aggregate: Schema.String,
  id: Schema.String,
  difference: Schema.String,
});
export type DifferingStream = typeof DifferingStream.Type;

/** Streams that begin otherwise than this run would begin them, so nothing was written. */
export class ExistingEventsDiffer extends Schema.TaggedError<ExistingEventsDiffer>()(
  "ExistingEventsDiffer",
  {
    /** How many streams; each went to the log. */
    count: Schema.Int,
    first: DifferingStream,
  },
) {
  override get message() {
    const { aggregate, id, difference } = this.first;
    return `The event store holds ${this.count} ${this.count === 1 ? "stream" : "streams"} that this migration would begin otherwise, so nothing was written. The first: ${aggregate} ${quote(id)}: ${difference}. If the legacy rows changed since an earlier migration, --clean starts over; else find out who wrote the events.`;
  }
}

/**
 * How the stream's first event differs from the one that the migration would write, byte for byte
 * but for the moment of migration and the run's id; undefined when it doesn't.
 */
export const difference = <A extends Aggregate.Any>(
  aggregate: A,
  planned: NewEvent<Aggregate.Event<A>>,
  recorded: RecordedEvent,
): string | undefined => {
  if (recorded.sequence !== 1) return `its first event has sequence ${recorded.sequence}`;
  const { codec } = aggregate;
  const event = atTheSameMoment(aggregate, planned.event, recorded);
  const expected = codec.encode(event);
  if (recorded.type !== expected.type) return "its first event is of another type";
  if (recorded.version !== expected.version) return "its first event has another version";
  const { payload } = recorded;
  const isOurs =
    payload === expected.payload || codec.earlier(event).some((one) => one.payload === payload);
  if (!isOurs) return "its first event has another payload";
  if (recorded.metadata === null) return "its first event has unreadable metadata";
  return sameMetadata(planned.metadata ?? {}, recorded.metadata)
    ? undefined
    : "its first event has other metadata";
};

/** The same for a planned event that is encoded already, which takes its schema only where texts differ. */
export const differenceOfEncoded = <A extends Aggregate.Any>(
  aggregate: A,
  planned: EncodedEvent,
  recorded: RecordedEvent,
): string | undefined => {
  if (
    recorded.sequence === 1 &&
    recorded.type === planned.type &&
    recorded.version === planned.version &&
    isSameButForMoment(planned.payload, recorded.payload) &&
    recorded.metadata !== null &&
    sameMetadata(planned.metadata, recorded.metadata)
  ) {
    return undefined;
  }
  const event = Either.getOrThrow(aggregate.codec.decode(planned));
  return difference(aggregate, { event, metadata: planned.metadata }, recorded);
};

/** Whether two payloads are one text, but for the moment of migration in each. */
const isSameButForMoment = (planned: string, recorded: string): boolean => {
  // In a string of JSON these quotes would be escaped: what is found is a field.
  const at = planned.indexOf(momentField) + momentField.length;
  if (at < momentField.length) return planned === recorded;
  const rest = planned.slice(planned.indexOf('"', at));
  if (!recorded.startsWith(planned.slice(0, at)) || !recorded.endsWith(rest)) return false;
  const moment = recorded.slice(at, -rest.length);
  return Option.exists(Timestamp.parse(moment), (read) => Timestamp.format(read) === moment);
};

const momentField = '"migrated_at":"';

/** The planned event as it would have been written when the recorded one was. */
const atTheSameMoment = (
  aggregate: Aggregate.Any,
  planned: Aggregate.Event<Aggregate.Any>,
  recorded: RecordedEvent,
): Aggregate.Event<Aggregate.Any> => {
  if (!("migrated_at" in planned)) return planned;
  const then = Either.getOrUndefined(aggregate.codec.decode(recorded));
  return then !== undefined && "migrated_at" in then
    ? { ...planned, migrated_at: then.migrated_at }
    : planned;
};

const sameMetadata = (planned: Metadata, recorded: Metadata): boolean => {
  const { run_id: _, ...ours } = planned;
  const { run_id: __, ...theirs } = recorded;
  const names = Object.keys(ours);
  return (
    names.length === Object.keys(theirs).length &&
    names.every((name) => ours[name] === theirs[name])
  );
};
