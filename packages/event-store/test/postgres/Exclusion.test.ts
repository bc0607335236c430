import * as TcpProxy from "@ledgerfold/fixtures/TcpProxy";
import { describe, expect, it } from "@effect/vitest";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count, log } from "@ledgerfold/event-store-contract/Steps";
import { Effect } from "effect";
import type { UnfitServer } from "../../src/UnfitServer.ts";
import * as Server from "./Server.ts";

/** Servers that speak PostgreSQL's language and do not do what it says. */

/** A store by way of one that reads one text as another. */
const misreading = (...[text, as]: readonly [string, string]) =>
  Effect.gen(function* () {
    const proxy = yield* Effect.acquireRelease(
      Effect.promise(() => TcpProxy.start(Server.url)),
      (proxy) => Effect.promise(() => proxy.stop()),
    );
    const schema = yield* Server.schema;
    const url = proxy.through(Server.url);
    const { store } = yield* Server.openAsIs({ schema, url, patience: "5 seconds" });
    proxy.misread(text, as.padEnd(text.length));
    return { schema, store, heal: () => proxy.heal() };
  });

const lies: ReadonlyArray<
  readonly [string, UnfitServer["fault"], string, readonly [string, string]]
> = [
  [
    "whose lock is none",
    "shared",
    "two writers would not wait",
    ["pg_advisory_xact_lock(", "int4larger("],
  ],
  [
    "that has a transaction for each statement",
    "shared",
    "two writers would not wait",
    ["begin isolation level read committed", "select 'begin isolation'"],
  ],
  [
    "whose lock is the session's",
    "kept",
    "would keep out all others",
    ["pg_advisory_xact_lock(", "pg_advisory_lock("],
  ],
  [
    "that shows a transaction what was there when it began",
    "stale",
    "would not know where the log ends",
    ["begin isolation level read committed", "begin isolation level serializable"],
  ],
];

describe("setup refuses a server", () => {
  for (const [what, fault, words, lie] of lies) {
    it.scopedLive(`${what}, and makes nothing there`, () =>
      Effect.gen(function* () {
        const { schema, store, heal } = yield* misreading(...lie);
        const error = yield* Effect.flip(store.setup([aggregate]));
        expect(error).toMatchObject({ _tag: "UnfitServer", fault });
        expect(error.message).toContain(words);
        expect(error.message).toMatch(/Nothing was written\. Name a PostgreSQL server/);
        const client = yield* Server.outside;
        const made = yield* Server.rows(
          client,
          "select 1 from pg_namespace where nspname = $1",
          schema,
        );
        expect(made).toEqual([]);
        heal();
        yield* store.setup([aggregate]);
        expect(yield* count(store, "a", "none", 1)).toMatchObject({ position: 1 });
      }),
    );
  }
});

it.scopedLive("a pool of one connection is enough, also in a transaction", () =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const { store } = yield* Server.openAsIs({ schema, connections: 1 });
    yield* store.setup([aggregate]);
    yield* store.transaction(
      Effect.zipRight(store.setup([aggregate]), count(store, "a", "none", 1)),
    );
    expect(yield* log(store)).toHaveLength(1);
  }),
);

it.scopedLive("nothing is left of it on the server", () =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const { store } = yield* Server.openAsIs({ schema, connections: 1, applicationName: schema });
    yield* Effect.all(
      Array.from({ length: 5 }, () => store.setup([aggregate])),
      { concurrency: "unbounded" },
    );
    const client = yield* Server.outside;
    const connections = Server.rows(
      client,
      "select pid from pg_stat_activity where application_name = $1",
      schema,
    );
    // The server ends a connection a moment after it was told.
    yield* Effect.repeat(connections, { until: ({ length }) => length === 1 });
  }),
);
