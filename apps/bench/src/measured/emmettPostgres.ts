import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql";
import pg from "pg";
import type { Measured } from "../Measurement.ts";
import * as emmett from "./emmett.ts";
import * as serverSettings from "./serverSettings.ts";
import * as Workload from "./Workload.ts";

/** Emmett's store on a server, with a projection in the append that writes a view's row. */
export const emmettPostgres = async (
  url: string,
  name: string,
  operations: string,
  warmUps: string,
): Promise<Measured> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const { view } of Workload.aggregates) {
    await client.query(
      `create table ${view.table} (view_id text collate "C" primary key, version bigint not null,
         payload json not null)`,
    );
  }
  await client.end();
  const settings = await serverSettings.read(url);
  const views: emmett.Views = new WeakMap();
  const { store, close } = open(url, views);
  const measured = await emmett.measure(store, views, name, Number(operations), Number(warmUps));
  await close();
  return { ...measured, settings };
};

const open = (url: string, views: emmett.Views) => {
  const events = getPostgreSQLEventStore(url, {
    projections: [
      {
        type: "inline",
        projection: {
          canHandle: emmett.eventTypes,
          handle: async (appended, { connection }) => {
            const { table, id, version, payload } = emmett.viewRow(views, appended);
            await connection.client.query({
              name: table,
              text: `insert into ${table} (view_id, version, payload) values ($1, $2, $3)
                on conflict (view_id) do update
                  set version = excluded.version, payload = excluded.payload`,
              values: [id, version, payload],
            });
          },
        },
      },
    ],
  });
  const store: emmett.Store = {
    append: (stream, appended, expectedStreamVersion) =>
      events.appendToStream(stream, appended, { expectedStreamVersion }),
    load: async (stream, initial, evolve) =>
      (
        await events.aggregateStream(stream, {
          initialState: () => initial,
          evolve: (state: typeof initial, { data }: emmett.NewEvent) =>
            evolve(state, data as never),
        })
      ).currentStreamVersion,
    read: async (stream, from) =>
      (await events.readStream(stream, from === undefined ? undefined : { from })).events,
  };
  return { store, close: () => events.close() };
};
