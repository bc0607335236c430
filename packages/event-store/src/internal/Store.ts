import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { UndecodableEvent } from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { Chunk, DateTime, Effect, Either, Option, Stream } from "effect";
import {
  type Append,
  type AppendError,
  type Appended,
  type Loaded,
  type RecordedEvent,
  type Service,
  type StoreError,
  UnreadableView,
} from "../EventStore.ts";
import type { Engine, History } from "./Engine.ts";
import * as Stored from "./Stored.ts";
import { traced } from "./traced.ts";

/** An event store on an engine. */
export const make = (engine: Engine): Service => {
  const appendAll = (
    appends: ReadonlyArray<Append<Aggregate.Any>>,
  ): Effect.Effect<ReadonlyArray<Appended>, AppendError> =>
    appends.some(({ snapshot }) => snapshot !== undefined)
      ? Effect.flatMap(DateTime.now, (now) => engine.append(appends, DateTime.formatIso(now)))
      : engine.append(appends, "");

  const load = <A extends Aggregate.Any>(
    aggregate: A,
    id: string,
  ): Effect.Effect<Loaded<Aggregate.State<A>>, StoreError | UndecodableEvent> => {
    const stream = { type: aggregate.type, id };
    return Effect.flatMap(engine.history(stream, aggregate.stateVersion), (history) => {
      if (history.snapshot === undefined) return fold(aggregate, aggregate.initial, history);
      const state = Stored.decode(aggregate.state, history.snapshot.payload);
      if (Option.isSome(state)) return fold(aggregate, state.value, history);
      return Effect.flatMap(engine.history(stream, undefined), (whole) =>
        fold(aggregate, aggregate.initial, whole),
      );
    });
  };

  return {
    setup: (aggregates) =>
      engine.transaction(engine.setup(aggregates.map(({ view }) => view.table))),
    isSetUp: (aggregates) => engine.isSetUp(aggregates.map(({ view }) => view.table)),
    append: (append) =>
      traced(
        "EventStore.append",
        Effect.map(appendAll([append]), ([appended]) => appended as Appended),
      ),
    appendAll: (appends) => traced("EventStore.appendAll", appendAll(appends)),
    load: (aggregate, id) => traced("EventStore.load", load(aggregate, id)),
    read: engine.read,
    readFirst: engine.readFirst,
    readAll: (after) =>
      Stream.paginateChunkEffect(after, (cursor) =>
        Effect.map(engine.page(cursor, pageSize), (page) => [
          Chunk.unsafeFromArray(page),
          page.length < pageSize
            ? Option.none()
            : Option.some((page.at(-1) as RecordedEvent).position),
        ]),
      ),
    view: ({ view: { table, schema } }, id) =>
      traced(
        "EventStore.view",
        Effect.flatMap(engine.viewRow(table, id), (row) => {
          if (row === undefined) return Effect.succeedNone;
          const model = Stored.decode(schema, row.payload);
          return Option.isSome(model)
            ? Effect.succeedSome({ model: model.value, version: row.version })
            : new UnreadableView({ table, id });
        }),
      ),
    mendViews: Effect.fn("EventStore.mendViews")(function* (aggregate, ids, { write }) {
      const { type, view, codec } = aggregate;
      let mended = 0;
      for (const id of ids) {
        const [first, second] = yield* engine.read({ type, id });
        if (first === undefined || second !== undefined) continue;
        const event = yield* codec.decode(first);
        const model = View.fold(view, view.initial, [event], { id, first: event });
        const payload = Stored.encode(view.schema, model);
        const row = yield* engine.viewRow(view.table, id);
        if (row?.version === 1 && row.payload === payload) continue;
        mended += 1;
        if (write) yield* engine.putView(view.table, id, { version: 1, payload });
      }
      return mended;
    }),
    count: (aggregates) => engine.count(aggregates.map(({ type }) => type)),
    erase: (aggregates) =>
      engine.transaction(
        engine.erase(
          aggregates.map(({ type }) => type),
          aggregates.map(({ view }) => view.table),
        ),
      ),
    transaction: engine.transaction,
    bulk: engine.bulk,
  };
};

const pageSize = 1_000;

/** The state after a history. One event after another: this is where loading spends its time. */
const fold = <A extends Aggregate.Any>(
  { codec, evolve }: A,
  start: Aggregate.State<A>,
  { events, version }: History,
): Either.Either<Loaded<Aggregate.State<A>>, UndecodableEvent> => {
  let state = start;
  for (const event of events) {
    const decoded = codec.decode(event);
    if (Either.isLeft(decoded)) return Either.left(decoded.left);
    state = evolve(state, decoded.right);
  }
  return Either.right({ state, version });
};
