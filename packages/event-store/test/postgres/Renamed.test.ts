import { expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count, log } from "@ledgerfold/event-store-contract/Steps";
import * as Server from "./Server.ts";

it.scopedLive(
  "a log whose schema was renamed is where its tables are, once it is set up again",
  () =>
    Effect.gen(function* () {
      const [before, after] = [yield* Server.schema, yield* Server.schema];
      yield* count((yield* Server.open({ schema: before })).store, "a", "none", 1);
      yield* Server.rows(yield* Server.outside, `alter schema ${before} rename to ${after}`);
      const renamed = yield* Server.openAsIs({ schema: after });
      const toBoth = renamed.store.appendAll([
        { aggregate, id: "a", expected: 1, events: [{ event: { _tag: "Counted", by: 10 } }] },
        { aggregate, id: "b", expected: "none", events: [{ event: { _tag: "Counted", by: 1 } }] },
      ]);
      for (const other of [Effect.void, Server.open({ schema: before })]) {
        yield* other;
        expect(yield* renamed.store.isSetUp([aggregate])).toBe(false);
        const appends = [Effect.asVoid(count(renamed.store, "a", 1, 10)), Effect.asVoid(toBoth)];
        for (const append of appends) {
          const error = yield* Effect.flip(append);
          expect(error).toMatchObject({ _tag: "DatabaseError", code: "55000" });
          expect(error.message).toContain(
            `the log in schema ${after} was set up in schema ${before}, where it would be written to: call setup`,
          );
        }
      }
      const { store } = yield* Server.openAsIs({ schema: before });
      expect(yield* log(store)).toEqual([]);
      yield* renamed.store.setup([aggregate]);
      expect(yield* renamed.store.isSetUp([aggregate])).toBe(true);
      yield* toBoth;
      yield* count(renamed.store, "a", 2, 100);
      expect(yield* renamed.store.load(aggregate, "a")).toEqual({
        state: { total: 111 },
        version: 3,
      });
      expect(yield* log(store)).toEqual([]);
    }),
);
