import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { StoredEvent, UndecodableEvent } from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { Either, Option } from "effect";
import type { EncodedStream } from "../EncodedStream.ts";
import {
  type Append,
  type Appended,
  EventIdReused,
  type ExpectedVersion,
  type RecordedEvent,
  type StreamId,
  type UnstorableValue,
  VersionConflict,
} from "../EventStore.ts";
import type { EncodedAppend, WrittenEvent } from "./EncodedAppend.ts";
import type { StoredView } from "./Engine.ts";
import * as Stored from "./Stored.ts";

/** The synchronous steps that an append is made of, inside a transaction that the caller holds. */
export interface AppendSteps {
  /** The stream's last sequence; 0 when it has no events. */
  readonly version: (stream: StreamId) => number;
  /** Whether a unique key refuses a stream's second beginning, so that nobody has to look for it. */
  readonly hasKey: () => boolean;
  readonly first: (stream: StreamId) => StoredEvent | undefined;
  readonly read: (stream: StreamId) => ReadonlyArray<StoredEvent>;
  readonly byEventId: (id: string) => RecordedEvent | undefined;
  /** Returns the position that the event got; nothing when the stream has that sequence already. */
  readonly insertEvent: (
    stream: StreamId,
    sequence: number,
    event: WrittenEvent,
    at: string,
  ) => number | undefined;
  readonly viewRow: (table: string, id: string) => StoredView | undefined;
  readonly putView: (table: string, id: string, version: number, payload: string) => void;
  /**
   * Called for a stream that begins: an erased stream of the same name may have left a snapshot, which
   * would be of other events.
   */
  readonly dropSnapshot: (stream: StreamId) => void;
  readonly putSnapshot: (stream: StreamId, version: number, snapshot: Snapshot) => void;
}

export interface Snapshot {
  readonly schemaVersion: number;
  readonly payload: string;
  readonly at: string;
}

export type Refusal = VersionConflict | EventIdReused | UndecodableEvent | UnstorableValue;

/**
 * Appends until the first refusal; the caller rolls back what came before it. Each append sees what
 * those before it wrote.
 */
export const appendAll = (
  steps: AppendSteps,
  appends: ReadonlyArray<EncodedAppend>,
  at: string,
): Either.Either<ReadonlyArray<Appended>, Refusal> => {
  const results: Array<Appended> = [];
  for (const append of appends) {
    const result = appendOne(steps, append, at);
    if (Either.isLeft(result)) return Either.left(result.left);
    results.push(result.right);
  }
  return Either.right(results);
};

const appendOne = (
  steps: AppendSteps,
  append: EncodedAppend,
  at: string,
): Either.Either<Appended, Refusal> => {
  const { aggregate, id, expected, written: events, kept } = append;
  const { view, stateVersion: schemaVersion } = aggregate;
  const stream = { type: aggregate.type, id };

  const earlier = alreadyWritten(steps, stream, events);
  if (earlier !== undefined) return earlier;

  const before = versionBefore(steps, stream, expected);
  if (!fits(expected, before)) {
    return Either.left(new VersionConflict({ stream, expected, actual: before }));
  }
  const standing = standingOf(steps, append, before);
  if (Either.isLeft(standing)) return Either.left(Stored.inStream(stream)(standing.left));

  const appended = insert(steps, { stream, expected, before, events, at });
  if (Either.isLeft(appended)) return appended;
  const { version } = appended.right;
  let { model } = standing.right;
  const origin = { id, first: standing.right.first };
  for (const { event } of append.events) model = view.evolve(model, event, origin);
  const row = Stored.encode({ stream, part: "view", of: view.table }, view.schema, model);
  if (Either.isLeft(row)) return Either.left(row.left);
  steps.putView(view.table, id, version, row.right);
  if (kept !== undefined) {
    steps.putSnapshot(stream, version, { schemaVersion, payload: kept, at });
  } else if (before === 0) steps.dropSnapshot(stream);
  return appended;
};

/** The same for fresh streams whose texts were made before. */
export const appendEncoded = (
  steps: AppendSteps,
  { type, view }: Aggregate.Any,
  streams: ReadonlyArray<EncodedStream>,
  at: string,
): Either.Either<ReadonlyArray<Appended>, VersionConflict> => {
  const expected = "none";
  const results: Array<Appended> = [];
  for (const { id, event, view: payload } of streams) {
    const stream = { type, id };
    const before = versionBefore(steps, stream, expected);
    if (before > 0) return Either.left(new VersionConflict({ stream, expected, actual: before }));
    const appended = insert(steps, { stream, expected, before, events: [event], at });
    if (Either.isLeft(appended)) return Either.left(appended.left);
    steps.putView(view.table, id, appended.right.version, payload);
    steps.dropSnapshot(stream);
    results.push(appended.right);
  }
  return Either.right(results);
};

/** Does not look for a stream that should be new, if a unique key would refuse its first event. */
const versionBefore = (steps: AppendSteps, stream: StreamId, expected: ExpectedVersion): number =>
  expected === "none" && steps.hasKey() ? 0 : steps.version(stream);

const insert = (
  steps: AppendSteps,
  {
    stream,
    expected,
    before,
    events,
    at,
  }: {
    readonly stream: StreamId;
    readonly expected: ExpectedVersion;
    readonly before: number;
    readonly events: ReadonlyArray<WrittenEvent>;
    readonly at: string;
  },
): Either.Either<Appended, VersionConflict> => {
  let version = before;
  let position = 0;
  for (const event of events) {
    version += 1;
    const inserted = steps.insertEvent(stream, version, event, at);
    if (inserted === undefined) {
      const actual = steps.version(stream);
      return Either.left(new VersionConflict({ stream, expected, actual }));
    }
    position = inserted;
  }
  return Either.right({ stream, version, position });
};

const fits = (expected: ExpectedVersion, version: number): boolean => {
  if (typeof expected === "number") return expected === version;
  return expected === "any" || (expected === "exists") === version > 0;
};

/** Where a view stands, and the stream's first event where the view needs it. */
interface Standing {
  readonly model: unknown;
  readonly first: unknown;
}

/** The view before an append, folded anew where its row is missing, outdated or unreadable. */
const standingOf = (
  steps: AppendSteps,
  { aggregate, id, events }: Append<Aggregate.Any>,
  version: number,
): Either.Either<Standing, UndecodableEvent> => {
  const { type, view, codec } = aggregate;
  if (version === 0) return Either.right({ model: view.initial, first: events[0].event });
  const stream = { type, id };
  const row = steps.viewRow(view.table, id);
  const model = row?.version === version ? Stored.decode(view.schema, row.payload) : Option.none();
  if (Option.isSome(model)) {
    if (!events.some(({ event }) => view.needsFirst(event)))
      return Either.right({ model: model.value, first: undefined });
    const first = steps.first(stream);
    if (first !== undefined) {
      return Either.map(codec.decode(first), (first) => ({ model: model.value, first }));
    }
  }
  return Either.map(Stored.decodeAll(codec, steps.read(stream)), (events) => {
    const [first] = events;
    return { model: View.fold(view, view.initial, events, { id, first }), first };
  });
};

/**
 * What to answer to an append whose events carry ids: nothing when the log knows none of them, the
 * first result when it holds exactly these events, and a refusal for anything between.
 */
const alreadyWritten = (
  steps: AppendSteps,
  stream: StreamId,
  events: ReadonlyArray<WrittenEvent>,
): Either.Either<Appended, EventIdReused> | undefined => {
  if (events.every(({ id }) => id === null)) return undefined;
  const reused = (eventId: string) => Either.left(new EventIdReused({ stream, eventId }));
  const ids = new Set<string>();
  for (const { id } of events) {
    if (id === null) continue;
    if (ids.has(id)) return reused(id);
    ids.add(id);
  }

  const found = events.map(({ id }) => (id === null ? undefined : steps.byEventId(id)));
  const known = found.find((event) => event !== undefined);
  if (known === undefined) return undefined;
  const start = found[0]?.sequence ?? 0;
  const same = events.every((event, index) => {
    const there = found[index];
    return (
      there?.stream.type === stream.type &&
      there.stream.id === stream.id &&
      there.sequence === start + index &&
      there.type === event.type &&
      there.payload === event.payload
    );
  });
  const last = found.at(-1);
  return same && last !== undefined
    ? Either.right({ stream, version: last.sequence, position: last.position })
    : reused(known.id ?? "");
};
