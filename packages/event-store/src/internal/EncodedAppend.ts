import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { StoredEvent } from "@ledgerfold/aggregate/EventCodec";
import { Either } from "effect";
import type { Causation } from "../Causation.ts";
import {
  type Append,
  type ExpectedVersion,
  type Metadata,
  type StreamId,
  UnstorableValue,
} from "../EventStore.ts";
import type { InvalidArgument } from "../InvalidArgument.ts";
import * as Argument from "./Argument.ts";
import * as Stored from "./Stored.ts";

export interface WrittenEvent extends StoredEvent {
  readonly metadata: Metadata;
  readonly id: string | null;
}

/** An append whose events and snapshot are the texts that a store keeps, whatever comes between. */
export interface EncodedAppend extends Append<Aggregate.Any> {
  readonly written: ReadonlyArray<WrittenEvent>;
  /** The snapshot. */
  readonly kept: string | undefined;
}

/** Throws what the aggregate's own functions throw. */
export const make = (
  operation: string,
  append: Append<Aggregate.Any>,
  causation: Causation | undefined,
): Either.Either<EncodedAppend, UnstorableValue | InvalidArgument> => {
  const { aggregate, id, expected, events, snapshot } = append;
  const { type, codec, state } = aggregate;
  const stream = { type, id };
  const problem =
    Argument.id(operation, "id", id) ??
    versionProblem(operation, expected) ??
    Argument.whole(operation, "the number of its events", events.length, 1);
  if (problem !== undefined) return Either.left(problem);

  const written: Array<WrittenEvent> = [];
  let checked: Metadata | undefined;
  for (const { event, id: eventId, metadata: given } of events) {
    const metadata = causation === undefined ? (given ?? none) : { ...causation, ...given };
    if (metadata !== checked) {
      const field = otherThanText(metadata);
      if (field !== undefined) return Either.left(notText(stream, field));
      checked = metadata;
    }
    const encoded = Stored.attempt({ stream, part: "event", of: tagOf(event) }, () =>
      codec.encode(event),
    );
    if (Either.isLeft(encoded)) return Either.left(encoded.left);
    const { type, version, payload } = encoded.right;
    const problem =
      (eventId === undefined ? undefined : Argument.id(operation, "an event's id", eventId)) ??
      Argument.text(operation, "an event's type", type) ??
      Argument.text(operation, "an event's version", version);
    if (problem !== undefined) return Either.left(problem);
    written.push({ type, version, payload, metadata, id: eventId ?? null });
  }
  if (snapshot === undefined) return Either.right({ ...append, written, kept: undefined });
  return Either.map(
    Stored.encode({ stream, part: "snapshot", of: type }, state, snapshot),
    (kept) => ({ ...append, written, kept }),
  );
};

const versionProblem = (operation: string, expected: ExpectedVersion) =>
  typeof expected === "number"
    ? Argument.whole(operation, "expected", expected)
    : Argument.oneOf(operation, "expected", expected, ["none", "exists", "any"]);

const tagOf = (event: { readonly _tag?: unknown } | undefined): string => String(event?._tag);

/** One object, so that stores that remember the last metadata know it again. */
const none: Metadata = {};

/** What a single call may append: every engine has been measured with so many. */
const mostEvents = 1_000_000;

/** A call appends all or nothing, so all of it has to be held at once. */
export const tooMany = (operation: string, events: number): InvalidArgument | undefined =>
  Argument.whole(operation, "the number of events", events, 0, mostEvents);

/** The name of metadata that is not text; an empty one where the whole is no object. */
export const otherThanText = (metadata: Metadata): string | undefined => {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) return "";
  for (const name in metadata) if (typeof metadata[name] !== "string") return name;
  return undefined;
};

export const notText = (stream: StreamId, field: string): UnstorableValue =>
  new UnstorableValue({
    ...{ stream, part: "metadata", of: "", field },
    reason: "nothing but text by name",
  });
