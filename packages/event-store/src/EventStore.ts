import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { UndecodableEvent } from "@ledgerfold/aggregate/EventCodec";
import {
  type Array as Arr,
  Context,
  type Effect,
  type Either,
  type Option,
  type Queue,
  type Schedule,
  Schema,
  type Scope,
  type Stream,
} from "effect";
import type { Checkpoints } from "./Checkpoint.ts";
import type { StoreError } from "./DatabaseError.ts";
import type { EncodedStream } from "./EncodedStream.ts";
import { type Metadata, type NewEvent, type RecordedEvent, StreamId } from "./Event.ts";
import type { Runs } from "./Run.ts";
import type { UnfitServer } from "./UnfitServer.ts";
import type { SetUpNeeded } from "./SetUpNeeded.ts";
import type { UnfitTable } from "./UnfitTable.ts";

/** Appends and loads the events of any aggregate. */

export type { StoreError } from "./DatabaseError.ts";
export { longestId, type Metadata, type NewEvent, type RecordedEvent, StreamId } from "./Event.ts";
export { InvalidArgument } from "./InvalidArgument.ts";

/**
 * What the writer believes of the stream: that it has no events, that it has some, that its last
 * sequence is this one, or nothing at all.
 */
export const ExpectedVersion = Schema.Union(
  Schema.Literal("none", "exists", "any"),
  Schema.NonNegativeInt,
);
export type ExpectedVersion = typeof ExpectedVersion.Type;

/** The stream is not where its writer believed: load it, decide again, and append again. */
export class VersionConflict extends Schema.TaggedError<VersionConflict>()("VersionConflict", {
  stream: StreamId,
  expected: ExpectedVersion,
  /** The stream's last sequence; 0 when it has no events. */
  actual: Schema.NonNegativeInt,
}) {
  override get message() {
    const stream = `${this.stream.type} ${JSON.stringify(this.stream.id)}`;
    return this.expected === "exists"
      ? `${stream} has no events yet.`
      : `${stream} is at version ${this.actual}, not at ${this.expected}.`;
  }
}

/** An event id that the log holds already, with another event under it. */
export class EventIdReused extends Schema.TaggedError<EventIdReused>()("EventIdReused", {
  stream: StreamId,
  eventId: Schema.String,
}) {
  override get message() {
    return `The event id ${this.eventId} for ${this.stream.type} ${JSON.stringify(this.stream.id)} belongs to another event already.`;
  }
}

/**
 * A value that could not be kept as it is: JSON has no word for it, or its own schema does not allow
 * it or lacks a field of it. Nothing was stored.
 */
export class UnstorableValue extends Schema.TaggedError<UnstorableValue>()("UnstorableValue", {
  stream: StreamId,
  part: Schema.Literal("event", "metadata", "view", "snapshot"),
  /** The event's tag, the view's table, the snapshot's aggregate; empty for metadata. */
  of: Schema.String,
  /** The path of the field in it; empty for the whole. */
  field: Schema.String,
  /** What it is, without the value itself: it may be a secret. */
  reason: Schema.String,
}) {
  override get message() {
    const { stream, part, of, field, reason } = this;
    const what = field === "" ? "the whole" : `the field ${field}`;
    return `${stream.type} ${JSON.stringify(stream.id)}: ${what} of the ${of === "" ? part : `${part} ${of}`} is ${reason}. Nothing was stored.`;
  }
}

/** What is appended to one stream. */
export interface Append<A extends Aggregate.Any> {
  readonly aggregate: A;
  readonly id: string;
  readonly expected: ExpectedVersion;
  /**
   * One at least. `Array.map` of Effect keeps what it knows of a list that has one, and
   * `Array.isNonEmptyReadonlyArray` asks it of any other.
   */
  readonly events: Arr.NonEmptyReadonlyArray<NewEvent<Aggregate.Event<A>>>;
  /** The state after these events, to be kept as the stream's snapshot. */
  readonly snapshot?: Aggregate.State<A>;
}

/** One append for each of these aggregates, in that order. */
export type Appends<A extends ReadonlyArray<Aggregate.Any>> = {
  readonly [Place in keyof A]: Append<A[Place]>;
};

/** Where it stands now. */
export interface Appended {
  readonly stream: StreamId;
  /** The sequence of the last event appended. */
  readonly version: number;
  /** The place of the last event appended in the whole log. */
  readonly position: number;
}

/** Which events of one stream. */
export interface ReadOptions {
  /** The sequence to begin with: by default the first, or backwards the last. */
  readonly from?: number;
  readonly direction?: "forwards" | "backwards";
  /** At most so many; by default all. */
  readonly limit?: number;
}

/** Which events of the whole log. */
export interface LogOptions {
  /** Events after this position; 0, and so all of them, by default. */
  readonly after?: number;
  /** Only events of these aggregates, by their types; by default of all. */
  readonly aggregates?: ReadonlyArray<string>;
  /** Only events stored under these names, such as `PositionEvent::Migrated`; by default all. */
  readonly types?: ReadonlyArray<string>;
  /** At most so many; by default all. */
  readonly limit?: number;
}

/** A stream as its aggregate sees it. */
export interface Loaded<State> {
  readonly state: State;
  /** The last sequence; 0 when the stream has no events. */
  readonly version: number;
}

/** How `execute` goes about it. */
export interface ExecuteOptions {
  /** Keeps a snapshot each time that so many events more are in the stream; never by default. */
  readonly snapshotEvery?: number;
  /** How long to go on deciding anew when other writers come first; about a second by default. */
  readonly retry?: Schedule.Schedule<unknown, VersionConflict>;
  /** For each of the events. */
  readonly metadata?: Metadata;
}

/** The stream after the command. */
export interface Executed<State, Event> extends Loaded<State> {
  /** What the command caused, each stored with an id of its own; may be nothing. */
  readonly events: ReadonlyArray<Event>;
}

/** What a view says of one stream. */
export interface ViewRow<Model> {
  readonly model: Model;
  /** The last sequence that the row was folded from. */
  readonly version: number;
}

/** A row among all of its view. */
export interface ListedView<Model> extends ViewRow<Model> {
  /** The aggregate's id. */
  readonly id: string;
}

/** Who is told while a view is made anew. */
export interface RebuildOptions {
  /** How many of the aggregate's events are folded already. */
  readonly onProgress?: (progress: {
    readonly done: number;
    readonly total: number;
  }) => Effect.Effect<void>;
  /** Told of each stream that no row can be made of, as they come. */
  readonly onUnreadable?: (stream: UnreadableStream) => Effect.Effect<void>;
}

/** What a rebuild came to. */
export interface Rebuilt {
  /** How many rows are what their streams say: one each. */
  readonly rows: number;
  /** How many of them were missing or were not what the events say. */
  readonly written: number;
  /** How many rows of no stream went. */
  readonly removed: number;
}

/** The verbs of a store, the same on every engine. */
export interface Service {
  /** Makes the tables that are missing; existing ones, and what others added to them, stay. */
  readonly setup: (aggregates: ReadonlyArray<Aggregate.Any>) => Effect.Effect<void, SetupError>;
  /** Whether `setup` would find everything there, so that it would write nothing. */
  readonly isSetUp: (
    aggregates: ReadonlyArray<Aggregate.Any>,
  ) => Effect.Effect<boolean, StoreError | UnfitTable>;
  /** Appends to one stream, with its view and snapshot, in one transaction. */
  readonly append: <A extends Aggregate.Any>(
    append: Append<A>,
  ) => Effect.Effect<Appended, AppendError>;
  /**
   * All appends or none. They happen in order: a later one to the same stream sees, and expects,
   * what an earlier one wrote. The answers are in that order too.
   */
  readonly appendAll: <const A extends ReadonlyArray<Aggregate.Any>>(
    appends: Appends<A>,
  ) => Effect.Effect<ReadonlyArray<Appended>, AppendError>;
  /**
   * Begins streams with what `EncodedStream.encode` makes of this aggregate's events: the same as
   * `appendAll` with none of them expected, but that most stores take the texts unread. Whatever
   * else than `encode` makes them has to make the same.
   */
  readonly appendEncoded: (
    aggregate: Aggregate.Any,
    streams: ReadonlyArray<EncodedStream>,
  ) => Effect.Effect<ReadonlyArray<Appended>, AppendError>;
  /** The state from the snapshot, where one fits, and the events after it. */
  readonly load: <A extends Aggregate.Any>(
    aggregate: A,
    id: string,
  ) => Effect.Effect<Loaded<Aggregate.State<A>>, StoreError | UndecodableEvent>;
  /**
   * Loads, decides and appends, and does so again when another writer was first. What the aggregate
   * refuses fails with its own error.
   */
  readonly execute: <A extends Aggregate.Any>(
    aggregate: A,
    id: string,
    command: Aggregate.Command<A>,
    options?: ExecuteOptions,
  ) => Effect.Effect<
    Executed<Aggregate.State<A>, Aggregate.Event<A>>,
    Aggregate.Refusal<A> | AppendError,
    Aggregate.Services<A>
  >;
  /** The stream's events, oldest first unless backwards. */
  readonly read: (
    stream: StreamId,
    options?: ReadOptions,
  ) => Effect.Effect<ReadonlyArray<RecordedEvent>, StoreError>;
  /** The earliest event of each stream, in the order asked for; `undefined` for a fresh one. */
  readonly readFirst: (
    type: string,
    ids: ReadonlyArray<string>,
  ) => Effect.Effect<ReadonlyArray<RecordedEvent | undefined>, StoreError>;
  /** The whole log in order, fetched page by page. */
  readonly readAll: (options?: LogOptions) => Stream.Stream<RecordedEvent, StoreError>;
  /**
   * The event at the end of the log; `undefined` in an empty one. Whatever is read after this holds
   * all events up to it: none of them becomes visible later.
   */
  readonly readLast: Effect.Effect<RecordedEvent | undefined, StoreError>;
  /** The row of one stream; none of a stream without events. */
  readonly view: <Model>(
    aggregate: {
      readonly view: { readonly table: string; readonly schema: Schema.Schema<Model, unknown> };
    },
    id: string,
  ) => Effect.Effect<Option.Option<ViewRow<Model>>, StoreError | UnreadableView>;
  /**
   * All rows of a view, in the order of their ids' bytes, fetched page by page. One that its schema
   * does not fit is named in its place: `Stream.mapEffect(identity)` ends at the first of these.
   */
  readonly views: <Model>(aggregate: {
    readonly view: { readonly table: string; readonly schema: Schema.Schema<Model, unknown> };
  }) => Stream.Stream<Either.Either<ListedView<Model>, UnreadableView>, StoreError>;
  /**
   * Writes the view rows of those of these streams that have one event only, where the row is
   * missing or is not what that event says; returns how many. With `write` false it only counts.
   */
  readonly mendViews: (
    aggregate: Aggregate.Any,
    ids: ReadonlyArray<string>,
    options: { readonly write: boolean },
  ) => Effect.Effect<number, StoreError | UndecodableEvent | UnstorableValue>;
  /**
   * Folds all streams of the aggregate anew, and makes the view's rows what comes of it: those that
   * are right already, and what else others keep in the table, stay. All of it or nothing: until it
   * is done others see the view as it was, and on SQLite and PostgreSQL they cannot append meanwhile.
   * The row of a stream that none can be made of stays as it is. Where there is any, all others are
   * made and kept, and then it fails.
   */
  readonly rebuildView: (
    aggregate: Aggregate.Any,
    options?: RebuildOptions,
  ) => Effect.Effect<Rebuilt, StoreError | ViewNotRebuilt>;
  /** How many events there are of each type that has any. */
  readonly count: (
    aggregates: ReadonlyArray<Aggregate.Any>,
  ) => Effect.Effect<ReadonlyMap<string, number>, StoreError>;
  /**
   * Deletes the events, snapshots and views of whole aggregates, and returns how many events that
   * were. For a migration that starts over; a log is otherwise never deleted from.
   */
  readonly erase: (aggregates: ReadonlyArray<Aggregate.Any>) => Effect.Effect<number, StoreError>;
  /** Those of subscriptions, see `Subscription`. */
  readonly checkpoints: Checkpoints;
  /** Those of programs that write to the log, such as a migration. */
  readonly runs: Runs;
  /**
   * Gets a signal soon after each commit of events, and one for all that nobody took. From when the
   * queue is there none is missed of this store's own; what other processes append may come without,
   * and a signal may come for nothing.
   */
  readonly changes: Effect.Effect<Queue.Dequeue<void>, never, Scope.Scope>;
  /**
   * Everything in `effect` in one transaction, or nothing. Inside a transaction that runs already it
   * is a part of it: it can fail alone, and stays only if the whole does. A fiber that is forked
   * inside works in the transaction until that ends, and after it outside.
   */
  readonly transaction: <A, E, R>(
    effect: Effect.Effect<A, E, R>,
  ) => Effect.Effect<A, E | StoreError, R>;
  /**
   * Calls `work` once what this fiber writes is kept: with the end of the outermost transaction
   * around it, at once outside of all, and never when it is given up. Called once for the same work.
   * Where a connection broke on the commit `isKnown` is false: it may be kept or not.
   */
  readonly afterCommit: (work: (isKnown: boolean) => void) => Effect.Effect<void>;
  /**
   * A transaction for filling a log with very many new streams. Faster where the log is empty: that a
   * stream begins twice may then be noticed at the end only.
   */
  readonly bulk: <A, E, R>(
    effect: Effect.Effect<A, E, R>,
  ) => Effect.Effect<A, E | VersionConflict | StoreError, R>;
}

/** How `setup` may fail; the last two on PostgreSQL only. */
export type SetupError = StoreError | UnfitTable | SetUpNeeded | UnfitServer;

/** How an append may fail. Nothing of it is kept then, but where a `DatabaseError` says that this is unknown. */
export type AppendError =
  | VersionConflict
  | EventIdReused
  | UndecodableEvent
  | UnstorableValue
  | StoreError;

/** A view's row that its schema does not fit: rebuild the view. */
export class UnreadableView extends Schema.TaggedError<UnreadableView>()("UnreadableView", {
  table: Schema.String,
  id: Schema.String,
}) {
  override get message() {
    return `The row ${JSON.stringify(this.id)} of ${this.table} has another shape than this version writes.`;
  }
}

/** A stream that no row can be made of: an event that no version reads, or a row that can't be kept. */
export const UnreadableStream = Schema.Struct({
  stream: StreamId,
  sequence: Schema.NonNegativeInt,
  position: Schema.NonNegativeInt,
  cause: Schema.Union(UndecodableEvent, UnstorableValue),
});
export type UnreadableStream = typeof UnreadableStream.Type;

/** Names the event, and says what is wrong with it. */
export const describeUnreadable = ({ stream, sequence, position, cause }: UnreadableStream) =>
  `event ${sequence} of ${stream.type} ${JSON.stringify(stream.id)}, at position ${position}: ${cause.message}`;

/** Some streams have no row of a view made of them; those of all others are made. */
export class ViewNotRebuilt extends Schema.TaggedError<ViewNotRebuilt>()("ViewNotRebuilt", {
  table: Schema.String,
  /** How many. */
  count: Schema.Int,
  first: UnreadableStream,
  /** What has become of the others. */
  rebuilt: Schema.Struct({ rows: Schema.Int, written: Schema.Int, removed: Schema.Int }),
}) {
  override get message() {
    const { table, count, first, rebuilt } = this;
    const streams = count === 1 ? "1 stream" : `${count} streams`;
    return `${table} gets no row of ${streams}, and what it has of them stays as it is; those of the other ${rebuilt.rows} are made. The first is ${describeUnreadable(first)}`;
  }
}

/**
 * The store that a program appends to and loads from. A layer gives it: `memory/layer`,
 * `sqlite/layer` or `postgres/layer`.
 */
export class EventStore extends Context.Tag("@ledgerfold/event-store/EventStore")<
  EventStore,
  Service
>() {}
