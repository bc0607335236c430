import Sqlite from "better-sqlite3";
import { Context, Effect, Layer } from "effect";
import { CompiledQuery } from "kysely";
import { EventStore, type Service } from "../../src/EventStore.ts";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import * as Database from "../../src/sqlite/Database.ts";
import { layerDatabase } from "../../src/sqlite/layer.ts";

/** A file as another program sees it, on a connection that closes with the scope. */
export const outside = (path: string) =>
  Effect.acquireRelease(
    Effect.sync(() => new Sqlite(path)),
    (connection) => Effect.sync(() => connection.close()),
  );

/** Runs SQL as another program would. */
export const exec = (path: string, sql: string) =>
  Effect.scoped(Effect.map(outside(path), (connection) => void connection.exec(sql)));

/** The rows of a query as another program sees them. */
export const rows = (path: string, sql: string) =>
  Effect.scoped(Effect.map(outside(path), (connection) => connection.prepare(sql).raw().all()));

export interface Opened {
  readonly store: Service;
  readonly database: Database.Service;
}

/** A store and its connection, without `setup`. */
export const openAsIs = (options: Database.Options) =>
  Effect.map(
    Layer.build(Layer.provideMerge(layerDatabase, Database.layer(options))),
    (context): Opened => ({
      store: Context.get(context, EventStore),
      database: Context.get(context, Database.SqliteDatabase),
    }),
  );

/** A store with the tables of a counter, and its connection. */
export const open = (options: Database.Options) =>
  Effect.tap(openAsIs({ mode: "create", ...options }), ({ store }) => store.setup([aggregate]));

/** Runs a pragma on the store's own connection. */
export const pragma = ({ database }: Opened, text: string) =>
  database.run("setting a pragma", () =>
    database.execute<Record<string, unknown>>({
      compile: () => CompiledQuery.raw(`pragma ${text}`),
    }),
  );
