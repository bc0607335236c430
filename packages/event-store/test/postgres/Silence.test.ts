import * as TcpProxy from "@ledgerfold/fixtures/TcpProxy";
import { describe, expect, it } from "@effect/vitest";
import { Deferred, type Duration, Effect, Exit, Fiber, Scope } from "effect";
import { sql } from "kysely";
import { aggregate, counted } from "@ledgerfold/event-store-contract/Counter";
import { count, log } from "@ledgerfold/event-store-contract/Steps";
import type { AppendError, Service } from "../../src/EventStore.ts";
import * as PostgresQuery from "../../src/postgres/Query.ts";
import * as Server from "./Server.ts";

/** What happens while nothing comes from the server any more: no byte, no end, no reset. */

const proxied = Effect.acquireRelease(
  Effect.promise(() => TcpProxy.start(Server.url)),
  (proxy) => Effect.promise(() => proxy.stop()),
);

/** A store by way of a proxy, with an event in its log. */
const scene = (patience: Duration.DurationInput = "2 seconds") =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const { store: other } = yield* Server.open({ schema });
    yield* count(other, "a", "none", 1);
    const proxy = yield* proxied;
    const scope = yield* Effect.acquireRelease(Scope.make(), (scope) =>
      Scope.close(scope, Exit.void),
    );
    const url = proxy.through(Server.url);
    const opened = yield* Server.openAsIs({ schema, url, patience, applicationName: schema }).pipe(
      Scope.extend(scope),
    );
    yield* opened.store.load(aggregate, "a");
    // First of all, so that whatever waits for an answer at the end has none to wait for.
    yield* Effect.addFinalizer(() => Effect.sync(() => proxy.cut()));
    return { ...opened, schema, other, proxy, close: Scope.close(scope, Exit.void) };
  });

/** Far less than any wait without end, however busy the machine; what can't be interrupted is left. */
const inTime = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.timeoutFail(Effect.disconnect(work), {
    duration: "40 seconds",
    onTimeout: () => new Error("it has not ended in 40 seconds: somebody waits without end"),
  });

const lost = { _tag: "DatabaseError", reason: "lost" };
const unknown = { _tag: "DatabaseError", reason: "unknown" };

describe("while the network is silent", () => {
  it.scopedLive("an append ends, its outcome unknown, and the next ones have new connections", () =>
    Effect.gen(function* () {
      const { store, proxy } = yield* scene();
      const append = store.append({
        aggregate,
        id: "fresh",
        expected: "none",
        events: [{ event: counted(1), id: "one" }],
      });
      proxy.strand();
      const underWay = yield* Effect.fork(Effect.flip(append));
      yield* Effect.sleep("50 millis");
      const behind = yield* Effect.fork(count(store, "b", "none", 1));
      const error = yield* inTime(Fiber.join(underWay));
      expect(error).toMatchObject(unknown);
      expect(error.message).toContain("appending, whose outcome is unknown,");
      expect(yield* inTime(Fiber.join(behind))).toMatchObject({ version: 1 });
      expect(yield* inTime(append)).toMatchObject({ version: 1 });
    }),
  );

  it.scopedLive("a load ends, and a transaction, of which nothing is kept", () =>
    Effect.gen(function* () {
      const { store, other, proxy } = yield* scene();
      proxy.strand();
      const error = yield* inTime(Effect.flip(store.load(aggregate, "a")));
      expect(error).toMatchObject(lost);
      expect(error.message).toMatch(/nothing came from the server for 2 seconds/);
      const failing = store.transaction(
        Effect.gen(function* () {
          yield* count(store, "b", "none", 1);
          proxy.strand();
          yield* count(store, "c", "none", 1);
        }),
      );
      expect(yield* inTime(Effect.flip(failing))).toMatchObject(lost);
      // Its lock went with it.
      expect(yield* count(other, "d", "none", 1)).toMatchObject({ position: 2 });
    }),
  );

  it.scopedLive("a commit ends, its outcome unknown", () =>
    Effect.gen(function* () {
      const { store, other, proxy } = yield* scene();
      const committing = store.transaction(
        Effect.zipLeft(
          count(store, "b", "none", 1),
          Effect.sync(() => proxy.silence("down")),
        ),
      );
      expect(yield* inTime(Effect.flip(committing))).toMatchObject(unknown);
      expect(yield* log(other)).toHaveLength(2);
    }),
  );

  it.scopedLive("setup ends, where no other connection comes about either", () =>
    Effect.gen(function* () {
      const { store, proxy } = yield* scene("500 millis");
      proxy.silence("up", "down");
      const error = yield* inTime(Effect.flip(store.setup([aggregate])));
      expect(error).toMatchObject({ _tag: "DatabaseError" });
      expect(error.message).toMatch(/nothing came from the server for 0.5 seconds/);
      // On the connection that there is, and without one.
      const known = yield* inTime(Effect.flip(store.load(aggregate, "a")));
      expect(known).toMatchObject(lost);
      const connecting = yield* inTime(Effect.flip(store.load(aggregate, "a")));
      expect(connecting).toMatchObject({ _tag: "DatabaseError", reason: "unreachable" });
      proxy.heal();
      yield* inTime(store.setup([aggregate]));
    }),
  );

  it.scopedLive("the layer closes, with one that listens and one that waits", () =>
    Effect.gen(function* () {
      const { store, proxy, close } = yield* scene();
      yield* Effect.fork(Effect.scoped(Effect.zipRight(store.changes, Effect.never)));
      yield* store.load(aggregate, "a");
      proxy.silence("up", "down");
      yield* Effect.forkDaemon(Effect.exit(count(store, "a", 1, 1)));
      yield* Effect.yieldNow();
      yield* inTime(close);
    }),
  );

  const works: Record<string, (store: Service) => Effect.Effect<unknown, AppendError>> = {
    "a load": (store) => store.load(aggregate, "a"),
    "an append": (store) => count(store, "a", 1, 1),
    "a transaction": (store) => store.transaction(count(store, "a", 1, 1)),
  };
  for (const [what, work] of Object.entries(works)) {
    it.scopedLive(`who is interrupted in ${what} is free long before the patience is over`, () =>
      Effect.gen(function* () {
        const { store, proxy } = yield* scene("5 minutes");
        proxy.silence("up", "down");
        const waiting = yield* Effect.fork(work(store));
        yield* Effect.sleep("100 millis");
        expect(Exit.isInterrupted(yield* inTime(Fiber.interrupt(waiting)))).toBe(true);
        proxy.heal();
      }),
    );
  }

  it.scopedLive("those who listen hear again, once there is another connection", () =>
    Effect.gen(function* () {
      const { store, other, proxy } = yield* scene("500 millis");
      const changes = yield* store.changes;
      proxy.strand();
      // The signal for what may have been missed, and then those of other processes.
      yield* inTime(changes.take);
      yield* Effect.repeat(Effect.zip(count(other, "b", "any", 1), Effect.sleep("50 millis")), {
        until: () => Effect.map(changes.size, (size) => size > 0),
      }).pipe(inTime);
    }),
  );
});

/** As the protocol has it: its length and its code. */
const cancelRequest = Buffer.from("0000001004d2162e", "hex");

describe("while the server works", () => {
  const sleeping = (seconds: number) =>
    PostgresQuery.raw(sql<{ slept: string }>`select pg_sleep(${sql.lit(seconds)})::text as slept`);

  it.scopedLive("an answer is waited for, however long it takes", () =>
    Effect.gen(function* () {
      const { database } = yield* scene("300 millis");
      const slow = database.use((session) => session.execute("sleeping", sleeping(2)));
      yield* Effect.all([slow, database.transaction(slow)], { concurrency: 2 });
    }),
  );

  it.scopedLive("who is interrupted has it stop, and goes on in the transaction around", () =>
    Effect.gen(function* () {
      const { store, database, other } = yield* scene("5 minutes");
      const slow = database.use((session) => session.execute("sleeping", sleeping(600)));
      const working = store.transaction(
        Effect.gen(function* () {
          yield* count(store, "b", "none", 1);
          const inside = store.transaction(Effect.zipRight(count(store, "c", "none", 1), slow));
          expect(yield* inTime(Effect.timeoutOption(inside, "100 millis"))).toMatchObject({
            _tag: "None",
          });
          yield* count(store, "d", "none", 1);
        }),
      );
      yield* inTime(working);
      expect((yield* log(other)).map(({ stream }) => stream.id)).toEqual(["a", "b", "d"]);
    }),
  );

  it.scopedLive("a wait for any lock ends after the patience, and says who holds it", () =>
    Effect.gen(function* () {
      const { store, schema } = yield* scene("1 second");
      const holder = yield* Server.outside;
      yield* Server.rows(holder, "set application_name to 'the holder'");
      yield* Server.rows(holder, `begin; lock table ${schema}.events`);
      const error = yield* inTime(Effect.flip(store.load(aggregate, "a")));
      expect(error).toMatchObject({ _tag: "DatabaseBusy", reason: "held" });
      expect(error.message).toMatch(/is held by another process \(the holder, process \d+\)/);
      yield* Server.rows(holder, "rollback");
      expect(yield* store.load(aggregate, "a")).toMatchObject({ version: 1 });
    }),
  );

  it.scopedLive("a wait that is called off too late does not end the next statement", () =>
    Effect.gen(function* () {
      const { store, database, proxy, schema } = yield* scene("1 second");
      const holder = yield* Server.outside;
      yield* Server.rows(holder, `begin; lock table ${schema}.events`);
      const next = database.use((session) => session.execute("sleeping", sleeping(1)));
      const working = yield* Effect.fork(
        store.transaction(Effect.zipRight(store.load(aggregate, "a"), next)),
      );
      yield* inTime(Effect.promise(() => proxy.lag(cancelRequest, 600)));
      yield* Server.rows(holder, "rollback");
      yield* inTime(Fiber.join(working));
    }),
  );

  it.scopedLive("nor does one that is called off twice, of which the first is late", () =>
    Effect.gen(function* () {
      const { store, database, proxy, schema } = yield* scene("1 second");
      const holder = yield* Server.outside;
      yield* Server.rows(holder, `begin; lock table ${schema}.events`);
      const next = database.use((session) => session.execute("sleeping", sleeping(1)));
      const working = Effect.gen(function* () {
        const part = yield* Effect.fork(store.transaction(store.load(aggregate, "a")));
        yield* inTime(Effect.promise(() => proxy.lag(cancelRequest, 600)));
        yield* Fiber.interrupt(part);
        yield* next;
      });
      yield* inTime(store.transaction(working));
    }),
  );

  it.scopedLive("a transaction of one's own is not called another process", () =>
    Effect.gen(function* () {
      const { store } = yield* scene("1 second");
      const [written, end] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()];
      const holding = yield* count(store, "b", "none", 1).pipe(
        Effect.zipRight(Deferred.succeed(written, undefined)),
        Effect.zipRight(Deferred.await(end)),
        store.transaction,
        Effect.fork,
      );
      yield* Deferred.await(written);
      const error = yield* inTime(Effect.flip(count(store, "c", "none", 1)));
      expect(error).toMatchObject({ _tag: "DatabaseBusy", reason: "own" });
      expect(error.message).not.toContain("another process");
      yield* Deferred.succeed(end, undefined);
      yield* Fiber.join(holding);
    }),
  );
});
