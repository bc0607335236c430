import { connect, createServer, type Server as NetServer, type Socket } from "node:net";
import { expect, it } from "@effect/vitest";
import { Effect, Queue } from "effect";
import { count } from "@ledgerfold/event-store-contract/Steps";
import * as Server from "./Server.ts";

/** What one process appends wakes those of the others who wait, without their looking for it. */

const two = Effect.gen(function* () {
  const schema = yield* Server.schema;
  return [yield* Server.open({ schema }), yield* Server.openAsIs({ schema })] as const;
});

it.scopedLive("of another connection's appends give a signal", () =>
  Effect.gen(function* () {
    const [here, there] = yield* two;
    const changes = yield* here.store.changes;
    yield* count(there.store, "a", "none", 1);
    yield* Queue.take(changes).pipe(Effect.timeout("5 seconds"));
    yield* there.store.transaction(count(there.store, "a", 1, 1));
    yield* Queue.take(changes).pipe(Effect.timeout("5 seconds"));
  }),
);

it.scopedLive("of the store's own come once, and not again by way of the server", () =>
  Effect.gen(function* () {
    const [here] = yield* two;
    const changes = yield* here.store.changes;
    yield* count(here.store, "a", "none", 1);
    yield* Queue.take(changes);
    yield* Effect.sleep("300 millis");
    expect(yield* Queue.size(changes)).toBe(0);
  }),
);

it.scopedLive("are told later when there was no connection to tell them on", () =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const here = yield* Server.open({ schema });
    const there = yield* Server.openAsIs({ schema, connections: 1, patience: "300 millis" });
    const changes = yield* here.store.changes;
    yield* count(there.store, "a", "none", 1);
    yield* there.store.transaction(Effect.sleep("800 millis"));
    yield* Effect.sleep("100 millis");
    yield* Queue.takeAll(changes);
    yield* Queue.take(changes).pipe(Effect.timeoutOption("1 millis"));
    there.database.changes.signal();
    yield* there.store.transaction(Effect.sleep("800 millis"));
    yield* Queue.take(changes).pipe(Effect.timeout("10 seconds"));
  }),
);

it.scopedLive("are not waited for where the server never answers", () =>
  Effect.gen(function* () {
    const { hostname, port } = new URL(Server.url);
    const sockets: Array<Socket> = [];
    let connections = 0;
    const proxy = yield* Effect.acquireRelease(
      Effect.async<NetServer>((resume) => {
        const server = createServer((socket) => {
          sockets.push(socket.on("error", () => {}));
          connections += 1;
          if (connections > 1) return;
          const up = connect(Number(port), hostname).on("error", () => {});
          sockets.push(up);
          socket.pipe(up).pipe(socket);
        });
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)));
      }),
      (server) =>
        Effect.sync(() => {
          for (const socket of sockets) socket.destroy();
          server.close();
        }),
    );
    const address = proxy.address();
    const url = new URL(Server.url);
    url.port = String(typeof address === "object" ? address?.port : "");
    const { store } = yield* Server.openAsIs({
      url: url.href,
      patience: "500 millis",
      connections: 1,
    });
    yield* Effect.timeout(store.changes, "5 seconds");
    expect(yield* store.readLast).toBe(undefined);
  }),
);

it.scopedLive("many in a short time are few notifications, without a payload", () =>
  Effect.gen(function* () {
    const [, there] = yield* two;
    const heard: Array<string | undefined> = [];
    const client = yield* Server.outside;
    client.on("notification", ({ payload }) => heard.push(payload));
    const { channel } = there.database.changes;
    yield* Server.rows(client, `listen ${channel}`);
    const start = performance.now();
    // A signal for each, as many as a store could ever send.
    while (performance.now() - start < 500) {
      there.database.changes.signal();
      yield* Effect.sleep("1 millis");
    }
    const pauses = (performance.now() - start) / 10;
    expect(heard.length).toBeGreaterThan(0);
    expect(heard.length).toBeLessThanOrEqual(pauses + 1);
    expect(new Set(heard)).toEqual(new Set([""]));
  }),
);

it.scopedLive("go on after the listening connection broke, with a signal for what was missed", () =>
  Effect.gen(function* () {
    const [here, there] = yield* two;
    const changes = yield* here.store.changes;
    const client = yield* Server.outside;
    const [listener] = yield* Server.rows(
      client,
      "select pid from pg_stat_activity where query like 'listen %' and query like $1",
      `%${here.database.changes.channel}%`,
    );
    yield* Server.rows(client, "select pg_terminate_backend($1)", listener?.pid);
    yield* count(there.store, "a", "none", 1);
    yield* Queue.take(changes).pipe(Effect.timeout("10 seconds"));
    yield* Effect.sleep("100 millis");
    yield* Queue.takeAll(changes);
    yield* count(there.store, "b", "none", 1);
    yield* Queue.take(changes).pipe(Effect.timeout("5 seconds"));
  }),
);
