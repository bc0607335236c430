import * as PostgresServer from "@ledgerfold/fixtures/PostgresServer";
import { afterAll, beforeAll, expect, it } from "@effect/vitest";
import { Effect, Fiber } from "effect";
import pg from "pg";
import { aggregate, counted } from "@ledgerfold/event-store-contract/Counter";
import { count, log } from "@ledgerfold/event-store-contract/Steps";
import type { AppendError, Service } from "../../src/EventStore.ts";
import * as Server from "./Server.ts";

/** Commits on a server whose synchronous standby is gone: they are done there, and wait for it. */

let server: PostgresServer.PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start({
    initdbFlags: ["--no-locale", "--no-sync"],
    settings: ["fsync=off"],
  });
}, 120_000);
afterAll(() => server.stop());

const outside = Effect.acquireRelease(
  Effect.promise(async () => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    return client;
  }),
  (client) => Effect.promise(() => client.end()),
);

let logs = 0;

/** Three stores of one log, and the way to have no standby, until the end of the test. */
const scene = Effect.gen(function* () {
  logs += 1;
  const schema = `log_${logs}`;
  const open = (applicationName: string, patience: "1 second" | "10 seconds") =>
    Server.openAsIs({ schema, url: server.url, applicationName, patience });
  const one = yield* open("one", "1 second");
  const other = yield* open("other", "1 second");
  const patient = yield* open("patient", "10 seconds");
  yield* one.store.setup([aggregate]);
  const client = yield* outside;
  const standby = (name: string) =>
    Effect.gen(function* () {
      yield* Server.rows(client, `alter system set synchronous_standby_names = '${name}'`);
      yield* Server.rows(client, "select pg_reload_conf()");
      // It is known once a session has heard of it.
      yield* Server.rows(client, "show synchronous_standby_names").pipe(
        Effect.repeat({ until: ([row]) => row?.synchronous_standby_names === name }),
      );
    });
  const withoutStandby = Effect.acquireRelease(standby("nobody"), () => standby(""));
  return { one, other, patient, client, withoutStandby };
});

const unconfirmed = { _tag: "DatabaseError", reason: "unconfirmed" };

it.scopedLive("an append says so after the patience, and is there", () =>
  Effect.gen(function* () {
    const { one, other, withoutStandby } = yield* scene;
    yield* withoutStandby;
    const error = yield* Effect.flip(count(one.store, "a", "none", 1));
    expect(error).toMatchObject(unconfirmed);
    expect(error.message).toContain("waits for its standby");
    // Its process on the server still has the lock.
    const busy = yield* Effect.flip(count(other.store, "b", "none", 1));
    expect(busy).toMatchObject({ _tag: "DatabaseBusy", reason: "unconfirmed" });
    expect(busy.message).not.toContain("another process");
  }),
);

it.scopedLive(
  "a commit says so, and what waited is kept once there is a standby, or none is asked for",
  () =>
    Effect.gen(function* () {
      const { one, patient, withoutStandby } = yield* scene;
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* withoutStandby;
          const committing = one.store.transaction(count(one.store, "a", "none", 1));
          expect(yield* Effect.flip(committing)).toMatchObject(unconfirmed);
        }),
      );
      expect(yield* count(patient.store, "a", "any", 1)).toMatchObject({ version: 2 });
      expect(yield* log(one.store)).toHaveLength(2);
    }),
);

/** Ends the wait of a commit, once there is one. */
const cancelWait = (client: pg.Client) =>
  Server.rows(
    client,
    "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'",
  ).pipe(Effect.repeat({ until: ({ length }) => length > 0 }));

it.scopedLive("an answer that came because somebody cancelled the wait is none", () =>
  Effect.gen(function* () {
    const { patient, client, withoutStandby } = yield* scene;
    yield* withoutStandby;
    const waiting = yield* Effect.fork(Effect.flip(count(patient.store, "a", "none", 1)));
    yield* cancelWait(client);
    expect(yield* Fiber.join(waiting)).toMatchObject(unconfirmed);
  }),
);

const append = (store: Service) =>
  store.append({
    ...{ aggregate, id: "a", expected: "none" },
    events: [{ event: counted(1), id: "one" }],
  });

const works: Record<string, (store: Service) => Effect.Effect<unknown, AppendError>> = {
  "an append": append,
  "a transaction": (store) => store.transaction(append(store)),
};
for (const [what, work] of Object.entries(works)) {
  it.scopedLive(`the same again in ${what} is not answered with what no standby has`, () =>
    Effect.gen(function* () {
      const { one, patient, client, withoutStandby } = yield* scene;
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* withoutStandby;
          const waiting = yield* Effect.fork(Effect.flip(work(patient.store)));
          yield* cancelWait(client);
          expect(yield* Fiber.join(waiting)).toMatchObject(unconfirmed);
          expect(yield* Effect.flip(work(one.store))).toMatchObject(unconfirmed);
        }),
      );
      expect(yield* work(one.store)).toMatchObject({ version: 1, position: 1 });
    }),
  );
}
