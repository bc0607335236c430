import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { StoredEvent } from "@ledgerfold/aggregate/EventCodec";
import type { Effect } from "effect";
import type { Checkpoint } from "../Checkpoint.ts";
import type { EncodedStream } from "../EncodedStream.ts";
import type {
  AppendError,
  Appended,
  LogOptions,
  RecordedEvent,
  Service,
  SetupError,
  StoreError,
  StreamId,
} from "../EventStore.ts";
import type { UnfitTable } from "../UnfitTable.ts";
import type { EncodedAppend } from "./EncodedAppend.ts";
import type { Page } from "./Page.ts";

/**
 * What a database has to do to hold a log; everything else is the same for all of them. `erase` runs
 * in a `transaction` that the caller holds, and nobody else writes between what it reads there and
 * what it writes.
 */
export interface Engine
  extends EventReads,
    ViewRows,
    CheckpointRows,
    RunRows,
    Pick<Service, "transaction" | "afterCommit" | "bulk" | "changes"> {
  /** Makes in a transaction what is missing of events, snapshots, checkpoints and these views. */
  readonly setup: (viewTables: ReadonlyArray<string>) => Effect.Effect<void, SetupError>;
  /** Whether `setup` would write nothing. */
  readonly isSetUp: (
    viewTables: ReadonlyArray<string>,
  ) => Effect.Effect<boolean, StoreError | UnfitTable>;
  /** All appends, in order, or none, in a transaction; `at` is the moment of it. */
  readonly append: (
    appends: ReadonlyArray<EncodedAppend>,
    at: string,
  ) => Effect.Effect<ReadonlyArray<Appended>, AppendError>;
  /** Streams that nobody has begun, all or none, as `append` would write them. */
  readonly appendEncoded: (
    aggregate: Aggregate.Any,
    streams: ReadonlyArray<EncodedStream>,
    at: string,
  ) => Effect.Effect<ReadonlyArray<Appended>, AppendError>;
  /**
   * In a transaction that the caller holds, before it writes views: nobody else appends or erases
   * before it ends, and an append that has read a view before reads it again.
   */
  readonly holdLog: Effect.Effect<void, StoreError>;
  readonly erase: (
    types: ReadonlyArray<string>,
    viewTables: ReadonlyArray<string>,
  ) => Effect.Effect<number, StoreError>;
}

/** The events of a log. */
export interface EventReads extends Pick<Service, "read" | "readFirst" | "readLast"> {
  /**
   * The snapshot of this schema version, where there is one, and a page of the events after it; without
   * one, of those after the sequence `after`.
   */
  readonly history: (
    stream: StreamId,
    schemaVersion: number | undefined,
    after?: number,
  ) => Effect.Effect<History, StoreError>;
  /** Up to `limit` events, in log order. */
  readonly page: (
    options: LogOptions & { readonly after: number; readonly limit: number },
  ) => Effect.Effect<Page<RecordedEvent>, StoreError>;
  /**
   * Up to `limit` events of one aggregate, stream after stream, each in order: the first, for an
   * `after` of 0, or those that follow the event at this position in that order.
   */
  readonly streamPage: (
    type: string,
    after: number,
    limit: number,
  ) => Effect.Effect<Page<RecordedEvent>, StoreError>;
  readonly count: (
    types: ReadonlyArray<string>,
  ) => Effect.Effect<ReadonlyMap<string, number>, StoreError>;
}

/** The rows of views, outside of appends. */
export interface ViewRows {
  readonly putView: (
    table: string,
    id: string,
    view: StoredView,
  ) => Effect.Effect<void, StoreError>;
  readonly viewRow: (
    table: string,
    id: string,
  ) => Effect.Effect<StoredView | undefined, StoreError>;
  /** Up to `limit` rows in the order of their ids' bytes: the first, or those after an id. */
  readonly viewPage: (
    table: string,
    after: string | undefined,
    limit: number,
  ) => Effect.Effect<Page<StoredView & { readonly id: string }>, StoreError>;
  /** Those of these streams that have one event only, with it and with the view's row. */
  readonly singles: (
    type: string,
    table: string,
    ids: ReadonlyArray<string>,
  ) => Effect.Effect<ReadonlyArray<Single>, StoreError>;
  /** Deletes the rows of a view whose ids are no streams of the aggregate; returns how many. */
  readonly removeViews: (table: string, type: string) => Effect.Effect<number, StoreError>;
}

/** The checkpoints of subscriptions. */
export interface CheckpointRows {
  /** All, in the order of their names, or the one of this name. */
  readonly checkpoints: (name?: string) => Effect.Effect<ReadonlyArray<Checkpoint>, StoreError>;
  /**
   * In a transaction that the caller holds: from now until it ends nobody else locks, puts or drops
   * the checkpoint of this name, whether there is one or not. What is read after it is as new as it.
   */
  readonly lockCheckpoint: (name: string) => Effect.Effect<void, StoreError>;
  readonly putCheckpoint: (checkpoint: Checkpoint) => Effect.Effect<void, StoreError>;
  /** Of a name that the caller has locked. Returns whether there was one. */
  readonly dropCheckpoint: (name: string) => Effect.Effect<boolean, StoreError>;
}

/** The runs that are kept beside the log, and what the log has of them. */
export interface RunRows {
  readonly runs: Effect.Effect<ReadonlyArray<StoredRun>, StoreError>;
  /** In a transaction that the caller holds; makes the table where there is none. */
  readonly putRun: (run: StoredRun) => Effect.Effect<void, StoreError>;
  /** Of each run and type that has any. */
  readonly runEvents: Effect.Effect<ReadonlyArray<RunEvents>, StoreError>;
  /** Streams of these types that have events of a run and others. */
  readonly sharedStreams: (
    run: string,
    types: ReadonlyArray<string>,
  ) => Effect.Effect<ReadonlyArray<StreamId>, StoreError>;
  /** In a transaction that the caller holds: returns how many events that were. */
  readonly eraseRun: (
    run: string,
    aggregates: ReadonlyArray<{ readonly type: string; readonly table: string }>,
  ) => Effect.Effect<number, StoreError>;
}

/** A run as the texts of its row. */
export interface StoredRun {
  readonly id: string;
  readonly at: string;
  readonly version: string;
  readonly options: string;
  readonly counts: string;
  readonly roots: string;
  readonly outcome: string;
  readonly outcomeAt: string;
}

export interface RunEvents {
  readonly run: string;
  readonly type: string;
  readonly events: number;
  readonly lastPosition: number;
  /** When the first one was appended, where that is known. */
  readonly firstAt: string | null;
}

/** What a state is folded from. */
export interface History {
  readonly snapshot: StoredView | undefined;
  readonly events: ReadonlyArray<StoredEvent>;
  /** The last sequence of these; 0 when the stream has no events. */
  readonly version: number;
  /** Whether there may be more. */
  readonly isCut: boolean;
}

interface Single {
  readonly id: string;
  readonly event: StoredEvent;
  readonly row: StoredView | undefined;
}

export interface StoredView {
  readonly version: number;
  readonly payload: string;
}
