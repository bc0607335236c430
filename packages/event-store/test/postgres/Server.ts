import { randomBytes } from "node:crypto";
import { inject, vi } from "@effect/vitest";
import { Context, Effect, Layer } from "effect";
import { sql } from "kysely";
import pg from "pg";
import { EventStore, type Service } from "../../src/EventStore.ts";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import * as Database from "../../src/postgres/Database.ts";
import * as PostgresQuery from "../../src/postgres/Query.ts";
import { layerDatabase } from "../../src/postgres/layer.ts";

// Whoever works on a real server may wait for a busy machine longer than five seconds.
vi.setConfig({ testTimeout: 120_000 });

/** The PostgreSQL server of the tests. */
export const url = inject("postgres");

/** Another program's connection, which closes with the scope. */
export const outside = Effect.acquireRelease(
  Effect.promise(async () => {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    await client.connect();
    return client;
  }),
  (client) => Effect.promise(() => client.end()),
);

export const rows = (client: pg.Client, sql: string, ...values: ReadonlyArray<unknown>) =>
  Effect.promise(
    async (): Promise<ReadonlyArray<Record<string, unknown>>> =>
      (await client.query(sql, [...values])).rows,
  );

/** The name of a schema to be, which goes with the scope. */
export const schema = Effect.acquireRelease(
  Effect.sync(() => `test_${randomBytes(8).toString("hex")}`),
  (name) =>
    Effect.scoped(
      Effect.flatMap(outside, (client) => rows(client, `drop schema if exists ${name} cascade`)),
    ),
);

export interface Opened {
  readonly store: Service;
  readonly database: Database.Service;
}

/** A store and its connections, without `setup`. */
export const openAsIs = (options: Omit<Database.Options, "url"> & { readonly url?: string }) =>
  Effect.map(
    Layer.build(Layer.provideMerge(layerDatabase, Database.layer({ url, ...options }))),
    (context): Opened => ({
      store: Context.get(context, EventStore),
      database: Context.get(context, Database.PostgresDatabase),
    }),
  );

/** A store with the tables of a counter, and its connections. */
export const open = (options: Omit<Database.Options, "url">) =>
  Effect.tap(openAsIs(options), ({ store }) => store.setup([aggregate]));

/** A setting of the session, in whose transaction one is. */
export const setting = ({ use }: Database.Service, name: string) =>
  Effect.map(
    use((session) =>
      session.execute(
        "looking at a setting",
        PostgresQuery.raw(sql<{ value: string }>`select current_setting(${name}) as value`),
      ),
    ),
    ([row]) => row?.value,
  );
