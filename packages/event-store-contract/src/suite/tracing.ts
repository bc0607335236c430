import { expect } from "@effect/vitest";
import { Effect, Tracer } from "effect";
import * as Counter from "../Counter.ts";
import { count, counts } from "../Steps.ts";
import type { Test } from "./Test.ts";

const { aggregate } = Counter;

/** A tracer as one that sends spans elsewhere: it keeps what began, and in what. */
const recorder = () => {
  const spans: Array<readonly [name: string, parent: string]> = [];
  const native = Effect.runSync(Effect.tracer);
  const tracer = Tracer.make({
    span: (name, parent, ...rest) => {
      const outer = parent._tag === "Some" && parent.value._tag === "Span" ? parent.value.name : "";
      spans.push([name, outer]);
      return native.span(name, parent, ...rest);
    },
    context: (run) => run(),
  });
  return { spans, tracer };
};

export const tracing = (test: Test) => {
  test("spans appear where somebody traces", (store) =>
    Effect.gen(function* () {
      const { spans, tracer } = recorder();
      const append = { aggregate, id: "b", expected: "none", events: counts(1) } as const;
      yield* Effect.gen(function* () {
        yield* count(store, "a", "none", 1);
        yield* store.appendAll([append]);
        yield* store.load(aggregate, "a");
        yield* store.view(aggregate, "a");
        yield* store.mendViews(aggregate, ["a"], { write: false });
      }).pipe(Effect.withSpan("caller"), Effect.withTracer(tracer));
      expect(spans).toEqual([
        ["caller", ""],
        ["EventStore.append", "caller"],
        ["EventStore.appendAll", "caller"],
        ["EventStore.load", "caller"],
        ["EventStore.view", "caller"],
        ["EventStore.mendViews", "caller"],
      ]);
    }));

  test("a span ends as its effect does", (store) =>
    Effect.gen(function* () {
      const { spans, tracer } = recorder();
      const ends: Array<string> = [];
      const watching = Tracer.make({
        span: (...args) => {
          const span = tracer.span(...args);
          const { end } = span;
          span.end = (time, exit) => {
            ends.push(exit._tag);
            end.call(span, time, exit);
          };
          return span;
        },
        context: (run) => run(),
      });
      yield* count(store, "a", "none", 1);
      const refused = Effect.flip(count(store, "a", "none", 1));
      yield* Effect.withTracer(Effect.zipRight(count(store, "a", 1, 1), refused), watching);
      expect(spans).toHaveLength(2);
      expect(ends).toEqual(["Success", "Failure"]);
    }));
};
