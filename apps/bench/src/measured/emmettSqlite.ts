import { getSQLiteEventStore, type SQLiteConnection } from "@event-driven-io/emmett-sqlite";
import Sqlite from "better-sqlite3";
import type { Measured } from "../Measurement.ts";
import * as emmett from "./emmett.ts";
import { names } from "./pragmas.ts";
import * as Workload from "./Workload.ts";

/** Emmett's store in a file, with a projection in the append that writes a view's row. */
export const emmettSqlite = async (
  path: string,
  name: string,
  operations: string,
  warmUps: string,
): Promise<Measured> => {
  const db = new Sqlite(path);
  for (const { view } of Workload.aggregates) {
    db.exec(
      `create table ${view.table} (view_id text primary key, version integer not null,
         payload text not null)`,
    );
  }
  db.close();
  let settings: Readonly<Record<string, string>> = {};
  const onFirst = async (connection: SQLiteConnection) => {
    if (Object.keys(settings).length === 0) settings = await pragmas(connection);
  };
  // It prints each error that it hands on: nobody is to wait for that, nor take it for the results.
  const { log } = console;
  console.log = () => {};
  const views: emmett.Views = new WeakMap();
  let retries = 0;
  const onRetry = () => {
    retries += 1;
  };
  const store = open(path, views, onFirst, onRetry);
  const measured = await emmett.measure(store, views, name, Number(operations), Number(warmUps));
  console.log = log;
  return { ...measured, retries, settings };
};

const open = (
  path: string,
  views: emmett.Views,
  onFirst: (connection: SQLiteConnection) => Promise<void>,
  onRetry: () => void,
): emmett.Store => {
  const events = getSQLiteEventStore({
    fileName: path,
    projections: [
      {
        type: "inline",
        projection: {
          canHandle: emmett.eventTypes,
          handle: async (appended, { connection }) => {
            await onFirst(connection);
            const { table, id, version, payload } = emmett.viewRow(views, appended);
            await connection.command(
              `insert into ${table} (view_id, version, payload) values (?, ?, ?)
               on conflict (view_id) do update
                 set version = excluded.version, payload = excluded.payload`,
              [id, version, payload],
            );
          },
        },
      },
    ],
  });
  // One call at a time: calls at once close each other's connection, and stores of their own keep the
  // threads that they all need waiting for the file.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <A>(call: () => Promise<A>): Promise<A> => {
    const result = last.then(call, call);
    last = result;
    return result;
  };
  return {
    append: (stream, appended, expectedStreamVersion) =>
      inTurn(async () => {
        for (;;) {
          try {
            return await events.appendToStream(stream, appended, { expectedStreamVersion });
          } catch (error) {
            // Now and then its commit comes before one of its own statements has ended.
            if (!/cannot commit transaction/.test(String(error))) throw error;
            onRetry();
          }
        }
      }),
    load: (stream, initial, evolve) =>
      inTurn(async () => {
        const { currentStreamVersion } = await events.aggregateStream(stream, {
          initialState: () => initial,
          evolve: (state: typeof initial, { data }: emmett.NewEvent) =>
            evolve(state, data as never),
        });
        return currentStreamVersion;
      }),
    read: (stream, from) =>
      inTurn(
        async () =>
          (await events.readStream(stream, from === undefined ? undefined : { from })).events,
      ),
  };
};

/** Of the connection that it opens for each call. */
const pragmas = async (connection: SQLiteConnection) => {
  const settings: Record<string, string> = {};
  for (const name of names) {
    const row = await connection.querySingle<Record<string, unknown>>(`pragma ${name}`);
    settings[name] = String(Object.values(row ?? {})[0]);
  }
  const version = await connection.querySingle<{ version: string }>(
    "select sqlite_version() as version",
  );
  return { ...settings, sqlite: version?.version ?? "unknown" };
};
