import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as PostgresServer from "@ledgerfold/fixtures/PostgresServer";
import * as TcpProxy from "@ledgerfold/fixtures/TcpProxy";
import { describe, expect, it } from "@effect/vitest";
import { Effect, Fiber } from "effect";
import pg from "pg";
import { aggregate, counted } from "@ledgerfold/event-store-contract/Counter";
import { count, counter, log } from "@ledgerfold/event-store-contract/Steps";
import { EventStore, type RecordedEvent } from "../../src/EventStore.ts";
import * as Subscription from "../../src/Subscription.ts";
import * as Server from "./Server.ts";

/** Connections that are there and cannot serve: who uses the store has others. */

const meddler = fileURLToPath(new URL("meddler.ts", import.meta.url));

const endAll = "select pg_terminate_backend(pid) from pg_stat_activity where application_name =";

/** A store of a role that the sessions begun so far may only read with, as those of a standby. */
const demoted = Effect.gen(function* () {
  const schema = yield* Server.schema;
  const { store: other } = yield* Server.open({ schema });
  const client = yield* Effect.acquireRelease(Server.outside, (client) =>
    Server.rows(client, `drop owned by role_${schema}; drop role role_${schema}`),
  );
  yield* Server.rows(
    client,
    `create role role_${schema} login password 'reads';
    alter role role_${schema} set default_transaction_read_only = on;
    grant usage on schema ${schema} to role_${schema};
    grant select, insert, update, delete on all tables in schema ${schema} to role_${schema}`,
  );
  const url = new URL(Server.url);
  url.username = `role_${schema}`;
  url.password = "reads";
  const { store } = yield* Server.openAsIs({ schema, url: url.href, applicationName: schema });
  // Several connections.
  yield* Effect.all(
    Array.from({ length: 4 }, () => store.load(aggregate, "a")),
    {
      concurrency: "unbounded",
    },
  );
  const promote = Server.rows(
    client,
    `alter role role_${schema} set default_transaction_read_only = off`,
  );
  return { store, other, promote };
});

describe("a server that takes no writes", () => {
  it.scopedLive("is told, and left for another at the next try", () =>
    Effect.gen(function* () {
      const { store, promote } = yield* demoted;
      expect(yield* Effect.flip(count(store, "a", "none", 1))).toMatchObject({
        _tag: "DatabaseError",
        reason: "readOnly",
        code: "25006",
      });
      yield* Effect.all(
        Array.from({ length: 4 }, () => store.load(aggregate, "a")),
        {
          concurrency: "unbounded",
        },
      );
      yield* promote;
      // What was refused on the old connections is asked again on a new one, with nothing said.
      yield* Effect.all(
        Array.from({ length: 4 }, (_, n) => count(store, `${n}`, "none", 1)),
        { concurrency: "unbounded" },
      );
      expect(yield* log(store)).toHaveLength(4);
    }),
  );

  it.scopedLive("fails a transaction once, and no connection like its own serves another", () =>
    Effect.gen(function* () {
      const { store, promote } = yield* demoted;
      yield* promote;
      const writing = store.transaction(count(store, "a", "any", 1));
      expect(yield* Effect.flip(writing)).toMatchObject({ reason: "readOnly" });
      yield* Effect.repeatN(writing, 4);
    }),
  );

  it.scopedLive("does not confirm what is there already", () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.promise(() =>
          PostgresServer.start({ initdbFlags: ["--no-locale"], settings: ["fsync=off"] }),
        ),
        ({ stop }) => Effect.promise(stop),
      );
      const { store } = yield* Server.openAsIs({ url: server.url });
      yield* store.setup([aggregate]);
      const append = store.append({
        aggregate,
        id: "a",
        expected: "any",
        events: [{ event: counted(1), id: "one" }],
      });
      const appended = yield* append;
      const ask = (text: string) =>
        Effect.promise(async () => {
          const client = new pg.Client({ connectionString: server.url });
          client.on("error", () => {});
          try {
            await client.connect();
            return (await client.query<Readonly<Record<string, unknown>>>(text)).rows[0];
          } catch {
            return undefined;
          } finally {
            await client.end().catch(() => {});
          }
        });
      const found = yield* ask("show data_directory");
      yield* Effect.promise(server.toggle);
      writeFileSync(join(String(found?.data_directory), "standby.signal"), "");
      const isUp = server.toggle();
      const promoted = Effect.zipRight(
        ask("select pg_promote()"),
        Effect.promise(() => isUp),
      );
      // A server that never takes writes counts as starting, and is not stopped.
      yield* Effect.addFinalizer(() => promoted);
      yield* Effect.repeat(ask("select pg_is_in_recovery() as standby"), {
        until: (row) => row?.standby === true,
      });
      expect(yield* Effect.flip(append)).toMatchObject({ reason: "readOnly", code: "25006" });
      yield* promoted;
      expect(yield* append).toEqual(appended);
    }),
  );

  it.scopedLive("stops no subscription for longer than it lasts", () =>
    Effect.gen(function* () {
      const { store, other, promote } = yield* demoted;
      yield* count(other, "a", "none", 1, 2, 3);
      const running = yield* Effect.fork(copying(store));
      yield* Effect.sleep("300 millis");
      yield* promote;
      expect(yield* copied(other, 3)).toEqual([1, 2, 3]);
      yield* Fiber.interrupt(running);
    }),
  );
});

/** Copies a counter's events to another, and each one's number with them. */
const copying = (store: Server.Opened["store"]) =>
  Subscription.run({
    name: "copy",
    batch: 7,
    handle: ({ stream, sequence }: RecordedEvent) =>
      stream.id === "copy" ? Effect.void : Effect.asVoid(count(store, "copy", "any", sequence)),
  }).pipe(Effect.provideService(EventStore, store));

/** What it has copied, once that is so many. */
const copied = (store: Server.Opened["store"], wanted: number) =>
  store.read(counter("copy")).pipe(
    Effect.repeat({ until: ({ length }) => length >= wanted }),
    Effect.timeout("60 seconds"),
    Effect.map((events) => events.map(({ payload }) => JSON.parse(payload).Counted.by as number)),
  );

it.scopedLive("a subscription goes on when all connections break, each event once", () =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const { store: other } = yield* Server.open({ schema });
    const proxy = yield* Effect.acquireRelease(
      Effect.promise(() => TcpProxy.start(Server.url)),
      (proxy) => Effect.promise(() => proxy.stop()),
    );
    const url = proxy.through(Server.url);
    const { store } = yield* Server.openAsIs({ schema, url, patience: "5 seconds" });
    const [first, ...rest] = Array.from({ length: 60 }, (_, by) => by);
    yield* count(other, "a", "none", first ?? 0, ...rest);
    const running = yield* Effect.fork(copying(store));
    for (const many of [8, 22, 36]) {
      yield* copied(other, many);
      proxy.cut();
    }
    yield* copied(other, 60);
    yield* Fiber.interrupt(running);
    expect(yield* copied(other, 60)).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
  }),
);

it.scopedLive("what the server closed while nobody looked is not used", () =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const { store } = yield* Server.open({ schema, applicationName: schema });
    yield* count(store, "a", "none", 1);
    // This process does not see it until it has sent what comes next.
    spawnSync(process.execPath, [meddler, Server.url, `${endAll} '${schema}'`]);
    expect(yield* count(store, "a", 1, 1)).toMatchObject({ version: 2 });
    spawnSync(process.execPath, [meddler, Server.url, `${endAll} '${schema}'`]);
    expect(yield* store.transaction(count(store, "a", 2, 1))).toMatchObject({ version: 3 });
  }),
);

describe("what is asked of a session that the server has ended meanwhile", () => {
  /**
   * A store whose sessions the server ends when they do nothing for a while. `ended` is done once it
   * has, of which the store does not hear; `asked`, what comes of work that sends this all the same,
   * to which the server's last word is the answer.
   */
  const scene = (idle: string, more: { readonly idleInTransaction?: "2 seconds" } = {}) =>
    Effect.gen(function* () {
      const schema = yield* Server.schema;
      const { store: other } = yield* Server.open({ schema });
      yield* count(other, "a", "none", 1);
      const proxy = yield* Effect.acquireRelease(
        Effect.promise(() => TcpProxy.start(Server.url)),
        (proxy) => Effect.promise(() => proxy.stop()),
      );
      const url = new URL(proxy.through(Server.url));
      url.searchParams.set("options", idle);
      const options = { schema, url: url.href, applicationName: schema, connections: 1 };
      const { store } = yield* Server.openAsIs({ ...options, ...more });
      const client = yield* Server.outside;
      const sessions = Server.rows(
        client,
        "select 1 from pg_stat_activity where application_name = $1",
        schema,
      );
      const ended = Effect.suspend(() => {
        proxy.silence("down");
        return Effect.repeat(sessions, { until: ({ length }) => length === 0 });
      });
      const asked = <A, E>(work: Effect.Effect<A, E>, text: string) =>
        Effect.gen(function* () {
          const reached = proxy.holdAt(text);
          const working = yield* Effect.fork(work);
          yield* Effect.raceFirst(
            Effect.promise(() => reached),
            Fiber.await(working),
          );
          proxy.heal("down");
          proxy.heal();
          return yield* Fiber.join(working);
        });
      return { store, ended, asked };
    });

  const ofSession = "-c idle_session_timeout=2000";

  it.scopedLive("is asked again of another", () =>
    Effect.gen(function* () {
      const { store, ended, asked } = yield* scene(ofSession);
      yield* store.load(aggregate, "a");
      yield* ended;
      expect(yield* asked(count(store, "a", 1, 1), '."events"')).toMatchObject({
        version: 2,
      });
      expect(yield* log(store)).toHaveLength(2);
    }),
  );

  it.scopedLive("is asked again of another where it is a transaction's beginning", () =>
    Effect.gen(function* () {
      const { store, ended, asked } = yield* scene(ofSession);
      yield* store.load(aggregate, "a");
      yield* ended;
      const work = store.transaction(count(store, "a", 1, 1));
      expect(yield* asked(work, "begin isolation level")).toMatchObject({ version: 2 });
    }),
  );

  it.scopedLive("is lost in the middle of a transaction, and the next one goes on", () =>
    Effect.gen(function* () {
      const { store, ended, asked } = yield* scene("", { idleInTransaction: "2 seconds" });
      const work = store.transaction(
        Effect.gen(function* () {
          yield* count(store, "a", 1, 1);
          yield* ended;
          yield* asked(store.readLast, "select");
        }),
      );
      expect(yield* Effect.flip(work)).toMatchObject({ reason: "lost", code: "25P03" });
      expect(yield* store.transaction(count(store, "a", 1, 1))).toMatchObject({ version: 2 });
    }),
  );
});

it.scopedLive("a statement that the server ends is not called held by another", () =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    yield* Server.open({ schema });
    const url = new URL(Server.url);
    url.searchParams.set("options", "-c statement_timeout=300");
    const { store } = yield* Server.openAsIs({ schema, url: url.href });
    const holder = yield* Server.outside;
    yield* Server.rows(holder, `begin; lock table ${schema}.events`);
    const error = yield* Effect.flip(store.load(aggregate, "a"));
    expect(error).toMatchObject({ _tag: "DatabaseError", reason: "cancelled", code: "57014" });
  }),
);
