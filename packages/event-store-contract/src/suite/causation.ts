import { expect } from "@effect/vitest";
import { Effect } from "effect";
import * as Causation from "@ledgerfold/event-store/Causation";
import type { RecordedEvent, Service } from "@ledgerfold/event-store/EventStore";
import * as Counter from "../Counter.ts";
import { count, counter } from "../Steps.ts";
import type { Test } from "./Test.ts";

const { aggregate } = Counter;

const only = (store: Service, id: string) =>
  Effect.map(store.read(counter(id)), ([event]) => event as RecordedEvent);

export const causation = (test: Test) => {
  test("an event has none unless it is told", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1);
      expect(yield* only(store, "a")).toMatchObject({
        metadata: {},
        correlationId: null,
        causationId: null,
      });
    }));

  test("what an event leads to says so, and what that leads to, with the same beginning", (store) =>
    Effect.gen(function* () {
      yield* store.execute(aggregate, "a", Counter.counted(1));
      const a = yield* only(store, "a");
      yield* count(store, "b", "none", 1).pipe(Causation.because(a));
      const b = yield* only(store, "b");
      expect(b).toMatchObject({ correlationId: a.id, causationId: a.id });
      expect(b.metadata).toEqual({ correlation_id: a.id, causation_id: a.id });
      yield* store.execute(aggregate, "c", Counter.counted(1)).pipe(Causation.because(b));
      // The middle one had no id of its own: its place names it.
      expect(yield* only(store, "c")).toMatchObject({
        correlationId: a.id,
        causationId: "Counter/b/1",
      });
    }));

  test("a request's own id goes with all that it does, in fibers too", (store) =>
    Effect.gen(function* () {
      const work = Effect.forEach(["a", "b"], (id) => count(store, id, "none", 1), {
        concurrency: "unbounded",
      });
      yield* Causation.correlated("request 7")(store.transaction(work));
      for (const id of ["a", "b"]) {
        expect(yield* only(store, id)).toMatchObject({
          correlationId: "request 7",
          causationId: null,
        });
      }
    }));

  test("metadata of the event's own is kept, and decides", (store) =>
    Effect.gen(function* () {
      const metadata = { user: "ada", correlation_id: "mine" };
      const events = [{ event: Counter.counted(1), metadata }] as const;
      yield* store
        .append({ aggregate, id: "a", expected: "none", events: [events[0]] })
        .pipe(Causation.correlated("request 7"));
      expect((yield* only(store, "a")).metadata).toEqual({
        correlation_id: "mine",
        user: "ada",
      });
    }));
};
