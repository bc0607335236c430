import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { UndecodableEvent } from "@ledgerfold/aggregate/EventCodec";
import { Effect, Either } from "effect";
import {
  type RecordedEvent,
  type Rebuilt,
  type RebuildOptions,
  type StoreError,
  type UnreadableStream,
  ViewNotRebuilt,
} from "../EventStore.ts";
import { breathe } from "../breathe.ts";
import type { Engine } from "./Engine.ts";
import * as Stored from "./Stored.ts";

/** A stream as far as its events were folded. */
interface Folded {
  readonly id: string;
  readonly first: unknown;
  readonly model: unknown;
  readonly version: number;
  /** Of the last of them. */
  readonly position: number;
}

/**
 * Folds all streams of an aggregate and writes the rows that differ, in one transaction: others see
 * the view as it was until all of it is new. Holds one page of events and one model at a time.
 */
export const rebuildView = (
  engine: Engine,
  { type, codec, view }: Aggregate.Any,
  { onProgress = () => Effect.void, onUnreadable = () => Effect.void }: RebuildOptions,
): Effect.Effect<Rebuilt, StoreError | ViewNotRebuilt> => {
  const { table } = view;
  let rows = 0;
  let written = 0;
  let unreadable = 0;
  let firstUnreadable: UnreadableStream | undefined;
  const pass = (found: UnreadableStream) => {
    unreadable += 1;
    firstUnreadable ??= found;
    return onUnreadable(found);
  };
  const finish = ({ id, model, version, position }: Folded) =>
    Effect.gen(function* () {
      const stream = { type, id };
      const encoded = Stored.encode({ stream, part: "view", of: table }, view.schema, model);
      if (Either.isLeft(encoded)) {
        return yield* pass({ stream, sequence: version, position, cause: encoded.left });
      }
      rows += 1;
      const payload = encoded.right;
      const row = yield* engine.viewRow(table, id);
      if (row?.version === version && row.payload === payload) return;
      written += 1;
      yield* engine.putView(table, id, { version, payload });
    });

  const work = Effect.gen(function* () {
    yield* engine.holdLog;
    const total = (yield* engine.count([type])).get(type) ?? 0;
    let folded: Folded | undefined;
    /** The id of the stream that is passed over from an event on. */
    let passed: string | undefined;
    let after = 0;
    let done = 0;
    for (;;) {
      yield* onProgress({ done, total });
      const { rows: page } = yield* engine.streamPage(type, after, pageSize);
      for (const recorded of page) {
        const { stream, sequence: version, position } = recorded;
        const { id } = stream;
        if (id === passed) continue;
        if (folded !== undefined && folded.id !== id) {
          yield* finish(folded);
          folded = undefined;
        }
        const decoded = version === 0 ? Either.left(unnumbered(recorded)) : codec.decode(recorded);
        if (Either.isLeft(decoded)) {
          folded = undefined;
          passed = id;
          yield* pass({ stream, sequence: version, position, cause: decoded.left });
          continue;
        }
        const event = decoded.right;
        const first: unknown = folded === undefined ? event : folded.first;
        const before: unknown = folded === undefined ? view.initial : folded.model;
        const model = view.evolve(before, event, { id, first });
        folded = { id, first, version, position, model };
      }
      done += page.length;
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.position;
      yield* breathe;
    }
    if (folded !== undefined) yield* finish(folded);
    return { rows, written, removed: yield* engine.removeViews(table, type) };
  });
  return Effect.flatMap(engine.transaction(work), (rebuilt) =>
    firstUnreadable === undefined
      ? Effect.succeed(rebuilt)
      : new ViewNotRebuilt({
          ...{ table, rebuilt },
          ...{ count: unreadable, first: firstUnreadable },
        }),
  );
};

const unnumbered = ({ type, version }: RecordedEvent) =>
  new UndecodableEvent({ type, version, reason: "its sequence is no whole number from 1 on" });

const pageSize = 500;
