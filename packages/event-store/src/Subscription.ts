import {
  Chunk,
  Clock,
  Data,
  Duration,
  Effect,
  Metric,
  Option,
  Queue,
  Schedule,
  Schema,
  Stream,
} from "effect";
import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { UndecodableEvent } from "@ledgerfold/aggregate/EventCodec";
import * as Tags from "@ledgerfold/aggregate/internal/Tags";
import * as Causation from "./Causation.ts";
import * as Checkpoint from "./Checkpoint.ts";
import { isPassing } from "./DatabaseError.ts";
import {
  EventStore,
  type RecordedEvent,
  type Service,
  type StoreError,
  StreamId,
} from "./EventStore.ts";
import { breathe } from "./breathe.ts";
import * as Argument from "./internal/Argument.ts";
import * as Page from "./internal/Page.ts";
import * as Metrics from "./Metrics.ts";

/**
 * Calls a handler for each event of the log, in order, and remembers under a name how far it has
 * come.
 *
 * The handler works in the transaction that also keeps the checkpoint. What it writes through the
 * store or its database is therefore done exactly once, whoever is killed whenever, and however many
 * processes run the same subscription. What it does elsewhere (a mail, a request) is done at least
 * once: give it an id that the other side knows again, such as the event's stream and sequence.
 *
 * What it appends says that it was because of the event.
 */

/** What is followed, and by whom. */
export interface Options<E, R> {
  /** Whoever runs under the same name shares one checkpoint. */
  readonly name: string;
  readonly handle: (event: RecordedEvent) => Effect.Effect<unknown, E, R>;
  /** Only events of these aggregates, by their types; by default of all. */
  readonly aggregates?: ReadonlyArray<string>;
  /** Only events stored under these names, such as `PositionEvent::Migrated`; by default all. */
  readonly types?: ReadonlyArray<string>;
  /** Where to begin when there is no checkpoint of this name; with the first event by default. */
  readonly from?: "start" | "now";
  /**
   * How many events to handle in one transaction, by default 100. On SQLite nobody else can write
   * meanwhile, so a slow handler wants fewer.
   */
  readonly batch?: number;
  /**
   * How often to look for what other processes appended, by default each second. Of this process's
   * own appends a subscription knows at once.
   */
  readonly poll?: Duration.DurationInput;
}

/** A subscription to one aggregate's events. */
export interface AggregateOptions<A extends Aggregate.Any, Tag extends TagOf<A>, E, R>
  extends Omit<Options<E, R>, "handle" | "aggregates" | "types"> {
  /** Only events with these tags, and the handler gets no others; by default all. */
  readonly types?: ReadonlyArray<Tag>;
  readonly handle: (
    event: Tagged<Aggregate.Event<A>, Tag>,
    recorded: RecordedEvent,
  ) => Effect.Effect<unknown, E, R>;
}

/** What the aggregate's events may have as their `_tag`. */
export type TagOf<A extends Aggregate.Any> = Aggregate.Event<A>["_tag"];

/** Those of a union that may have the tag. */
export type Tagged<Event, Tag> = Event extends { readonly _tag: infer Own }
  ? [Own & Tag] extends [never]
    ? never
    : Event
  : never;

/**
 * A subscription to the events of one aggregate, which its handler gets decoded. One that no version
 * of the codec can read stops it. Throws `InvalidArgument` for a tag that none of its events has.
 *
 * @example
 * ```ts
 * import * as Position from "@ledgerfold/domain/Position";
 * import * as Subscription from "@ledgerfold/event-store/Subscription";
 * import { Effect } from "effect";
 *
 * const fills = Subscription.to(Position.aggregate, {
 *   name: "fills",
 *   types: ["OnChainOrderFilled"],
 *   handle: ({ amount }, { stream }) => Effect.log(`${stream.id}: ${amount}`),
 * });
 *
 * export const follow = Subscription.run(fills);
 * ```
 */
export const to = <A extends Aggregate.Any, E, R, const Tag extends TagOf<A> = TagOf<A>>(
  { type, codec }: A,
  options: AggregateOptions<A, Tag, E, R>,
): Options<E | UndecodableEvent, R> => {
  const { types, ...others } = options;
  const problem = Argument.texts(operation, "types", types) ?? unknownTag(codec.schema, types);
  if (problem !== undefined) throw problem;
  return {
    ...others,
    ...(types === undefined ? {} : { types: types.map(codec.eventType) }),
    aggregates: [type],
    handle: (recorded) =>
      Effect.flatMap(codec.decode(recorded), (event) => options.handle(event, recorded)),
  };
};

const unknownTag = (schema: Schema.Schema.Any, types: ReadonlyArray<string> = []) => {
  const tags = Tags.of(schema);
  for (const tag of types) {
    const problem = tags && Argument.oneOf(operation, "types", tag, tags);
    if (problem !== undefined) return problem;
  }
  return undefined;
};

/** Where in the log an event is. */
const Place = Schema.Struct({
  position: Schema.NonNegativeInt,
  stream: StreamId,
  sequence: Schema.NonNegativeInt,
});
type Place = typeof Place.Type;

const describe = ({ stream, sequence, position }: Place) =>
  `${stream.type} ${JSON.stringify(stream.id)} event ${sequence} at position ${position}`;

/**
 * The handler failed. All events before this one are dealt with and the checkpoint says so; of this
 * one nothing is kept. Run it again once the reason is gone, and it begins with this event.
 */
// Not a `Schema.TaggedError` as others are: no schema knows the type of the handler's own error.
export class SubscriptionStopped<E> extends Data.TaggedError("SubscriptionStopped")<{
  readonly subscription: string;
  readonly event: Place & { readonly type: string };
  readonly cause: unknown;
}> {
  declare readonly cause: E;

  override get message() {
    const { subscription, event } = this;
    const reason = this.cause instanceof Error ? this.cause.message : String(this.cause);
    return `The subscription ${JSON.stringify(subscription)} stopped before ${event.type} (${describe(event)}): ${reason}`;
  }
}

/**
 * The log is not the one that the checkpoint was made of: it was erased, restored or replaced.
 * Nothing was handled. See what the subscription has made of events that are gone, then `forget` it.
 */
export class CheckpointMismatch extends Schema.TaggedError<CheckpointMismatch>()(
  "CheckpointMismatch",
  {
    subscription: Schema.String,
    /** What the checkpoint stands on. */
    expected: Place,
    /** What the log has at that position; null where it has nothing. */
    found: Schema.NullOr(Place),
    /**
     * What the stored checkpoint stands on, null before the first event, where it was set back with
     * the log under a subscription that runs; left out where it is the one that does not fit.
     */
    stored: Schema.optional(Schema.NullOr(Place)),
  },
) {
  override get message() {
    const { subscription, expected, found, stored } = this;
    const there =
      found === null
        ? "nothing"
        : describe(found) === describe(expected)
          ? "another event of the same place"
          : describe(found);
    return `The subscription ${JSON.stringify(subscription)} stands on ${describe(expected)}, where the log has ${there}: it was erased, restored or replaced. See what the subscription has made of the events that are gone, then ${next(stored)}.`;
  }
}

const next = (stored: Place | null | undefined) =>
  stored === undefined
    ? "forget its checkpoint"
    : `run it again: its checkpoint was set back to ${stored === null ? "the beginning" : describe(stored)}, and it goes on from there`;

/** How a subscription ends. */
export type Failure<E> = SubscriptionStopped<E> | CheckpointMismatch | StoreError;

/**
 * Handles what is there and then whatever comes, until it fails or is interrupted. While the database
 * is held or away it waits, says so in the log, and goes on from its checkpoint once it is back.
 */
export const run = <E, R>(
  options: Options<E, R>,
): Effect.Effect<never, Failure<E>, EventStore | R> =>
  Effect.scoped(
    Effect.gen(function* () {
      const store = yield* EventStore;
      // From before the first look: what is appended after that look gives a signal.
      const changes = yield* store.changes;
      return yield* Effect.flatMap(make(store, options), (reader) => {
        // `make` has looked at it.
        const poll = Duration.decode(options.poll ?? "1 second");
        const wait = Effect.timeoutOption(Queue.take(changes), poll);
        return Effect.forever(
          Effect.flatMap(reader.next(poll), (handled) => (handled > 0 ? breathe : wait)),
        );
      }).pipe(
        Effect.tapError((error) =>
          Effect.when(
            Effect.logWarning(
              `The subscription ${JSON.stringify(options.name)} waits, and goes on by itself: ${error.message}`,
            ),
            () => isPassing(error),
          ),
        ),
        Effect.retry({ while: isPassing, schedule: patiently }),
      );
    }),
  );

/** Soon at first, then each five seconds, until it went well for a minute. */
const patiently = Schedule.exponential("100 millis").pipe(
  Schedule.union(Schedule.spaced("5 seconds")),
  Schedule.jittered,
  Schedule.resetAfter("1 minute"),
);

/** Handles until nothing more is there, and returns how many events that were. */
export const catchUp = <E, R>(
  options: Options<E, R>,
): Effect.Effect<number, Failure<E>, EventStore | R> =>
  Effect.gen(function* () {
    const reader = yield* make(yield* EventStore, options);
    let all = 0;
    for (let handled = -1; handled !== 0; all += handled) {
      handled = yield* reader.next(Duration.zero);
      yield* breathe;
    }
    return all;
  });

/** A checkpoint and what lies beyond. */
export interface Status extends Checkpoint.Checkpoint {
  /**
   * How many positions the log goes on after the checkpoint. At most so many events wait: those that
   * were erased, and those that the subscription skips, have positions too.
   */
  readonly behind: number;
}

/** How far the subscription of this name has come; nothing where none ever ran. */
export const lag = (name: string): Effect.Effect<Option.Option<Status>, StoreError, EventStore> =>
  Effect.gen(function* () {
    const store = yield* EventStore;
    const found = yield* store.checkpoints.find(name);
    return found === undefined ? Option.none() : Option.some(status(found, yield* store.readLast));
  });

/** All subscriptions that ever ran and were not forgotten, in the order of their names. */
export const all: Effect.Effect<ReadonlyArray<Status>, StoreError, EventStore> = Effect.gen(
  function* () {
    const store = yield* EventStore;
    const found = yield* store.checkpoints.all;
    const last = yield* store.readLast;
    return found.map((checkpoint) => status(checkpoint, last));
  },
);

/**
 * Removes the checkpoint, so that a next run begins as a first one; returns whether there was one.
 * What the handler has written stays.
 */
export const forget = (name: string): Effect.Effect<boolean, StoreError, EventStore> =>
  Effect.flatMap(EventStore, (store) => store.checkpoints.drop(name));

const status = (found: Checkpoint.Checkpoint, last: RecordedEvent | undefined): Status => ({
  ...found,
  behind: behind(found.at, last),
});

const behind = (at: Checkpoint.Mark | null, last: RecordedEvent | undefined): number =>
  Math.max((last?.position ?? 0) - (at?.position ?? 0), 0);

/** What came of a transaction. */
interface Batch<E> {
  readonly handled: number;
  /** Where the checkpoint stands after it. */
  readonly at: Checkpoint.Mark | null;
  /** Why it went no further. */
  readonly ended: Effect.Effect<void, SubscriptionStopped<E>>;
}

const make = <E, R>(store: Service, options: Options<E, R>) =>
  Effect.gen(function* () {
    const { name, aggregates, types, from = "start" } = options;
    const problem =
      Argument.id(operation, "name", name) ??
      Argument.whole(operation, "batch", options.batch, 1) ??
      Argument.duration(operation, "poll", options.poll) ??
      Argument.oneOf(operation, "from", from, ["start", "now"]) ??
      Argument.names(operation, "aggregates", aggregates) ??
      Argument.names(operation, "types", types);
    if (problem !== undefined) return yield* problem;
    const batch = options.batch ?? 100;
    const filter = {
      ...(aggregates === undefined ? {} : { aggregates }),
      ...(types === undefined ? {} : { types }),
    };
    const gauge = Metrics.lag(name);
    /** As many at most, or as a page may have: a batch is held until all of it is handled. */
    const read = (after: number, limit: number) =>
      Effect.suspend(() => {
        let bytes = 0;
        const isFull = (event: RecordedEvent) => {
          bytes += Page.sizeOf(event);
          return bytes >= Page.bytes;
        };
        const events = Stream.takeUntil(store.readAll({ ...filter, after, limit }), isFull);
        return Effect.map(Stream.runCollect(events), Chunk.toReadonlyArray);
      });
    const isThere = (at: Checkpoint.Mark | null) =>
      at === null
        ? Effect.succeed(true)
        : Effect.map(eventAt(store, at.position), (event) =>
            Checkpoint.isSame(at, event === undefined ? null : Checkpoint.mark(event)),
          );

    /** The checkpoint, locked; made where there is none. */
    const locked = Effect.gen(function* () {
      const found = yield* store.checkpoints.lock(name);
      if (found !== undefined) return found.at;
      const last = from === "now" ? yield* store.readLast : undefined;
      const at = last === undefined ? null : Checkpoint.mark(last);
      yield* store.checkpoints.put(name, at);
      return at;
    });

    const begun = yield* store.checkpoints.find(name);
    /** Where the checkpoint was when this reader last saw it. */
    let kept = begun === undefined ? yield* store.transaction(locked) : begun.at;
    /** From there on to here there is nothing to handle, though the checkpoint does not say so yet. */
    let seen = kept;
    let keptAt = yield* Clock.currentTimeMillis;

    const stand = (at: Checkpoint.Mark | null) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        kept = at;
        seen = at;
        keptAt = now;
      });

    /**
     * Outside of a transaction: who has nothing to do should be in nobody's way. Whether the log is
     * still the same is for the transaction to judge, which comes at the latest to keep what is seen.
     */
    const isWork = Effect.gen(function* () {
      // First of all, so that what is read later has all events up to it.
      const last = yield* store.readLast;
      const end = last === undefined ? null : Checkpoint.mark(last);
      yield* Metric.set(gauge, behind(seen, last));
      if (Checkpoint.isSame(seen, end)) return false;
      const [event] = yield* read(seen?.position ?? 0, 1);
      if (event !== undefined) return true;
      // A log that was set back may have grown again.
      if (!(yield* isThere(seen))) return true;
      seen = end;
      yield* Metric.set(gauge, 0);
      return false;
    });

    /** Why to go no further, if anything. */
    const handle = (
      event: RecordedEvent,
    ): Effect.Effect<Batch<E>["ended"] | undefined, StoreError, R> => {
      const { position, stream, sequence, type } = event;
      const place = { position, stream, sequence, type };
      /** What the store has failed with is not the handler's, who only passes it on. */
      const stopped = (cause: E): SubscriptionStopped<E> | StoreError =>
        isPassing(cause)
          ? cause
          : new SubscriptionStopped<E>({ subscription: name, event: place, cause });
      return store
        .transaction(Effect.mapError(Causation.because(event)(options.handle(event)), stopped))
        .pipe(
          Effect.as(undefined),
          Effect.catchAll((error) =>
            error instanceof SubscriptionStopped
              ? Effect.succeed(Effect.fail(error))
              : Effect.fail(error),
          ),
          Effect.catchAllDefect((defect) => Effect.succeed(Effect.die(defect))),
        );
    };

    const mismatch = (expected: Checkpoint.Mark, more: Pick<CheckpointMismatch, "stored"> = {}) =>
      Effect.flatMap(
        eventAt(store, expected.position),
        (found) =>
          new CheckpointMismatch({
            ...{ subscription: name, expected, ...more },
            found: found ?? null,
          }),
      );

    const work = Effect.gen(function* () {
      const at = yield* locked;
      if (at !== null && !(yield* isThere(at))) return yield* mismatch(at);
      if (kept !== null && !Checkpoint.isSame(at, kept) && !(yield* isThere(kept))) {
        return yield* mismatch(kept, { stored: at });
      }
      const start = Checkpoint.isSame(at, kept) && (yield* isThere(seen)) ? seen : at;
      const events = yield* read(start?.position ?? 0, batch);
      let handled = 0;
      let ended: Batch<E>["ended"] | undefined;
      for (const event of events) {
        ended = yield* handle(event);
        if (ended !== undefined) break;
        handled += 1;
      }
      const last = events[handled - 1];
      const stands = last === undefined ? start : Checkpoint.mark(last);
      if (!Checkpoint.isSame(at, stands)) yield* store.checkpoints.put(name, stands);
      return { handled, at: stands, ended: ended ?? Effect.void } satisfies Batch<E>;
    });

    const batchOfWork = Effect.gen(function* () {
      const { at, handled, ended } = yield* store.transaction(work);
      yield* stand(at);
      yield* ended;
      return handled;
    });

    /**
     * Handles a batch of what comes next and returns how many; 0 when there is nothing. That events
     * were skipped is kept too, unless something was kept less than `interval` ago: who skips nearly
     * all should not write each time that others do.
     */
    const next = (interval: Duration.Duration) =>
      Effect.gen(function* () {
        // Another process may have done what was there to do.
        while (yield* isWork) {
          const handled = yield* batchOfWork;
          if (handled > 0) return handled;
        }
        if (Checkpoint.isSame(kept, seen)) return 0;
        const now = yield* Clock.currentTimeMillis;
        return now - keptAt < Duration.toMillis(interval) ? 0 : yield* batchOfWork;
      });

    return { next };
  });

const operation = "Subscription";

const eventAt = (store: Service, position: number) =>
  Effect.map(Stream.runHead(store.readAll({ after: position - 1, limit: 1 })), (found) =>
    Option.getOrUndefined(Option.filter(found, (event) => event.position === position)),
  );
