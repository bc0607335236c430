import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { Metadata, NewEvent, RecordedEvent } from "@ledgerfold/event-store/EventStore";
import { Either, Schema } from "effect";
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
  const expected = aggregate.codec.encode(atTheSameMoment(aggregate, planned.event, recorded));
  if (recorded.type !== expected.type) return "its first event is of another type";
  if (recorded.version !== expected.version) return "its first event has another version";
  if (recorded.payload !== expected.payload) return "its first event has another payload";
  if (recorded.metadata === null) return "its first event has unreadable metadata";
  return sameMetadata(planned.metadata ?? {}, recorded.metadata)
    ? undefined
    : "its first event has other metadata";
};

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
