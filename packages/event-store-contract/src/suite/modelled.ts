import { expect, it } from "@effect/vitest";
import { Chunk, Effect, type Layer, Stream } from "effect";
import type { EventStore, NewEvent, Service } from "@ledgerfold/event-store/EventStore";
import * as Counter from "../Counter.ts";
import { type Answer, Model, plan, type Step, snapshotTotal } from "./Model.ts";
import { counter, log } from "../Steps.ts";
import { withStore } from "./Test.ts";

const { aggregate } = Counter;

export const modelled = <E>(layer: Layer.Layer<EventStore, E>) => {
  it.live.prop(
    "any sequence of appends has the answers and the log of a plain model",
    [plan],
    ([batches]) =>
      withStore(layer, (store) =>
        Effect.gen(function* () {
          const model = new Model();
          for (const { steps, kept } of batches) {
            const before = { log: model.log, snapshots: model.snapshots };
            const predicted = model.appendAll(steps);
            expect(yield* appendAll(store, steps, kept)).toEqual(predicted);
            if (!kept) Object.assign(model, before);
            yield* compare(store, model);
          }
        }),
      ),
    { timeout: 120_000, fastCheck: { numRuns: 60 } },
  );
};

/** Appends inside a transaction that is rolled back unless `kept`. */
const appendAll = (store: Service, steps: ReadonlyArray<Step>, kept: boolean) => {
  const appends = steps.map(({ id, expected, events, snapshot }) => ({
    aggregate,
    id,
    expected,
    events: events.map(({ by, id: eventId }) => ({
      event: Counter.counted(by),
      ...(eventId === undefined ? {} : { id: eventId }),
    })) as [NewEvent<Counter.Event>],
    ...(snapshot ? { snapshot: { total: snapshotTotal } } : {}),
  }));
  const answer = store.appendAll(appends).pipe(
    Effect.map((appended): Answer => {
      const answers = appended.map(({ version, position }) => ({ version, position }));
      return { _tag: "Appended", answers };
    }),
    Effect.catchTags({
      VersionConflict: ({ _tag, stream, actual }) =>
        Effect.succeed<Answer>({ _tag, id: stream.id, actual }),
      EventIdReused: ({ _tag, stream }) => Effect.succeed<Answer>({ _tag, id: stream.id }),
    }),
  );
  return kept
    ? answer
    : Effect.flip(store.transaction(Effect.flatMap(answer, (given) => Effect.fail(given))));
};

const compare = (store: Service, model: Model) =>
  Effect.gen(function* () {
    const entries = model.log.map(({ stream, sequence, by, id }, index) => ({
      stream: counter(stream),
      sequence,
      position: index + 1,
      payload: `{"Counted":{"by":${by}}}`,
      id,
    }));
    expect(yield* log(store)).toMatchObject(entries);
    const half = Math.floor(entries.length / 2);
    const tail = yield* Stream.runCollect(store.readAll({ after: half }));
    expect(Chunk.toReadonlyArray(tail)).toMatchObject(entries.slice(half));
    const total = new Map(entries.length === 0 ? [] : [["Counter", entries.length]]);
    expect(yield* store.count([aggregate])).toEqual(total);
    for (const id of ["a", "b", "c"]) {
      const version = model.of(id).length;
      expect(yield* store.load(aggregate, id)).toEqual({
        state: { total: model.state(id) },
        version,
      });
      expect(yield* store.read(counter(id), { from: 2 })).toMatchObject(
        entries.filter(({ stream, sequence }) => stream.id === id && sequence >= 2),
      );
      const view = { value: { model: { total: model.view(id) }, version } };
      expect(yield* store.view(aggregate, id)).toMatchObject(
        version === 0 ? { _tag: "None" } : view,
      );
    }
  });
