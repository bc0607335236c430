import { describe, expect, it } from "@effect/vitest";
import { Deferred, Effect, Fiber } from "effect";
import * as Account from "@ledgerfold/event-store-contract/Account";
import {
  aggregate,
  counted,
  view,
  viewedAs,
  viewedElsewhere,
} from "@ledgerfold/event-store-contract/Counter";
import { account, count } from "@ledgerfold/event-store-contract/Steps";
import * as Store from "../../src/internal/Store.ts";
import type { Session } from "../../src/postgres/Database.ts";
import * as Engine from "../../src/postgres/Engine.ts";
import * as Server from "./Server.ts";

/**
 * Appends to streams that their process wrote to last, which do not look first: what others did
 * meanwhile they must notice all the same.
 */

/** A store that notes what it has PostgreSQL do, and another one on the same log. */
const scene = Effect.gen(function* () {
  const schema = yield* Server.schema;
  const other = (yield* Server.open({ schema })).store;
  const { database } = yield* Server.openAsIs({ schema, applicationName: schema });
  const done: Array<string> = [];
  const given: Array<ReadonlyArray<unknown>> = [];
  const noting = (session: Session): Session => ({
    ...session,
    execute: (operation, query, parameters = []) => {
      done.push(operation);
      given.push(parameters);
      return session.execute(operation, query, parameters);
    },
  });
  const use: typeof database.use = (work) => database.use((session) => work(noting(session)));
  const store = Store.make(Engine.make({ ...database, use }));
  yield* other.setup([aggregate, Account.aggregate]);
  /** What is done for an append. */
  const doneFor = <A, E>(append: Effect.Effect<A, E>) =>
    Effect.suspend(() => {
      done.length = 0;
      return Effect.map(append, () => [...done]);
    });
  const total = (id: string) =>
    Effect.map(other.view(aggregate, id), (found) =>
      found._tag === "Some" ? [found.value.model.total, found.value.version] : [],
    );
  return { schema, database, store, other, doneFor, given, total };
});

const looking = "looking where streams stand";

describe("an append to a stream that its process wrote to last", () => {
  it.scopedLive("does not look first at the version that it left", () =>
    Effect.gen(function* () {
      const { store, doneFor, total } = yield* scene;
      expect(yield* doneFor(count(store, "a", "none", 1))).toEqual(["appending"]);
      expect(yield* doneFor(count(store, "a", 1, 10))).toEqual(["appending"]);
      expect(yield* doneFor(count(store, "a", 2, 100, 1_000))).toEqual(["appending"]);
      expect(yield* doneFor(count(store, "a", "any", 10_000))).toEqual([looking, "appending"]);
      expect(yield* total("a")).toEqual([11_111, 5]);
    }),
  );

  it.scopedLive("knows the first event too, where the view needs it", () =>
    Effect.gen(function* () {
      const { store, doneFor } = yield* scene;
      yield* account(store, "a", "none", Account.opened("Ada"));
      const moved = (cents: bigint, at: number) => account(store, "a", at, Account.moved(cents));
      expect(yield* doneFor(moved(1n, 1))).toEqual(["appending"]);
      expect(yield* doneFor(moved(2n, 2))).toEqual(["appending"]);
      expect(yield* store.view(Account.aggregate, "a")).toMatchObject({
        value: { model: { owner: "Ada", cents: 3n }, version: 3 },
      });
    }),
  );

  it.scopedLive("is a conflict where another process has moved it on", () =>
    Effect.gen(function* () {
      const { store, other, doneFor, total } = yield* scene;
      yield* count(store, "a", "none", 1);
      yield* count(other, "a", 1, 10);
      expect(yield* Effect.flip(count(store, "a", 1, 100))).toMatchObject({
        _tag: "VersionConflict",
        expected: 1,
        actual: 2,
      });
      expect(yield* total("a")).toEqual([11, 2]);
      expect(yield* doneFor(count(store, "a", 2, 100))).toEqual([looking, "appending"]);
      expect(yield* total("a")).toEqual([111, 3]);
    }),
  );

  /** Its rows come out ten times as high. */
  const tenfold = {
    ...aggregate,
    view: { ...view, evolve: ({ total }: { total: number }) => ({ total: total + 10 }) },
  };

  it.scopedLive("folds on from a view that was made anew", () =>
    Effect.gen(function* () {
      const { store, other, total } = yield* scene;
      yield* count(store, "a", "none", 1);
      yield* count(store, "b", "none", 1, 1);
      yield* other.rebuildView(tenfold);
      yield* count(store, "a", 1, 100);
      yield* count(store, "b", 2, 100, 100);
      expect(yield* total("a")).toEqual([110, 2]);
      expect(yield* total("b")).toEqual([220, 4]);
    }),
  );

  it.scopedLive("folds on from views of which some were made anew, all in one call", () =>
    Effect.gen(function* () {
      const { store, other, total } = yield* scene;
      yield* count(store, "a", "none", 1);
      yield* other.rebuildView(tenfold);
      yield* count(store, "b", "none", 1);
      // What comes after the first waits for it, and goes together.
      const all = [
        count(store, "first", "none", 1),
        count(store, "a", 1, 100),
        count(store, "b", 1, 100),
      ];
      yield* Effect.all(all, { concurrency: "unbounded" });
      expect(yield* total("a")).toEqual([110, 2]);
      expect(yield* total("b")).toEqual([101, 2]);
    }),
  );

  it.scopedLive("folds on from a view that was made anew, beside one that looks", () =>
    Effect.gen(function* () {
      const { store, other, total } = yield* scene;
      yield* count(store, "a", "none", 1);
      yield* other.rebuildView(tenfold);
      const all = [
        count(store, "first", "none", 1),
        count(store, "a", 1, 100),
        count(store, "b", "any", 1),
      ];
      yield* Effect.all(all, { concurrency: "unbounded" });
      expect(yield* total("a")).toEqual([110, 2]);
    }),
  );

  it.scopedLive("folds on from a stream that was erased and written anew", () =>
    Effect.gen(function* () {
      const { store, other } = yield* scene;
      yield* account(store, "a", "none", Account.opened("Ada"));
      yield* account(store, "a", 1, Account.moved(1n));
      yield* other.erase([Account.aggregate]);
      yield* account(other, "a", "none", Account.opened("Bob"), Account.moved(20n));
      yield* account(store, "a", 2, Account.moved(300n));
      expect(yield* other.view(Account.aggregate, "a")).toMatchObject({
        value: { model: { owner: "Bob", cents: 320n }, version: 3 },
      });
    }),
  );

  for (const last of [[1_000], [400, 600]] as ReadonlyArray<readonly [number, ...Array<number>]>) {
    it.scopedLive(
      `builds on nothing of a log that was set back and has grown again${last.length === 1 ? "" : ", in a call of several events"}`,
      () =>
        Effect.gen(function* () {
          const { schema, store, other, total } = yield* scene;
          yield* count(store, "a", "none", 1);
          yield* count(store, "a", 1, 10);
          yield* Server.rows(
            yield* Server.outside,
            `delete from ${schema}.events where sequence = 2;
        update ${schema}.counter_view set version = 1, payload = '{"total":1}'`,
          );
          yield* count(other, "a", 1, 100);
          yield* count(store, "a", 2, ...last);
          expect(yield* total("a")).toEqual([1_101, 2 + last.length]);
        }),
    );
  }

  it.scopedLive("looks first where a connection has broken", () =>
    Effect.gen(function* () {
      const { schema, database, store, doneFor } = yield* scene;
      yield* count(store, "a", "none", 1);
      const lost = yield* Deferred.make<void>();
      database.onLoss(() => Deferred.unsafeDone(lost, Effect.void));
      const kill =
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1";
      yield* Server.rows(yield* Server.outside, kill, schema);
      yield* Deferred.await(lost);
      expect(yield* doneFor(count(store, "a", 1, 10))).toContain(looking);
    }),
  );

  it.scopedLive("is refused by a server that has started since", () =>
    Effect.gen(function* () {
      const { schema, store, doneFor, given } = yield* scene;
      yield* count(store, "a", "none", 1);
      expect(yield* doneFor(count(store, "a", 1, 1))).toEqual(["appending"]);
      const client = yield* Server.outside;
      const [found] = yield* Server.rows(
        client,
        `select extract(epoch from pg_postmaster_start_time()) * 1000000 + count(*) as generation
          from ${schema}.rebuilt_views`,
      );
      expect(given.at(-1)?.[2]).toBe(Number(found?.generation));
    }),
  );

  it.scopedLive("finds an event of its id, of another stream and of its own", () =>
    Effect.gen(function* () {
      const { store, other, total } = yield* scene;
      yield* count(store, "a", "none", 1);
      const one = (id: string, expected: number | "none") =>
        ({ aggregate, id, expected, events: [{ event: counted(10), id: "one" }] }) as const;
      yield* other.append(one("b", "none"));
      const reused = { _tag: "EventIdReused", eventId: "one" };
      expect(yield* Effect.flip(store.append(one("a", 1)))).toMatchObject(reused);
      const two = { ...one("a", 1), events: [{ event: counted(10), id: "two" }] } as const;
      const appended = yield* store.append(two);
      expect(yield* store.append(two)).toEqual(appended);
      expect(yield* total("a")).toEqual([11, 2]);
    }),
  );

  it.scopedLive("builds on nothing that a transaction has taken back", () =>
    Effect.gen(function* () {
      const { store, other, total } = yield* scene;
      yield* count(store, "a", "none", 1);
      const undone = Effect.zipRight(count(store, "a", 1, 10), Effect.fail("no"));
      yield* Effect.flip(store.transaction(undone));
      yield* count(other, "a", 1, 100);
      yield* count(store, "a", 2, 1_000);
      expect(yield* total("a")).toEqual([1_101, 3]);
    }),
  );

  it.scopedLive("builds on no row of another view", () =>
    Effect.gen(function* () {
      const { store, total } = yield* scene;
      yield* store.setup([viewedElsewhere]);
      const to = { id: "a", events: [{ event: counted(1) }] } as const;
      const wrong = { ...viewedAs(1_000).view, table: viewedElsewhere.view.table };
      const elsewhere = { ...aggregate, view: wrong };
      yield* store.append({ ...to, aggregate: elsewhere, expected: "none" });
      yield* count(store, "a", 1, 10);
      expect(yield* total("a")).toEqual([11, 2]);
    }),
  );

  it.scopedLive("is looked for when it was long ago, or when it is long", () =>
    Effect.gen(function* () {
      const { store, doneFor } = yield* scene;
      const ids = Array.from({ length: 1_001 }, (_, at) => `${at}`);
      const all = Effect.forEach(ids, (id) => count(store, id, "none", 1), {
        concurrency: "unbounded",
        discard: true,
      });
      yield* Fiber.join(yield* Effect.fork(all));
      expect(yield* doneFor(count(store, "1", 1, 1))).toEqual(["appending"]);
      expect(yield* doneFor(count(store, "0", 1, 1))).toEqual([looking, "appending"]);
      yield* account(store, "a", "none", Account.opened("Ada".repeat(4_000)));
      const moved = account(store, "a", 1, Account.moved(1n));
      expect(yield* doneFor(moved)).toEqual([looking, "appending"]);
    }),
  );
});
