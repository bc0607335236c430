import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import * as PgBouncer from "@ledgerfold/fixtures/PgBouncer";
import { Array as Arr, Deferred, Effect, Fiber, Logger } from "effect";
import pg from "pg";
import { EventStore } from "../../src/EventStore.ts";
import * as Subscription from "../../src/Subscription.ts";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count, log } from "@ledgerfold/event-store-contract/Steps";
import * as Server from "./Server.ts";

/**
 * Behind a pooler that gives each transaction whichever connection to the server is free. It knows no
 * prepared statements, so a name that one process has given is there for others, or is not there.
 */

let pooler: PgBouncer.PgBouncer;
beforeAll(async () => {
  pooler = await PgBouncer.start(Server.url, { connections: 3 });
}, 60_000);
afterAll(() => pooler.stop());

const together = { concurrency: "unbounded" } as const;

describe("two stores on two schemas", () => {
  for (const prepare of ["", "?prepare=false"]) {
    it.scopedLive(`never see each other's, nor does any call fail${prepare}`, () =>
      Effect.gen(function* () {
        const stores = yield* Effect.forEach([1, 100], (by) =>
          Effect.gen(function* () {
            const schema = yield* Server.schema;
            const { store } = yield* Server.openAsIs({ schema, url: `${pooler.url}${prepare}` });
            yield* store.setup([aggregate]);
            return { store, by };
          }),
        );
        const rounds = Arr.range(1, 30);
        yield* Effect.forEach(
          stores,
          ({ store, by }) =>
            Effect.forEach(
              Arr.range(1, 4),
              (stream) =>
                Effect.forEach(rounds, (round) => {
                  const one = Effect.zipRight(
                    store.load(aggregate, `${stream}`),
                    count(store, `${stream}`, "any", by),
                  );
                  return round % 3 === 0 ? store.transaction(one) : one;
                }),
              together,
            ),
          together,
        );
        for (const { store, by } of stores) {
          expect(yield* log(store)).toHaveLength(120);
          for (const stream of Arr.range(1, 4)) {
            const state = { total: 30 * by };
            expect(yield* store.load(aggregate, `${stream}`)).toEqual({ state, version: 30 });
            expect(yield* store.view(aggregate, `${stream}`)).toMatchObject({
              value: { model: state, version: 30 },
            });
          }
        }
      }),
    );
  }
});

/** The schema of a log with a counter that stands at this. */
const filled = (total: number) =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const { store } = yield* Server.open({ schema });
    yield* count(store, "a", "none", total);
    return schema;
  });

const narrowed = (connections: number) =>
  Effect.acquireRelease(
    Effect.promise(() => PgBouncer.start(Server.url, { connections })),
    ({ stop }) => Effect.promise(stop),
  );

it.scopedLive("a store never has another's statement run that stands under the same name", () =>
  Effect.gen(function* () {
    const { url } = yield* narrowed(2);
    const [one, other] = [yield* filled(1), yield* filled(100)];
    /** Takes whichever of the two connections to the server is free. */
    const taken = Effect.gen(function* () {
      const client = yield* Effect.acquireRelease(
        Effect.promise(async () => {
          const client = new pg.Client({ connectionString: url });
          await client.connect();
          return client;
        }),
        (client) => Effect.promise(() => client.end()),
      );
      const take = Server.rows(client, "begin");
      yield* take;
      return { take, letGo: Server.rows(client, "rollback") };
    });
    const [first, second] = [yield* taken, yield* taken];
    yield* first.letGo;
    const { store } = yield* Server.openAsIs({ schema: one, url });
    expect(yield* store.load(aggregate, "a")).toMatchObject({ state: { total: 1 } });
    yield* first.take;
    yield* second.letGo;
    const opened = yield* Server.openAsIs({ schema: other, url });
    expect(yield* opened.store.load(aggregate, "a")).toMatchObject({ state: { total: 100 } });
    // On the connection on which the other one has prepared as many, in the same order.
    expect(yield* store.load(aggregate, "a")).toMatchObject({ state: { total: 1 } });
  }),
);

it.scopedLive(
  "setup with one connection for all says that nothing came, and may be tried again",
  () =>
    Effect.gen(function* () {
      const { url } = yield* narrowed(1);
      const schema = yield* Server.schema;
      const { store } = yield* Server.openAsIs({ schema, url, patience: "1 second" });
      const error = yield* Effect.flip(store.setup([aggregate]));
      expect(error).toMatchObject({ _tag: "DatabaseError", reason: "lost" });
      expect(error.message).toMatch(
        /trying the server's locks failed: nothing came from the server/,
      );
    }),
);

it.scopedLive("many set up at once where there are two connections for all of them", () =>
  Effect.gen(function* () {
    const narrow = yield* narrowed(2);
    const schema = yield* Server.schema;
    const stores = yield* Effect.all(
      Arr.makeBy(8, () => Server.openAsIs({ schema, url: narrow.url, connections: 1 })),
    );
    yield* Effect.forEach(stores, ({ store }) => store.setup([aggregate]), together);
    for (const { store } of stores) yield* count(store, "a", "any", 1);
  }),
);

it.scopedLive("a subscription finds what others append by looking, and says so once", () =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const there = yield* Server.open({ schema });
    const options = { schema, url: pooler.url, patience: "2 seconds" } as const;
    const { store } = yield* Server.openAsIs(options);
    const [said, seen]: [Array<unknown>, Array<number>] = [[], []];
    const told = yield* Deferred.make<void>();
    const logger = Logger.make(({ message }) => {
      said.push(message);
      Deferred.unsafeDone(told, Effect.void);
    });
    const third = yield* Deferred.make<void>();
    const follow = (name: string) =>
      Subscription.run({
        name,
        poll: "50 millis",
        handle: ({ position }) =>
          Effect.suspend(() => {
            seen.push(position);
            return position === 3 ? Deferred.succeed(third, undefined) : Effect.void;
          }),
      });
    const fiber = yield* Effect.all([follow("one"), follow("two")], together).pipe(
      Effect.provideService(EventStore, store),
      Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
      Effect.fork,
    );
    /** Not beyond its end, which would say why. */
    const whileIt = <A>(happens: Effect.Effect<A>) => Effect.raceFirst(happens, Fiber.join(fiber));
    yield* count(there.store, "a", "none", 1, 2);
    yield* whileIt(Deferred.await(told));
    yield* count(there.store, "a", 2, 3);
    yield* whileIt(Deferred.await(third));
    // Longer than it would take to say it again.
    yield* Effect.sleep("1500 millis");
    yield* Fiber.interrupt(fiber);
    expect(seen.sort()).toEqual([1, 1, 2, 2, 3, 3]);
    expect(said).toEqual([[expect.stringMatching(/no notification comes through the pooler/)]]);
  }),
);

it.live("an URL whose prepare is neither true nor false is refused", () =>
  Effect.gen(function* () {
    const opening = Server.openAsIs({ url: `${pooler.url}?prepare=off` });
    const error = yield* Effect.flip(Effect.scoped(opening));
    expect(error.message).toContain("prepare in the URL is neither true nor false");
  }),
);
