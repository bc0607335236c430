import { expect, it } from "@effect/vitest";
import { aggregate, type Event } from "@ledgerfold/event-store-contract/Counter";
import { count } from "@ledgerfold/event-store-contract/Steps";
import { Effect, type Layer, type Scope } from "effect";
import { EventStore } from "../src/EventStore.ts";
import * as Subscription from "../src/Subscription.ts";
import * as Tables from "../src/Tables.ts";

/** What tables of one's own do on every engine that has any. */

const totals = Tables.of<{ totals: { stream: string; total: number } }>();

const create = totals((query) =>
  query.schema
    .createTable("totals")
    .addColumn("stream", "text", (column) => column.primaryKey())
    .addColumn("total", "bigint", (column) => column.notNull()),
);

const add = (stream: string, total: number) =>
  totals((query) => query.insertInto("totals").values({ stream, total }));

const rows = totals((query) => query.selectFrom("totals").selectAll().orderBy("stream"));

export const suite = <E>(
  layer: Effect.Effect<Layer.Layer<EventStore | Tables.Tables, E>, never, Scope.Scope>,
): void => {
  const test = <E>(name: string, body: Effect.Effect<void, E, EventStore | Tables.Tables>) =>
    it.scopedLive(name, () =>
      Effect.flatMap(layer, (layer) => Effect.provide(Effect.zipRight(create, body), layer)),
    );

  test(
    "give texts as texts, and integers as numbers",
    Effect.gen(function* () {
      const largest = Number.MAX_SAFE_INTEGER;
      expect(yield* add("a", largest)).toEqual([]);
      expect(yield* rows).toEqual([{ stream: "a", total: largest }]);
    }),
  );

  test(
    "keep what is written in a transaction with its events, or not at all",
    Effect.gen(function* () {
      const store = yield* EventStore;
      const both = (id: string) => Effect.zipRight(count(store, id, "none", 1), add(id, 1));
      yield* store.transaction(both("a"));
      yield* Effect.flip(store.transaction(Effect.zipRight(both("b"), Effect.fail("no"))));
      expect(yield* rows).toEqual([{ stream: "a", total: 1 }]);
      expect((yield* store.load(aggregate, "b")).version).toBe(0);
    }),
  );

  test(
    "are as far as the subscription that fills them",
    Effect.gen(function* () {
      const store = yield* EventStore;
      yield* count(store, "a", "none", 1, 2, 3);
      const adding = (isFailing: boolean) =>
        Subscription.catchUp(
          Subscription.to(aggregate, {
            name: "totals",
            handle: ({ by }: Event, { stream, sequence }) =>
              Effect.zipRight(
                add(`${stream.id}${sequence}`, by),
                isFailing && by === 3 ? Effect.fail("no") : Effect.void,
              ),
          }),
        );
      yield* Effect.flip(adding(true));
      const kept = [1, 2].map((by) => ({ stream: `a${by}`, total: by }));
      expect(yield* rows).toEqual(kept);
      expect(yield* adding(false)).toBe(1);
      expect(yield* rows).toEqual([...kept, { stream: "a3", total: 3 }]);
    }),
  );

  test(
    "say what the database refuses",
    Effect.gen(function* () {
      yield* add("a", 1);
      expect(yield* Effect.flip(add("a", 2))).toMatchObject({
        _tag: "DatabaseError",
        reason: "failed",
      });
    }),
  );
};
