import { randomUUID } from "node:crypto";
import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as Json from "@ledgerfold/aggregate/internal/Json";
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
import * as Argument from "./Argument.ts";
import * as Checkpoints from "./Checkpoints.ts";
import * as EncodedAppend from "./EncodedAppend.ts";
import type { Engine, History } from "./Engine.ts";
import * as Reading from "./Reading.ts";
import { rebuildView } from "./rebuildView.ts";
import * as Runs from "./Runs.ts";
import * as Stored from "./Stored.ts";
import { traced } from "./traced.ts";
import * as ViewTables from "./ViewTables.ts";

/** An event store on an engine. */
export const make = (engine: Engine): Service => {
  const tables = ViewTables.make();

  const appendAll = (
    operation: string,
    appends: ReadonlyArray<Append<Aggregate.Any>>,
  ): Effect.Effect<ReadonlyArray<Appended>, AppendError> =>
    Effect.clockWith((clock) =>
      Effect.flatMap(FiberRef.get(Causation.current), (causation) => {
        const events = appends.reduce((sum, { events }) => sum + events.length, 0);
        const problem = EncodedAppend.tooMany(operation, events);
        if (problem !== undefined) return problem;
        const encoded: Array<EncodedAppend.EncodedAppend> = [];
        for (const append of appends) {
          const problem = tables.problem(operation, append.aggregate);
          if (problem !== undefined) return problem;
          const one = EncodedAppend.make(operation, append, causation);
          if (Either.isLeft(one)) return Effect.fail(one.left);
          encoded.push(one.right);
        }
        return engine
          .append(encoded, moment(clock.unsafeCurrentTimeMillis()))
          .pipe(Metrics.counted(events));
      }),
    );

  const appendEncoded: Service["appendEncoded"] = (aggregate, streams) =>
    Effect.clockWith((clock) =>
      Effect.flatMap(FiberRef.get(Causation.current), (causation) => {
        const operation = "EventStore.appendEncoded";
        const problem =
          tables.problem(operation, aggregate) ?? EncodedAppend.tooMany(operation, streams.length);
        if (problem !== undefined) return problem;
        let checked: Metadata | undefined;
        for (const { id, event } of streams) {
          const problem = Argument.id(operation, "id", id);
          if (problem !== undefined) return problem;
          if (event.metadata === checked) continue;
          const field = EncodedAppend.otherThanText(event.metadata);
          if (field !== undefined) {
            return EncodedAppend.notText({ type: aggregate.type, id }, field);
          }
          checked = event.metadata;
        }
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
    const problem =
      Argument.text("EventStore.load", "id", id) ??
      ViewTables.versionProblem("EventStore.load", aggregate);
    if (problem !== undefined) return problem;
    const foldAll = (start: Aggregate.State<A>, history: History): typeof loaded =>
      history.isCut ? foldPages(start, history) : fold(aggregate, start, history);
    const foldPages = (start: Aggregate.State<A>, first: History) =>
      Effect.gen(function* () {
        let page = first;
        let loaded = yield* fold(aggregate, start, page);
        while (page.isCut) {
          page = yield* engine.history(stream, undefined, loaded.version);
          loaded = yield* fold(aggregate, loaded.state, page);
        }
        // Somebody may have erased it in between, and another have begun it anew.
        const [there] = yield* engine.read(stream, { from: first.version, limit: 1 });
        const isSame = there?.payload === first.events.at(-1)?.payload;
        return isSame ? loaded : yield* load(aggregate, id);
      });
    const loaded: Effect.Effect<
      Loaded<Aggregate.State<A>>,
      StoreError | UndecodableEvent
    > = Effect.flatMap(engine.history(stream, aggregate.stateVersion), (history) => {
      if (history.snapshot === undefined) return foldAll(aggregate.initial, history);
      const state = Stored.decode(aggregate.state, history.snapshot.payload);
      if (Option.isSome(state)) return foldAll(state.value, history);
      return Effect.flatMap(engine.history(stream, undefined), (whole) =>
        foldAll(aggregate.initial, whole),
      );
    });
    return Effect.mapError(loaded, Stored.inStream(stream));
  };

  const append = <A extends Aggregate.Any>(operation: string, append: Append<A>) =>
    Effect.map(appendAll(operation, [append]), ([appended]) => appended as Appended);

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
      const appended = yield* append("EventStore.execute", {
        aggregate,
        id,
        expected: version === 0 ? "none" : version,
        events: [written(first), ...rest.map(written)],
        ...(isDue ? { snapshot: state } : {}),
      });
      return { state, version: appended.version, events };
    });

  const execute: Service["execute"] = (aggregate, id, command, options = {}) =>
    Argument.whole("EventStore.execute", "snapshotEvery", options.snapshotEvery, 1) ??
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
          const stream = { type, id };
          const event = yield* Either.mapLeft(codec.decode(first), Stored.inStream(stream));
          const model = View.fold(view, view.initial, [event], { id, first: event });
          const place = { stream, part: "view", of: view.table } as const;
          const payload = yield* Stored.encode(place, view.schema, model);
          if (row?.version === 1) {
            if (row.payload === payload) continue;
            // What an earlier version wrote beside an event of its own is as right as that.
            const isEarlier = first.payload !== codec.encode(event).payload;
            if (isEarlier && wrote(view, payload).includes(row.payload)) continue;
          }
          mended += 1;
          if (write) yield* engine.putView(view.table, id, { version: 1, payload });
        }
      }
      return mended;
    });

  return {
    setup: (aggregates) =>
      tables.problemOf("EventStore.setup", aggregates) ??
      engine.setup(aggregates.map(({ view }) => view.table)),
    isSetUp: (aggregates) =>
      tables.problemOf("EventStore.isSetUp", aggregates) ??
      engine.isSetUp(aggregates.map(({ view }) => view.table)),
    append: (one) => traced("EventStore.append", append("EventStore.append", one)),
    appendAll: (appends) =>
      traced("EventStore.appendAll", appendAll("EventStore.appendAll", appends)),
    appendEncoded: (aggregate, streams) =>
      traced("EventStore.appendEncoded", appendEncoded(aggregate, streams)),
    load: (aggregate, id) => traced("EventStore.load", load(aggregate, id)),
    execute: (aggregate, id, command, options) =>
      traced("EventStore.execute", execute(aggregate, id, command, options)),
    read: (stream, options = {}) =>
      Reading.streamProblem("EventStore.read", stream) ??
      Reading.problem("EventStore.read", options) ??
      engine.read(stream, options),
    readFirst: (type, ids) =>
      Argument.text("EventStore.readFirst", "type", type) ??
      Argument.texts("EventStore.readFirst", "ids", ids) ??
      engine.readFirst(type, ids),
    readAll: (options = {}) => {
      const problem = Reading.logProblem("EventStore.readAll", options);
      if (problem !== undefined) return Stream.fail(problem);
      const { after = 0, limit = Number.POSITIVE_INFINITY, ...filter } = options;
      return Stream.paginateChunkEffect({ after, left: limit }, ({ after, left }) => {
        const size = Math.min(left, pageSize);
        return Effect.map(engine.page({ ...filter, after, limit: size }), ({ rows, isCut }) => [
          Chunk.unsafeFromArray(rows),
          (rows.length < size && !isCut) || left === rows.length
            ? Option.none()
            : Option.some({
                after: (rows.at(-1) as RecordedEvent).position,
                left: left - rows.length,
              }),
        ]);
      });
    },
    readLast: engine.readLast,
    checkpoints: Checkpoints.make(engine),
    runs: Runs.make(engine, tables),
    view: ({ view: { table, schema } }, id) =>
      traced(
        "EventStore.view",
        ViewTables.nameProblem("EventStore.view", table) ??
          Argument.text("EventStore.view", "id", id) ??
          Effect.flatMap(engine.viewRow(table, id), (row) => {
            if (row === undefined) return Effect.succeedNone;
            const model = Stored.decode(schema, row.payload);
            return Option.isSome(model)
              ? Effect.succeedSome({ model: model.value, version: row.version })
              : new UnreadableView({ table, id });
          }),
      ),
    views: ({ view: { table, schema } }) => {
      const problem = ViewTables.nameProblem("EventStore.views", table);
      if (problem !== undefined) return Stream.fail(problem);
      return Stream.paginateChunkEffect(undefined as string | undefined, (after) =>
        Effect.map(engine.viewPage(table, after, pageSize), ({ rows, isCut }) => [
          Chunk.unsafeFromArray(rows),
          rows.length < pageSize && !isCut ? Option.none() : Option.some(rows.at(-1)?.id),
        ]),
      ).pipe(
        Stream.map(({ id, version, payload }) =>
          Option.match(Stored.decode(schema, payload), {
            onNone: () => Either.left(new UnreadableView({ table, id })),
            onSome: (model) => Either.right({ id, model, version }),
          }),
        ),
      );
    },
    mendViews: (aggregate, ids, { write }) =>
      traced(
        "EventStore.mendViews",
        tables.problem("EventStore.mendViews", aggregate) ??
          Argument.texts("EventStore.mendViews", "ids", ids) ??
          (write
            ? engine.transaction(Effect.zipRight(engine.holdLog, mendViews(aggregate, ids, write)))
            : mendViews(aggregate, ids, write)),
      ),
    rebuildView: (aggregate, options = {}) =>
      traced(
        "EventStore.rebuildView",
        tables.problem("EventStore.rebuildView", aggregate) ??
          rebuildView(engine, aggregate, options),
      ),
    count: (aggregates) =>
      Argument.names("EventStore.count", "types", typesOf(aggregates)) ??
      engine.count(typesOf(aggregates)),
    erase: (aggregates) =>
      tables.problemOf("EventStore.erase", aggregates) ??
      engine.transaction(
        engine.erase(
          typesOf(aggregates),
          aggregates.map(({ view }) => view.table),
        ),
      ),
    changes: engine.changes,
    transaction: engine.transaction,
    afterCommit: engine.afterCommit,
    bulk: engine.bulk,
  };
};

const wrote = ({ earlier }: Aggregate.Any["view"], payload: string): ReadonlyArray<string> =>
  earlier.map((write) => Json.stringify(write(Json.parse(payload))));

const typesOf = (aggregates: ReadonlyArray<Aggregate.Any>) => aggregates.map(({ type }) => type);

const pageSize = 1_000;

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
