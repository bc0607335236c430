import { randomUUID } from "node:crypto";
import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { UndecodableEvent } from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { Array as Arr, Chunk, Effect, Either, FiberRef, Option, Schedule, Stream } from "effect";
import * as Causation from "../Causation.ts";
import {
  type Append,
  type AppendError,
  type Appended,
  type ExecuteOptions,
  type Executed,
  type Loaded,
  type Metadata,
  type RecordedEvent,
  type Service,
  type StoreError,
  UnreadableView,
  VersionConflict,
} from "../EventStore.ts";
import * as Metrics from "../Metrics.ts";
import type { Engine, History } from "./Engine.ts";
import { rebuildView } from "./rebuildView.ts";
import * as Stored from "./Stored.ts";
import { traced } from "./traced.ts";

/** An event store on an engine. */
export const make = (engine: Engine): Service => {
  const appendAll = (
    appends: ReadonlyArray<Append<Aggregate.Any>>,
  ): Effect.Effect<ReadonlyArray<Appended>, AppendError> =>
    Effect.clockWith((clock) =>
      Effect.flatMap(FiberRef.get(Causation.current), (causation) => {
        for (const { aggregate, id, events } of appends) {
          insistExact(aggregate.type, id, ...events.map((event) => event.id ?? ""));
        }
        const caused =
          causation === undefined ? appends : appends.map((append) => because(causation, append));
        return engine.append(caused, moment(clock.unsafeCurrentTimeMillis()));
      }),
    ).pipe(Metrics.counted(appends.reduce((sum, { events }) => sum + events.length, 0)));

  const appendEncoded: Service["appendEncoded"] = (aggregate, streams) =>
    Effect.clockWith((clock) =>
      Effect.flatMap(FiberRef.get(Causation.current), (causation) => {
        for (const { id } of streams) insistExact(aggregate.type, id);
        const caused =
          causation === undefined
            ? streams
            : streams.map(({ event, ...stream }) => ({ ...stream, event: told(causation, event) }));
        return engine.appendEncoded(aggregate, caused, moment(clock.unsafeCurrentTimeMillis()));
      }),
    ).pipe(Metrics.counted(streams.length));

  const load = <A extends Aggregate.Any>(
    aggregate: A,
    id: string,
  ): Effect.Effect<Loaded<Aggregate.State<A>>, StoreError | UndecodableEvent> => {
    const stream = { type: aggregate.type, id };
    return Effect.flatMap(engine.history(stream, aggregate.stateVersion), (history) => {
      insistExact(id);
      if (history.snapshot === undefined) return fold(aggregate, aggregate.initial, history);
      const state = Stored.decode(aggregate.state, history.snapshot.payload);
      if (Option.isSome(state)) return fold(aggregate, state.value, history);
      return Effect.flatMap(engine.history(stream, undefined), (whole) =>
        fold(aggregate, aggregate.initial, whole),
      );
    }).pipe(Effect.mapError(Stored.inStream(stream)));
  };

  const append = <A extends Aggregate.Any>(append: Append<A>) =>
    Effect.map(appendAll([append]), ([appended]) => appended as Appended);

  const decideAndAppend = <A extends Aggregate.Any>(
    aggregate: A,
    id: string,
    command: Aggregate.Command<A>,
    { snapshotEvery, metadata }: ExecuteOptions,
  ): Effect.Effect<
    Executed<Aggregate.State<A>, Aggregate.Event<A>>,
    Aggregate.Refusal<A> | AppendError,
    Aggregate.Services<A>
  > =>
    Effect.gen(function* () {
      const { state: before, version } = yield* load(aggregate, id);
      const [first, ...rest] = yield* decide(aggregate, before, command);
      if (first === undefined) return { state: before, version, events: [] };
      const events = [first, ...rest] as const;
      const state = Aggregate.fold(aggregate, before, events);
      const isDue =
        snapshotEvery !== undefined &&
        Math.floor((version + events.length) / snapshotEvery) > Math.floor(version / snapshotEvery);
      const written = (event: Aggregate.Event<A>) => ({
        event,
        id: randomUUID(),
        ...(metadata === undefined ? {} : { metadata }),
      });
      const appended = yield* append({
        aggregate,
        id,
        expected: version === 0 ? "none" : version,
        events: [written(first), ...rest.map(written)],
        ...(isDue ? { snapshot: state } : {}),
      });
      return { state, version: appended.version, events };
    });

  const execute: Service["execute"] = (aggregate, id, command, options = {}) =>
    decideAndAppend(aggregate, id, command, options).pipe(
      // Only a lost race is worth another try.
      Effect.matchEffect({
        onFailure: (error) =>
          isConflict(error) ? Effect.fail(error) : Effect.succeed(Either.left(error)),
        onSuccess: (executed) => Effect.succeed(Either.right(executed)),
      }),
      Effect.retry(options.retry ?? stubborn),
      Effect.flatten,
    );

  const mendViews = (aggregate: Aggregate.Any, ids: ReadonlyArray<string>, write: boolean) =>
    Effect.gen(function* () {
      const { type, view, codec } = aggregate;
      let mended = 0;
      for (const some of Arr.chunksOf(ids, pageSize)) {
        for (const { id, event: first, row } of yield* engine.singles(type, view.table, some)) {
          const event = yield* Either.mapLeft(codec.decode(first), Stored.inStream({ type, id }));
          const model = View.fold(view, view.initial, [event], { id, first: event });
          const payload = Stored.encode(view.schema, model);
          if (row?.version === 1 && row.payload === payload) continue;
          mended += 1;
          if (write) yield* engine.putView(view.table, id, { version: 1, payload });
        }
      }
      return mended;
    });

  return {
    setup: (aggregates) =>
      engine.transaction(engine.setup(aggregates.map(({ view }) => view.table))),
    isSetUp: (aggregates) => engine.isSetUp(aggregates.map(({ view }) => view.table)),
    append: (one) => traced("EventStore.append", append(one)),
    appendAll: (appends) => traced("EventStore.appendAll", appendAll(appends)),
    appendEncoded: (aggregate, streams) =>
      traced("EventStore.appendEncoded", appendEncoded(aggregate, streams)),
    load: (aggregate, id) => traced("EventStore.load", load(aggregate, id)),
    execute: (aggregate, id, command, options) =>
      traced("EventStore.execute", execute(aggregate, id, command, options)),
    read: engine.read,
    readFirst: engine.readFirst,
    readAll: ({ after = 0, limit = Number.POSITIVE_INFINITY, ...options } = {}) =>
      Stream.paginateChunkEffect({ after, left: limit }, ({ after, left }) => {
        const size = Math.min(left, pageSize);
        return Effect.map(engine.page({ ...options, after, limit: size }), (page) => [
          Chunk.unsafeFromArray(page),
          page.length < size || left === size
            ? Option.none()
            : Option.some({
                after: (page.at(-1) as RecordedEvent).position,
                left: left - size,
              }),
        ]);
      }),
    readLast: engine.readLast,
    checkpoints: {
      all: engine.checkpoints(),
      find: (name) => Effect.map(engine.checkpoints(name), ([found]) => found),
      lock: (name) =>
        Effect.zipRight(
          engine.lockCheckpoint(name),
          Effect.map(engine.checkpoints(name), ([found]) => found),
        ),
      put: (name, at) =>
        Effect.clockWith((clock) =>
          engine.putCheckpoint({ name, at, updatedAt: moment(clock.unsafeCurrentTimeMillis()) }),
        ),
      drop: engine.dropCheckpoint,
    },
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
    views: ({ view: { table, schema } }) =>
      Stream.paginateChunkEffect(undefined as string | undefined, (after) =>
        Effect.map(engine.viewPage(table, after, pageSize), (page) => [
          Chunk.unsafeFromArray(page),
          page.length < pageSize ? Option.none() : Option.some(page.at(-1)?.id),
        ]),
      ).pipe(
        Stream.mapEffect(({ id, version, payload }) =>
          Option.match(Stored.decode(schema, payload), {
            onNone: () => new UnreadableView({ table, id }),
            onSome: (model) => Effect.succeed({ id, model, version }),
          }),
        ),
      ),
    mendViews: (aggregate, ids, { write }) =>
      traced(
        "EventStore.mendViews",
        write
          ? engine.transaction(Effect.zipRight(engine.holdLog, mendViews(aggregate, ids, write)))
          : mendViews(aggregate, ids, write),
      ),
    rebuildView: (aggregate, options = {}) =>
      traced("EventStore.rebuildView", rebuildView(engine, aggregate, options)),
    count: (aggregates) => engine.count(aggregates.map(({ type }) => type)),
    erase: (aggregates) =>
      engine.transaction(
        engine.erase(
          aggregates.map(({ type }) => type),
          aggregates.map(({ view }) => view.table),
        ),
      ),
    changes: engine.changes,
    transaction: engine.transaction,
    afterCommit: engine.afterCommit,
    bulk: engine.bulk,
  };
};

const pageSize = 1_000;

/** Refuses lone surrogates: drivers make U+FFFD of them, and the text would name something else. */
const insistExact = (...texts: ReadonlyArray<string>): void => {
  const broken = texts.find((text) => /\p{Surrogate}/u.test(text));
  if (broken !== undefined) {
    throw new TypeError(
      `${JSON.stringify(broken)} is not well-formed Unicode, so no database keeps it as it is.`,
    );
  }
};

const moment = (millis: number) => new Date(millis).toISOString();

/** Longer and longer pauses of a few milliseconds, so that those who collide do not again. */
const stubborn = Schedule.exponential("2 millis", 1.5).pipe(
  Schedule.jittered,
  Schedule.intersect(Schedule.recurs(12)),
);

const isConflict = (error: unknown): error is VersionConflict => error instanceof VersionConflict;

const decide = <A extends Aggregate.Any>(
  aggregate: A,
  state: Aggregate.State<A>,
  command: Aggregate.Command<A>,
): Effect.Effect<ReadonlyArray<Aggregate.Event<A>>, Aggregate.Refusal<A>, Aggregate.Services<A>> =>
  aggregate.decide(state, command);

/** The same append, with events that say what they came of. */
const because = (
  causation: Causation.Causation,
  append: Append<Aggregate.Any>,
): Append<Aggregate.Any> => {
  const [first, ...rest] = append.events;
  const events = rest.map((event) => told(causation, event));
  return { ...append, events: [told(causation, first), ...events] };
};

const told = <Event extends { readonly metadata?: Metadata }>(
  causation: Causation.Causation,
  event: Event,
) => ({ ...event, metadata: { ...causation, ...event.metadata } });

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
