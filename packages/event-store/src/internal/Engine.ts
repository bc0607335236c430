import type { Effect } from "effect";
import type {
  Appended,
  EventIdReused,
  ExpectedVersion,
  Metadata,
  RecordedEvent,
  Service,
  StoreError,
  StreamId,
  VersionConflict,
} from "../EventStore.ts";

/**
 * What a place to keep events has to do; everything else is the same for all of them. `setup`,
 * `commit` and `erase` run in a `transaction` that the caller holds, and nobody else writes between
 * what it reads there and what it writes.
 */
export interface Engine extends Pick<Service, "read" | "readFirst" | "transaction" | "bulk"> {
  /** Makes what is missing of events, snapshots and these view tables. */
  readonly setup: (viewTables: ReadonlyArray<string>) => Effect.Effect<void, StoreError>;
  readonly head: (stream: StreamId, viewTable: string) => Effect.Effect<Head, StoreError>;
  readonly snapshot: (
    stream: StreamId,
    schemaVersion: number,
  ) => Effect.Effect<
    { readonly version: number; readonly payload: string } | undefined,
    StoreError
  >;
  /** Up to `limit` events after a position, in log order. */
  readonly page: (
    after: number,
    limit: number,
  ) => Effect.Effect<ReadonlyArray<RecordedEvent>, StoreError>;
  readonly putView: (
    table: string,
    id: string,
    view: StoredView,
  ) => Effect.Effect<void, StoreError>;
  readonly viewRow: (
    table: string,
    id: string,
  ) => Effect.Effect<StoredView | undefined, StoreError>;
  /** Writes in order, until one is refused. */
  readonly commit: (
    writes: ReadonlyArray<Write>,
  ) => Effect.Effect<ReadonlyArray<Appended>, VersionConflict | EventIdReused | StoreError>;
  readonly count: (
    types: ReadonlyArray<string>,
  ) => Effect.Effect<ReadonlyMap<string, number>, StoreError>;
  readonly erase: (
    types: ReadonlyArray<string>,
    viewTables: ReadonlyArray<string>,
  ) => Effect.Effect<number, StoreError>;
}

/** Where a stream stands. */
export interface Head {
  /** 0 when it has no events. */
  readonly version: number;
  readonly view: StoredView | undefined;
}

export interface StoredView {
  readonly version: number;
  readonly payload: string;
}

/** One stream's share of a commit, with everything in stored form. */
export interface Write {
  readonly stream: StreamId;
  readonly expected: Exclude<ExpectedVersion, "any">;
  readonly events: ReadonlyArray<WrittenEvent>;
  /** The view after the last event. */
  readonly view: { readonly table: string; readonly payload: string };
  readonly snapshot?: {
    readonly schemaVersion: number;
    readonly payload: string;
    readonly at: string;
  };
}

export interface WrittenEvent {
  readonly type: string;
  readonly version: string;
  readonly payload: string;
  readonly metadata: Metadata;
  readonly id: string | null;
}
