import { inspect } from "node:util";
import { describe, expect, it } from "@effect/vitest";
import { Duration, Effect, Exit, Fiber, Redacted } from "effect";
import { aggregate, counted } from "@ledgerfold/event-store-contract/Counter";
import { count, counter, log } from "@ledgerfold/event-store-contract/Steps";
import { Connection } from "../../src/postgres/Connection.ts";
import * as Database from "../../src/postgres/Database.ts";
import * as Failures from "../../src/postgres/Failures.ts";
import * as Lock from "../../src/postgres/Lock.ts";
import * as Server from "./Server.ts";

/** What goes wrong comes back typed, says nothing secret, and leaves the log whole. */

/** All that anybody could print of an error. */
const everyWord = (error: unknown) =>
  [String(error), JSON.stringify(error), inspect(error, { depth: 20, showHidden: true })].join();

const failsToOpen = (change: (url: URL) => void) =>
  Effect.suspend(() => {
    const url = new URL(Server.url);
    change(url);
    return Effect.flip(Effect.scoped(Database.make({ url: Redacted.make(`${url}`) })));
  });

describe("a server that cannot be reached", () => {
  it.live("refuses a wrong password without telling it", () =>
    Effect.gen(function* () {
      const error = yield* failsToOpen((url) => {
        url.password = "topsecret";
      });
      expect(error).toMatchObject({
        _tag: "DatabaseError",
        operation: "connecting",
        code: "28P01",
      });
      expect(everyWord(error)).not.toContain("topsecret");
    }),
  );

  it.live("is not there", () =>
    Effect.gen(function* () {
      const error = yield* failsToOpen((url) => {
        url.port = "1";
        url.password = "topsecret";
      });
      expect(error).toMatchObject({ _tag: "DatabaseError", code: "ECONNREFUSED" });
      expect(error.message).toContain("127.0.0.1:1");
      expect(everyWord(error)).not.toContain("topsecret");
    }),
  );

  it.live("broke in the midst of it", () =>
    Effect.gen(function* () {
      const connection = new Connection({ connectionString: Server.url });
      yield* Effect.promise(() => connection.connect());
      const broken = new Promise((resolve) => connection.once("error", resolve));
      connection.drop(new Error("broken"));
      yield* Effect.promise(() => broken);
      const said = yield* Effect.flip(Effect.tryPromise(() => connection.greet()));
      const error = Failures.make("the database", () => false)("connecting", said.cause);
      expect(error).toMatchObject({ _tag: "DatabaseError", reason: "unreachable" });
    }),
  );

  for (const url of [
    "postgres://user:topsecret@host:port/db",
    "topsecret",
    "mysql://a:topsecret@b/c",
    "postgresql://a:50%C3topsecret@127.0.0.1:1/c",
    "postgresql://127.0.0.1:1/c?user=ada&password=topsecret",
    ...["/", "?", "#", "/@", "?x=1&y=", "#@:"].flatMap((unescaped) => [
      `postgresql://ada:7390${unescaped}topsecret@127.0.0.1:1/db`,
      `postgresql:ada:7390${unescaped}topsecret@127.0.0.1:1/db`,
    ]),
  ]) {
    it.live(`is not named by ${url}, which is not repeated`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Effect.scoped(Database.make({ url })));
        expect(error).toMatchObject({ _tag: "DatabaseError", operation: "connecting" });
        expect(everyWord(error)).not.toMatch(/topsecret|7390/);
      }),
    );
  }

  it.scopedLive("tells no password where a statement fails either", () =>
    Effect.gen(function* () {
      const { store } = yield* Server.openAsIs({ schema: yield* Server.schema });
      const error = yield* Effect.flip(count(store, "a", "none", 1));
      expect(error).toMatchObject({ _tag: "DatabaseError", operation: "appending" });
      const { password } = new URL(Server.url);
      for (const secret of [password, decodeURIComponent(password)]) {
        expect(everyWord(error)).not.toContain(secret);
      }
    }),
  );
});

describe("setup", () => {
  it.scopedLive("by many at once makes the tables once", () =>
    Effect.gen(function* () {
      const schema = yield* Server.schema;
      const stores = yield* Effect.all(
        Array.from({ length: 6 }, () => Server.openAsIs({ schema })),
      );
      yield* Effect.forEach(stores, ({ store }) => store.setup([aggregate]), {
        concurrency: "unbounded",
      });
      for (const { store } of stores) expect(yield* store.isSetUp([aggregate])).toBe(true);
    }),
  );

  it.scopedLive("is there or is not, and before it there is nothing to find", () =>
    Effect.gen(function* () {
      const { store } = yield* Server.openAsIs({ schema: yield* Server.schema });
      expect(yield* store.isSetUp([aggregate])).toBe(false);
      expect(yield* log(store)).toEqual([]);
      expect(yield* store.read(counter("a"))).toEqual([]);
      expect(yield* store.load(aggregate, "a")).toMatchObject({ version: 0 });
      expect(yield* store.view(aggregate, "a")).toMatchObject({ _tag: "None" });
      yield* Effect.flip(
        store.transaction(Effect.zipRight(store.setup([aggregate]), Effect.fail(0))),
      );
      expect(yield* store.isSetUp([aggregate])).toBe(false);
      yield* store.setup([aggregate]);
      expect(yield* store.isSetUp([aggregate])).toBe(true);
      expect(yield* count(store, "a", "none", 1)).toMatchObject({ position: 1 });
    }),
  );

  it.scopedLive("lets a role write that may make nothing", () =>
    Effect.gen(function* () {
      const schema = yield* Server.schema;
      yield* Server.open({ schema });
      const client = yield* Effect.acquireRelease(Server.outside, (client) =>
        Server.rows(client, `drop owned by role_${schema}; drop role role_${schema}`),
      );
      yield* Server.rows(
        client,
        `create role role_${schema} login password 'writes';
        grant usage on schema ${schema} to role_${schema};
        grant select, insert, update, delete on all tables in schema ${schema} to role_${schema}`,
      );
      const url = new URL(Server.url);
      url.username = `role_${schema}`;
      url.password = "writes";
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { store } = yield* Server.openAsIs({ schema, url: `${url}` });
          yield* store.setup([aggregate]);
          yield* count(store, "a", "none", 1);
          expect(yield* count(store, "a", 1, 1)).toMatchObject({ position: 2 });
          expect(yield* store.erase([aggregate])).toBe(2);
        }),
      );
    }),
  );
});

describe("a connection that is lost", () => {
  it.scopedLive("says that nobody knows, and the same event again is safe", () =>
    Effect.gen(function* () {
      const schema = yield* Server.schema;
      const { store } = yield* Server.open({ schema, applicationName: schema });
      const holder = yield* Server.outside;
      yield* Server.rows(holder, "begin");
      yield* Server.rows(holder, Lock.take(schema).compile().sql);
      const append = store.append({
        aggregate,
        id: "a",
        expected: "none",
        events: [{ event: counted(1), id: "one" }],
      });
      const waiting = yield* Effect.fork(append);
      yield* Effect.sleep("200 millis");
      const killer = yield* Server.outside;
      const kill =
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1";
      yield* Server.rows(killer, kill, schema);
      const error = yield* Effect.flip(Fiber.join(waiting));
      expect(error).toMatchObject({ _tag: "DatabaseError" });
      expect(error.message).toMatch(
        /: appending, whose outcome is unknown, failed: terminating connection/,
      );
      yield* Server.rows(holder, "rollback");
      expect(yield* append).toMatchObject({ position: 1 });
      expect(yield* append).toMatchObject({ position: 1 });
    }),
  );

  it.scopedLive("in a transaction undoes all of it, and the next one has another", () =>
    Effect.gen(function* () {
      const schema = yield* Server.schema;
      const { store } = yield* Server.open({ schema, applicationName: schema });
      const killer = yield* Server.outside;
      const kill =
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1";
      const exit = yield* Effect.exit(
        store.transaction(
          count(store, "a", "none", 1).pipe(
            Effect.zipRight(Server.rows(killer, kill, schema)),
            Effect.zipRight(Effect.sleep("20 millis")),
          ),
        ),
      );
      expect(Exit.isFailure(exit)).toBe(true);
      expect(yield* log(store)).toEqual([]);
      expect(yield* count(store, "a", "none", 1)).toMatchObject({ position: 1 });
    }),
  );
});

describe("a serialisation failure or a deadlock", () => {
  for (const code of ["40001", "40P01"]) {
    it.scopedLive(`${code} is tried again by an append, and told by a transaction`, () =>
      Effect.gen(function* () {
        const schema = yield* Server.schema;
        const { store } = yield* Server.open({ schema });
        const client = yield* Server.outside;
        yield* Server.rows(
          client,
          `create sequence ${schema}.tries;
          create function ${schema}.fail() returns trigger language plpgsql as $$
          begin
            if nextval('${schema}.tries') % 3 <> 0 then raise exception using errcode = '${code}';
            end if;
            return new;
          end $$;
          create trigger fail before insert on ${schema}.events
            for each row execute function ${schema}.fail()`,
        );
        expect(yield* count(store, "a", "none", 1)).toMatchObject({ position: 1 });
        const told = yield* Effect.flip(store.transaction(count(store, "a", 1, 1)));
        expect(told).toMatchObject({ _tag: "DatabaseBusy", reason: "overtaken" });
        expect(yield* count(store, "a", 1, 1)).toMatchObject({ position: 2 });
      }),
    );
  }
});

describe("a statement that fails in a transaction", () => {
  const poison = "poison";
  /** A store whose table of events takes no stream of that name. */
  const scene = Effect.gen(function* () {
    const schema = yield* Server.schema;
    const { store } = yield* Server.open({ schema });
    const client = yield* Server.outside;
    yield* Server.rows(
      client,
      `alter table ${schema}.events add check (aggregate_id <> '${poison}')`,
    );
    return store;
  });

  it.scopedLive("undoes the whole when it is swallowed: what is not kept is not called kept", () =>
    Effect.gen(function* () {
      const store = yield* scene;
      const swallowing = store.transaction(
        Effect.gen(function* () {
          yield* count(store, "a", "none", 1);
          expect(yield* Effect.flip(count(store, poison, "none", 1))).toMatchObject({
            code: "23514",
          });
        }),
      );
      expect(yield* Effect.flip(swallowing)).toMatchObject({
        _tag: "DatabaseError",
        operation: "commit",
      });
      expect(yield* log(store)).toEqual([]);
    }),
  );

  it.scopedLive("undoes its own part, where it has one", () =>
    Effect.gen(function* () {
      const store = yield* scene;
      yield* store.transaction(
        Effect.gen(function* () {
          yield* count(store, "a", "none", 1);
          yield* Effect.flip(store.transaction(count(store, poison, "none", 1)));
          yield* count(store, "a", 1, 2);
        }),
      );
      expect(yield* log(store)).toHaveLength(2);
    }),
  );
});

describe("a pool with few connections", () => {
  it.scopedLive("lets those wait who have none, and says so when that takes too long", () =>
    Effect.gen(function* () {
      const schema = yield* Server.schema;
      yield* Server.open({ schema });
      const { store } = yield* Server.openAsIs({ schema, connections: 1, patience: "3 seconds" });
      const all = Array.from({ length: 20 }, (_, n) =>
        store.transaction(count(store, `${n}`, "none", n)),
      );
      yield* Effect.all(all, { concurrency: "unbounded" });
      expect(yield* log(store)).toHaveLength(20);
      const holding = yield* Effect.fork(store.transaction(Effect.never));
      yield* Effect.sleep("50 millis");
      expect(yield* Effect.flip(log(store))).toMatchObject({
        _tag: "DatabaseBusy",
        reason: "exhausted",
      });
      const waiting = yield* Effect.fork(log(store));
      yield* Effect.sleep("50 millis");
      yield* Fiber.interrupt(waiting);
      yield* Fiber.interrupt(holding);
      expect(yield* log(store)).toHaveLength(20);
    }),
  );

  it.scopedLive("and without prepared statements does the same", () =>
    Effect.gen(function* () {
      const { store } = yield* Server.open({ schema: yield* Server.schema, prepare: false });
      yield* count(store, "a", "none", 1);
      expect(yield* count(store, "a", 1, 1)).toMatchObject({ version: 2 });
    }),
  );
});

describe("the connections", () => {
  it.scopedLive("are used by work that calls for more of them, in a transaction too", () =>
    Effect.gen(function* () {
      const { store, database } = yield* Server.open({ schema: yield* Server.schema });
      const nested = database.use(() =>
        Effect.zipRight(count(store, "a", "any", 1), store.readLast),
      );
      const inParts = database.use(() => store.transaction(nested));
      yield* nested;
      yield* Effect.timeout(store.transaction(nested), "5 seconds");
      const last = yield* Effect.timeout(store.transaction(inParts), "5 seconds");
      expect(last).toMatchObject({ position: 3 });
    }),
  );

  for (const patience of ["1500500 micros", "infinity"] as const) {
    it.scopedLive(`take a patience of ${patience}`, () =>
      Effect.gen(function* () {
        const waits = patience === "infinity" ? Duration.infinity : patience;
        const { store } = yield* Server.open({ schema: yield* Server.schema, patience: waits });
        expect(yield* count(store, "a", "none", 1)).toMatchObject({ position: 1 });
      }),
    );
  }
});
