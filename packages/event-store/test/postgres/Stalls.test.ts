import { readFileSync } from "node:fs";
import { describe, expect, it } from "@effect/vitest";
import { Deferred, Duration, Effect, Exit, Fiber } from "effect";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count, counter, log } from "@ledgerfold/event-store-contract/Steps";
import * as LockHolder from "../../src/postgres/LockHolder.ts";
import * as Server from "./Server.ts";

/** What happens while a transaction that has appended stays open, and after it ended. */

/** A store, and a transaction in another one on the same log, which has appended to `slow`. */
const scene = (options: Omit<Parameters<typeof Server.open>[0], "schema"> = {}) =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const opened = yield* Server.open({ schema, ...options });
    const slow = yield* Server.open({
      schema,
      applicationName: "the slow one",
      idleInTransaction: options.idleInTransaction ?? "1 minute",
    });
    yield* count(opened.store, "a", "none", 1);
    const [written, end] = [yield* Deferred.make<number>(), yield* Deferred.make<void>()];
    const transaction = yield* slow.store
      .transaction(
        count(slow.store, "slow", "none", 1).pipe(
          Effect.tap(({ position }) => Deferred.succeed(written, position)),
          Effect.zipRight(Deferred.await(end)),
        ),
      )
      .pipe(Effect.fork);
    yield* Deferred.await(written);
    return { ...opened, schema, transaction, end };
  });

describe("while a transaction that has appended stays open", () => {
  it.scopedLive("an append is DatabaseBusy after the patience, and leaves nothing", () =>
    Effect.gen(function* () {
      const { store, database, end, transaction } = yield* scene({ patience: "300 millis" });
      const [time, error] = yield* Effect.timed(Effect.flip(count(store, "a", 1, 2)));
      expect(error).toMatchObject({ _tag: "DatabaseBusy", database: database.database });
      expect(Duration.toMillis(time)).toBeGreaterThan(290);
      expect(yield* log(store)).toHaveLength(1);
      yield* Deferred.succeed(end, undefined);
      yield* Fiber.join(transaction);
      expect(yield* count(store, "a", 1, 2)).toMatchObject({ version: 2, position: 3 });
    }),
  );

  it.scopedLive("an append waits, and comes after it", () =>
    Effect.gen(function* () {
      const { store, end, transaction } = yield* scene();
      const waiting = yield* Effect.fork(count(store, "a", 1, 2));
      yield* Effect.sleep("100 millis");
      expect(yield* log(store)).toHaveLength(1);
      yield* Deferred.succeed(end, undefined);
      yield* Fiber.join(transaction);
      expect(yield* Fiber.join(waiting)).toMatchObject({ position: 3 });
    }),
  );

  it.scopedLive("reading goes on", () =>
    Effect.gen(function* () {
      const { store, end } = yield* scene();
      expect(yield* store.read(counter("a"))).toHaveLength(1);
      expect(yield* store.load(aggregate, "slow")).toMatchObject({ version: 0 });
      yield* Deferred.succeed(end, undefined);
    }),
  );

  it.scopedLive("the holder is named, with how many wait and how long", () =>
    Effect.gen(function* () {
      const { store, database, end, transaction } = yield* scene();
      const waiting = yield* Effect.fork(count(store, "a", 1, 2));
      yield* Effect.sleep("1200 millis");
      const [holder, ...others] = yield* LockHolder.find(database);
      expect(others).toEqual([]);
      expect(holder).toMatchObject({
        application: "the slow one",
        state: "idle in transaction",
        waiting: 1,
      });
      expect(holder?.waitingSeconds).toBeGreaterThan(0);
      expect(holder?.stateSeconds).toBeGreaterThan(0);
      yield* Deferred.succeed(end, undefined);
      yield* Effect.zip(Fiber.join(transaction), Fiber.join(waiting));
      expect(yield* LockHolder.find(database)).toEqual([]);
    }),
  );

  it.scopedLive("the holder is named by the query that docs/scaling.md has for psql", () =>
    Effect.gen(function* () {
      const { schema, end, transaction } = yield* scene();
      const page = readFileSync(new URL("../../../../docs/scaling.md", import.meta.url), "utf8");
      const [, query = ""] = /```sql[^\n]*\n([^`]*)```/.exec(page) ?? [];
      expect(query).toContain("'public.events'");
      const client = yield* Server.outside;
      const rows = yield* Server.rows(client, query.replace("public", schema));
      expect(rows).toMatchObject([{ application_name: "the slow one", waiting: "0" }]);
      yield* Deferred.succeed(end, undefined);
      yield* Fiber.join(transaction);
      expect(yield* Server.rows(client, query.replace("public", schema))).toEqual([]);
    }),
  );

  it.scopedLive("ending the process that the holder names frees the others", () =>
    Effect.gen(function* () {
      const { store, database, end, transaction } = yield* scene();
      const waiting = yield* Effect.fork(count(store, "a", 1, 2));
      const [holder] = yield* LockHolder.find(database);
      const client = yield* Server.outside;
      yield* Server.rows(client, "select pg_terminate_backend($1)", holder?.pid);
      expect(yield* Fiber.join(waiting)).toMatchObject({ position: 2 });
      yield* Deferred.succeed(end, undefined);
      expect(Exit.isFailure(yield* Fiber.await(transaction))).toBe(true);
      expect(yield* store.read(counter("slow"))).toEqual([]);
    }),
  );

  it.scopedLive("PostgreSQL ends it when it does nothing for too long", () =>
    Effect.gen(function* () {
      const { store, end, transaction } = yield* scene({ idleInTransaction: "200 millis" });
      expect(yield* count(store, "a", 1, 2)).toMatchObject({ position: 2 });
      yield* Deferred.succeed(end, undefined);
      const error = yield* Effect.flip(Fiber.join(transaction));
      expect(error).toMatchObject({ _tag: "DatabaseError" });
      expect(yield* store.read(counter("slow"))).toEqual([]);
    }),
  );

  it.scopedLive("another log in the same database goes on", () =>
    Effect.gen(function* () {
      const { end } = yield* scene();
      const { store } = yield* Server.open({ schema: yield* Server.schema });
      expect(yield* count(store, "a", "none", 1)).toMatchObject({ position: 1 });
      yield* Deferred.succeed(end, undefined);
    }),
  );

  it.scopedLive("one that has only read keeps nobody waiting", () =>
    Effect.gen(function* () {
      const { store } = yield* Server.open({ schema: yield* Server.schema });
      yield* count(store, "a", "none", 1);
      const [read, end] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()];
      const reading = yield* store
        .read(counter("a"))
        .pipe(
          Effect.zipRight(Deferred.succeed(read, undefined)),
          Effect.zipRight(Deferred.await(end)),
          store.transaction,
          Effect.fork,
        );
      yield* Deferred.await(read);
      expect(yield* count(store, "a", 1, 2)).toMatchObject({ version: 2 });
      yield* Deferred.succeed(end, undefined);
      yield* Fiber.join(reading);
    }),
  );
});
