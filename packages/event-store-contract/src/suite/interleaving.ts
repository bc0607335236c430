import { expect, it } from "@effect/vitest";
import { Effect, Either, FastCheck, type Layer, Schedule } from "effect";
import type {
  EventStore,
  ExpectedVersion,
  RecordedEvent,
  Service,
} from "@ledgerfold/event-store/EventStore";
import * as Counter from "../Counter.ts";
import { log } from "../Steps.ts";
import { withStore } from "./Test.ts";

/**
 * Fibers do what they like at the same time. The log then says in which order it happened, and
 * everything that anybody was told must be true of that order: each append came after all that had
 * been answered before it began, and each read saw at least as much.
 */

type Step =
  | {
      readonly kind: "append";
      readonly id: string;
      readonly expected: ExpectedVersion;
      readonly events: number;
    }
  | { readonly kind: "appendAll"; readonly ids: ReadonlyArray<string>; readonly kept: boolean }
  | { readonly kind: "execute"; readonly id: string; readonly snapshotEvery: number }
  | { readonly kind: "load" | "view"; readonly id: string }
  | { readonly kind: "log" };

const id = FastCheck.constantFrom("a", "b", "c");

const step: FastCheck.Arbitrary<Step> = FastCheck.oneof(
  {
    weight: 3,
    arbitrary: FastCheck.record({
      kind: FastCheck.constant("append" as const),
      id,
      expected: FastCheck.oneof(
        FastCheck.constantFrom<Array<ExpectedVersion>>("any", "none", "exists"),
        FastCheck.nat(8),
      ),
      events: FastCheck.integer({ min: 1, max: 3 }),
    }),
  },
  FastCheck.record({
    kind: FastCheck.constant("appendAll" as const),
    ids: FastCheck.array(id, { minLength: 1, maxLength: 3 }),
    kept: FastCheck.boolean(),
  }),
  {
    weight: 2,
    arbitrary: FastCheck.record({
      kind: FastCheck.constant("execute" as const),
      id,
      snapshotEvery: FastCheck.integer({ min: 1, max: 3 }),
    }),
  },
  FastCheck.record({ kind: FastCheck.constantFrom("load" as const, "view" as const), id }),
  FastCheck.record({ kind: FastCheck.constant("log" as const) }),
);

const programs = FastCheck.array(FastCheck.array(step, { minLength: 1, maxLength: 6 }), {
  minLength: 2,
  maxLength: 6,
});

export const interleaving = <E>(layer: Layer.Layer<EventStore, E>) => {
  it.live.prop(
    "whatever happens at the same time, it happened in some order",
    [programs],
    ([fibers]) =>
      withStore(layer, (store) =>
        Effect.gen(function* () {
          const claims: Array<Claim> = [];
          /** The highest position that anybody has been told of. */
          const told = { position: 0 };
          yield* Effect.forEach(
            fibers,
            (steps, fiber) =>
              Effect.forEach(steps, (step, at) =>
                Effect.zipRight(
                  Effect.yieldNow(),
                  Effect.map(perform(store, step, `${fiber}.${at}`, told), (claim) =>
                    claims.push(claim),
                  ),
                ),
              ),
            { concurrency: "unbounded" },
          );
          const history = historyOf(yield* log(store));
          for (const claim of claims) claim(history);
          for (const id of ["a", "b", "c"]) {
            const version = history.of(id).length;
            const state = { total: history.total(id, version) };
            expect(yield* store.load(Counter.aggregate, id)).toEqual({ state, version });
          }
        }),
      ),
    { timeout: 120_000, fastCheck: { numRuns: 40 } },
  );
};

/** What somebody was told, to be compared with what turns out to have happened. */
type Claim = (history: History) => void;

interface History {
  readonly log: ReadonlyArray<RecordedEvent>;
  readonly of: (id: string) => ReadonlyArray<RecordedEvent>;
  /** After so many events of the stream. */
  readonly total: (id: string, version: number) => number;
  /** How many events the stream had at a position of the log. */
  readonly versionAt: (id: string, position: number) => number;
  readonly written: (eventId: string) => RecordedEvent | undefined;
}

const historyOf = (log: ReadonlyArray<RecordedEvent>): History => {
  expect(log.map(({ position }) => position)).toEqual(log.map((_, at) => at + 1));
  const of = (id: string) => log.filter(({ stream }) => stream.id === id);
  for (const id of ["a", "b", "c"]) {
    expect(of(id).map(({ sequence }) => sequence)).toEqual(of(id).map((_, at) => at + 1));
  }
  const byOf = ({ payload }: RecordedEvent) => JSON.parse(payload).Counted.by as number;
  return {
    log,
    of,
    total: (id, version) =>
      of(id)
        .slice(0, version)
        .reduce((total, event) => total + byOf(event), 0),
    versionAt: (id, position) => of(id).filter((event) => event.position <= position).length,
    written: (eventId) => log.find(({ id }) => id === eventId),
  };
};

const { aggregate } = Counter;

const perform = (
  store: Service,
  step: Step,
  name: string,
  told: { position: number },
): Effect.Effect<Claim, unknown> =>
  Effect.suspend((): Effect.Effect<Claim, unknown> => {
    const before = told.position;
    const hear = (position: number) => {
      told.position = Math.max(told.position, position);
    };
    const isSeen = (history: History, id: string, version: number) => {
      expect(version).toBeGreaterThanOrEqual(history.versionAt(id, before));
      expect(version).toBeLessThanOrEqual(history.of(id).length);
    };
    switch (step.kind) {
      case "append":
        return append(store, step, name).pipe(
          Effect.either,
          Effect.map((answer): Claim => {
            if (Either.isRight(answer)) hear(answer.right.position);
            return (history) => {
              const first = history.written(`${name}.0`);
              if (Either.isLeft(answer)) {
                const { left: conflict } = answer;
                expect(first).toBeUndefined();
                expect(conflict).toMatchObject({ _tag: "VersionConflict" });
                if (conflict._tag !== "VersionConflict") return;
                isSeen(history, step.id, conflict.actual);
                expect(fits(step.expected, conflict.actual)).toBe(false);
                return;
              }
              const { version, position } = answer.right;
              expect(fits(step.expected, version - step.events)).toBe(true);
              expect(first?.position).toBeGreaterThan(before);
              expect(first).toMatchObject({
                sequence: version - step.events + 1,
                position: position - step.events + 1,
              });
            };
          }),
        );
      case "appendAll": {
        const all = store.appendAll(
          step.ids.map((id, at) => {
            const events = [{ event: Counter.counted(1), id: `${name}.${at}` }] as const;
            return { aggregate, id, expected: "any", events };
          }),
        );
        const answers = step.kept
          ? all
          : Effect.flip(store.transaction(Effect.flatMap(all, (answers) => Effect.fail(answers))));
        return Effect.map(answers, (answers): Claim => {
          if (step.kept && Array.isArray(answers)) hear(answers.at(-1)?.position ?? 0);
          return (history) => {
            const events = step.ids.map((_, at) => history.written(`${name}.${at}`));
            if (!step.kept) return expect(events).toEqual(step.ids.map(() => undefined));
            expect(events.map((event) => event?.position)).toEqual(
              step.ids.map((_, at) => (events[0]?.position ?? 0) + at),
            );
            expect(events[0]?.position).toBeGreaterThan(before);
            expect(answers).toMatchObject(
              events.map((event) => ({ version: event?.sequence, position: event?.position })),
            );
          };
        });
      }
      case "execute": {
        let seen = 0;
        const watching = {
          ...aggregate,
          decide: (state: Counter.State, event: Counter.Event) => {
            seen = state.total;
            return Effect.as(Effect.yieldNow(), [event]);
          },
        };
        const { id, snapshotEvery } = step;
        return Effect.map(
          store.execute(watching, id, Counter.counted(5), {
            snapshotEvery,
            retry: Schedule.spaced("1 millis"),
            metadata: { name },
          }),
          ({ state, version }): Claim =>
            (history) => {
              isSeen(history, id, version);
              expect(history.of(id)[version - 1]?.metadata).toEqual({ name });
              expect(seen).toBe(history.total(id, version - 1));
              expect(state.total).toBe(history.total(id, version));
            },
        );
      }
      case "load":
        return Effect.map(store.load(aggregate, step.id), ({ state, version }): Claim => {
          return (history) => {
            isSeen(history, step.id, version);
            expect(state.total).toBe(history.total(step.id, version));
          };
        });
      case "view":
        return Effect.map(store.view(aggregate, step.id), (row): Claim => {
          return (history) => {
            const { version, model } =
              row._tag === "Some" ? row.value : { version: 0, model: { total: 0 } };
            isSeen(history, step.id, version);
            expect(model.total).toBe(history.total(step.id, version));
          };
        });
      case "log":
        return Effect.map(log(store), (events): Claim => {
          hear(events.length);
          return (history) => {
            expect(events.length).toBeGreaterThanOrEqual(before);
            expect(events).toEqual(history.log.slice(0, events.length));
          };
        });
    }
  });

const append = (
  store: Service,
  { id, expected, events }: Extract<Step, { kind: "append" }>,
  name: string,
) => {
  const event = (at: number) => ({ event: Counter.counted(at + 1), id: `${name}.${at}` });
  return store.append({
    aggregate,
    id,
    expected,
    events: [event(0), ...Array.from({ length: events - 1 }, (_, at) => event(at + 1))],
  });
};

const fits = (expected: ExpectedVersion, version: number): boolean =>
  expected === "any" ||
  (expected === "exists" && version > 0) ||
  version === (expected === "none" ? 0 : expected);
