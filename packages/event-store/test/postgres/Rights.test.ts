import { expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count } from "@ledgerfold/event-store-contract/Steps";
import * as Server from "./Server.ts";

/** A role that may write to the tables of a log and make none. */
const restricted = (schema: string, isThere: boolean) =>
  Effect.gen(function* () {
    const client = yield* Effect.acquireRelease(Server.outside, (client) =>
      Server.rows(client, `drop owned by role_${schema}; drop role role_${schema}`),
    );
    yield* Server.rows(client, `create role role_${schema} login password 'writes'`);
    const grant = Server.rows(
      client,
      `grant usage on schema ${schema} to role_${schema};
       grant select, insert, update, delete on all tables in schema ${schema} to role_${schema}`,
    );
    if (isThere) yield* grant;
    const url = new URL(Server.url);
    url.username = `role_${schema}`;
    url.password = "writes";
    return { client, grant, url: url.href };
  });

const run = {
  ...{ id: "one", at: "2026-01-01T00:00:00.000Z", version: "1", options: {}, roots: {} },
  counts: { written: {}, alreadyThere: {}, mended: {}, erased: 0 },
};

it.scopedLive("a role that may make no table is told who has to call setup, and for what", () =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const { store: owners } = yield* Server.open({ schema });
    const { client, grant, url } = yield* restricted(schema, true);
    // As a log is that an earlier version has set up.
    yield* Server.rows(client, `drop table ${schema}.ledgerfold_runs`);
    const { store } = yield* Server.openAsIs({ schema, url });
    expect(yield* store.isSetUp([aggregate])).toBe(true);
    const error = yield* Effect.flip(store.setup([aggregate]));
    expect(error).toMatchObject({
      ...{ _tag: "SetUpNeeded", schema, missing: ["ledgerfold_runs"] },
      ...{ role: `role_${schema}`, owner: "ledgerfold" },
    });
    expect(error.message).toContain(
      `lacks ledgerfold_runs, and the role role_${schema} may not make that there. Nothing was written. Have the role ledgerfold call setup once`,
    );
    yield* owners.setup([aggregate]);
    yield* grant;
    yield* store.setup([aggregate]);
    yield* count(store, "a", "none", 1);
    yield* store.runs.put(run);
    expect(yield* store.runs.all).toMatchObject([{ id: "one" }]);
  }),
);

it.scopedLive("a role from which a policy may hide rows is told, and sees no part of a log", () =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const { store: owners } = yield* Server.open({ schema });
    yield* count(owners, "a", "none", 1);
    const { client, url } = yield* restricted(schema, true);
    yield* Server.rows(
      client,
      `alter table ${schema}.events enable row level security;
       create policy own on ${schema}.events using (aggregate_id <> 'a')`,
    );
    const { store } = yield* Server.openAsIs({ schema, url });
    const error = yield* Effect.flip(store.setup([aggregate]));
    expect(error).toMatchObject({
      ...{ _tag: "UnfitTable", table: "events", isEmpty: false },
      faults: ["has policies that may hide rows from this role"],
    });
    yield* owners.setup([aggregate]);
    yield* Server.rows(client, `alter table ${schema}.events disable row level security`);
    yield* store.setup([aggregate]);
  }),
);

it.scopedLive("where there is no schema the database's owner is named", () =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const { url } = yield* restricted(schema, false);
    const { store } = yield* Server.openAsIs({ schema, url });
    expect(yield* Effect.flip(store.setup([aggregate]))).toMatchObject({
      ...{ _tag: "SetUpNeeded", owner: "ledgerfold" },
      missing: expect.arrayContaining([`the schema ${schema}`, "events", "counter_view"]),
    });
  }),
);
