import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { UndecodableEvent } from "@ledgerfold/aggregate/EventCodec";
import * as Compiled from "@ledgerfold/aggregate/Compiled";
import * as Json from "@ledgerfold/aggregate/Json";
import * as View from "@ledgerfold/aggregate/View";
import { Chunk, DateTime, Effect, Either, Option, type Schema, Stream } from "effect";
import {
  type Append,
  type AppendError,
  type Appended,
  type Loaded,
  type RecordedEvent,
  type Service,
  type StoreError,
  type StreamId,
  UnreadableView,
} from "../EventStore.ts";
import type { Engine, Head, Write } from "./Engine.ts";

/** An event store on an engine: encodes events, folds views and states. */
export const make = (engine: Engine): Service => {
  /** The view's model and first event before an append. A row that does not fit is folded anew. */
  const before = (
    aggregate: Aggregate.Any,
    stream: StreamId,
    head: Head,
  ): Effect.Effect<Before, StoreError | UndecodableEvent> =>
    Effect.gen(function* () {
      const { view, codec } = aggregate;
      if (head.version === 0) return beginning(aggregate);
      const row = head.view?.version === head.version ? head.view : undefined;
      const stored = row === undefined ? Option.none() : decode(view.schema, row.payload);
      if (Option.isSome(stored)) {
        if (!view.needsFirst) return { model: stored.value, first: undefined };
        const [first] = yield* engine.readFirst(stream.type, [stream.id]);
        if (first !== undefined) {
          return { model: stored.value, first: yield* codec.decode(first) };
        }
      }
      const events = yield* Effect.forEach(yield* engine.read(stream), codec.decode);
      const origin = { id: stream.id, first: events[0] };
      return { model: View.fold(view, view.initial, events, origin), first: events[0] };
    });

  const prepare = (append: Append<Aggregate.Any>): Effect.Effect<Write, AppendError> =>
    Effect.gen(function* () {
      const { aggregate, id, expected } = append;
      const stream = { type: aggregate.type, id };
      const head = yield* engine.head(stream, aggregate.view.table);
      // A number that is wrong already needs no fold: the commit names the conflict.
      const known = typeof expected !== "number" || expected === head.version;
      const start = known ? yield* before(aggregate, stream, head) : beginning(aggregate);
      const at = append.snapshot === undefined ? "" : DateTime.formatIso(yield* DateTime.now);
      return write(append, expected === "any" ? head.version : expected, start, at);
    });

  /** A fresh stream has nothing to be read first: many of them are one Effect. */
  const prepareAll = (
    appends: ReadonlyArray<Append<Aggregate.Any>>,
  ): Effect.Effect<ReadonlyArray<Write>, AppendError> =>
    appends.every(({ expected, snapshot }) => expected === "none" && snapshot === undefined)
      ? Effect.sync(() =>
          appends.map((append) => write(append, "none", beginning(append.aggregate), "")),
        )
      : Effect.forEach(appends, prepare);

  const appendAll = (
    appends: ReadonlyArray<Append<Aggregate.Any>>,
  ): Effect.Effect<ReadonlyArray<Appended>, AppendError> =>
    Effect.forEach(inRuns(appends), (run) => Effect.flatMap(prepareAll(run), engine.commit)).pipe(
      Effect.map((appended) => appended.flat()),
      engine.transaction,
    );

  return {
    setup: (aggregates) =>
      engine.transaction(engine.setup(aggregates.map(({ view }) => view.table))),
    append: Effect.fn("EventStore.append")(function* (append) {
      const [appended] = yield* appendAll([append]);
      return appended as Appended;
    }),
    appendAll: Effect.fn("EventStore.appendAll")(appendAll),
    load: Effect.fn("EventStore.load")(function* <A extends Aggregate.Any>(
      aggregate: A,
      id: string,
    ) {
      const stream = { type: aggregate.type, id };
      const start = yield* snapshotOf(engine, aggregate, stream);
      const events = yield* engine.read(stream, start.version + 1);
      const decoded = yield* Effect.forEach(events, aggregate.codec.decode);
      return {
        state: Aggregate.fold(aggregate, start.state, decoded),
        version: events.at(-1)?.sequence ?? start.version,
      };
    }),
    read: engine.read,
    readFirst: engine.readFirst,
    readAll: (after) =>
      Stream.paginateChunkEffect(after, (cursor) =>
        Effect.map(engine.page(cursor, pageSize), (page) => [
          Chunk.fromIterable(page),
          page.length < pageSize
            ? Option.none()
            : Option.some((page.at(-1) as RecordedEvent).position),
        ]),
      ),
    view: Effect.fn("EventStore.view")(function* (aggregate, id) {
      const { table, schema } = aggregate.view;
      const row = yield* engine.viewRow(table, id);
      if (row === undefined) return Option.none();
      const model = decode(schema, row.payload);
      return Option.isSome(model)
        ? Option.some({ model: model.value, version: row.version })
        : yield* new UnreadableView({ table, id });
    }),
    mendViews: Effect.fn("EventStore.mendViews")(function* (aggregate, ids, { write }) {
      const { type, view, codec } = aggregate;
      let mended = 0;
      for (const id of ids) {
        const [first, second] = yield* engine.read({ type, id });
        if (first === undefined || second !== undefined) continue;
        const event = yield* codec.decode(first);
        const model = View.fold(view, view.initial, [event], { id, first: event });
        const payload = encode(view.schema, model);
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

interface Before {
  readonly model: unknown;
  /** Undefined where the view does not need it, or the stream is fresh. */
  readonly first: unknown;
}

const beginning = ({ view }: Aggregate.Any): Before => ({ model: view.initial, first: undefined });

/** An append in stored form; `start` is where its view stands, `at` the moment of its snapshot. */
const write = (
  { aggregate, id, events, snapshot }: Append<Aggregate.Any>,
  expected: Write["expected"],
  start: Before,
  at: string,
): Write => {
  const { view, codec, state, stateVersion: schemaVersion } = aggregate;
  const bare = events.map(({ event }) => event);
  const folded = View.fold(view, start.model, bare, { id, first: start.first ?? bare[0] });
  const stored: Write = {
    stream: { type: aggregate.type, id },
    expected,
    events: events.map(({ event, id: eventId, metadata }) => ({
      ...codec.encode(event),
      metadata: metadata ?? {},
      id: eventId ?? null,
    })),
    view: { table: view.table, payload: encode(view.schema, folded) },
  };
  if (snapshot === undefined) return stored;
  return { ...stored, snapshot: { schemaVersion, payload: encode(state, snapshot), at } };
};

const pageSize = 1_000;

const encode = (schema: Schema.Schema<unknown, unknown>, value: unknown): string =>
  Json.stringify(Compiled.make(schema).encode(value));

/** Nothing where the text is no JSON, or of another shape. */
const decode = <A>(schema: Schema.Schema<A, unknown>, text: string): Option.Option<A> =>
  Option.liftThrowable(Json.parse)(text).pipe(
    Option.flatMap((json) => Either.getRight(Compiled.make(schema).decode(json))),
  );

/** In runs that name no stream twice, so that each append sees what those before it wrote. */
const inRuns = (appends: ReadonlyArray<Append<Aggregate.Any>>) => {
  const runs: Array<Array<Append<Aggregate.Any>>> = [];
  const seen = new Set<string>();
  for (const append of appends) {
    const stream = JSON.stringify([append.aggregate.type, append.id]);
    if (seen.has(stream) || runs.length === 0) {
      seen.clear();
      runs.push([]);
    }
    seen.add(stream);
    runs.at(-1)?.push(append);
  }
  return runs;
};

const snapshotOf = (engine: Engine, aggregate: Aggregate.Any, stream: StreamId) =>
  Effect.map(engine.snapshot(stream, aggregate.stateVersion), (snapshot): Loaded<unknown> => {
    const state =
      snapshot === undefined ? Option.none() : decode(aggregate.state, snapshot.payload);
    return snapshot !== undefined && Option.isSome(state)
      ? { state: state.value, version: snapshot.version }
      : { state: aggregate.initial, version: 0 };
  });
