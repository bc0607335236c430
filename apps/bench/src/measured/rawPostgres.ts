import pg from "pg";
import type { Measured } from "../Measurement.ts";
import * as plain from "./plain.ts";
import { evolve, initial } from "./plainPosition.ts";
import { prepare } from "./postgres.ts";
import * as serverSettings from "./serverSettings.ts";
import * as Workload from "./Workload.ts";

/**
 * The same as plain SQL on `pg`, by hand and as fast as it goes, in the same tables: an append is one
 * call of a prepared statement, to a function that is written for it alone.
 */
export const rawPostgres = async (
  url: string,
  name: string,
  operations: string,
  warmUps: string,
  callers: string,
): Promise<Measured> => {
  const { seed, warmUp, timed } = Workload.named(name)(Number(operations), Number(warmUps));
  await prepare(url, seed);
  const plainly = plain.make();
  for (const commit of seed) plainly(commit);
  const settings = await serverSettings.read(url);
  const clients: Array<pg.Client> = [];
  for (let caller = 0; caller < Number(callers); caller += 1) {
    // Whole numbers come as numbers and all else as the text it is, as ours.
    const client = new pg.Client({ connectionString: url, types: { getTypeParser } });
    await client.connect();
    clients.push(client);
  }
  for (const { view } of Workload.aggregates) {
    await clients[0]?.query(appendOne(view.table));
    await clients[0]?.query(appendMany(view.table));
  }
  const [warm, measured] = [warmUp, timed].map((task) => performer(clients, task, plainly));
  await warm?.();
  const start = performance.now();
  const count = (await measured?.()) ?? 0;
  const seconds = (performance.now() - start) / 1000;
  for (const client of clients) await client.end();
  return { seconds, count, settings };
};

const bigint = 20;
const getTypeParser = (oid: number) => (oid === bigint ? Number : String);

/** What does the task and returns how many events were written or read; preparing is not measured. */
const performer = (
  clients: ReadonlyArray<pg.Client>,
  task: Workload.Task,
  plainly: ReturnType<typeof plain.make>,
): (() => Promise<number>) => {
  const [client] = clients;
  if (client === undefined) throw new Error("Nobody calls.");
  switch (task._tag) {
    case "append": {
      const commits = new Map(task.commits.map((commit) => [commit, plainly(commit)]));
      const shares = Workload.among(task.commits, clients.length).map((share) =>
        share.map((commit) => commits.get(commit) ?? []),
      );
      const callers = clients.map((client, caller) => async () => {
        let count = 0;
        for (const commit of shares[caller] ?? []) count += await append(client, commit);
        return count;
      });
      return async () =>
        (await Promise.all(callers.map((call) => call()))).reduce((sum, count) => sum + count, 0);
    }
    case "load":
      return async () => {
        let count = 0;
        for (const id of task.ids) {
          const { rows } = await client.query<Row>({ ...select("load", loaded), values: [id] });
          let state = initial;
          for (const { payload } of rows) state = evolve(state, JSON.parse(payload));
          count += rows.at(-1)?.sequence ?? 0;
        }
        return count;
      };
    case "read":
      return async () => {
        let count = 0;
        for (const id of task.ids) {
          count += (await client.query({ ...select("read", columns), values: [id] })).rows.length;
        }
        return count;
      };
    case "readAll": {
      const readAll = async () => {
        let count = 0;
        for (let after = 0; ; ) {
          const { rows } = await client.query<Row>({ ...page, values: [after] });
          if (rows.length === 0) return count;
          count += rows.length;
          after = rows.at(-1)?.position ?? 0;
        }
      };
      return async () => {
        let count = 0;
        for (let time = 0; time < task.times; time += 1) count += await readAll();
        return count;
      };
    }
    case "compete":
      throw new Error("Raw writers do not compete.");
  }
};

interface Row {
  readonly position: number;
  readonly sequence: number;
  readonly payload: string;
}

const loaded = "sequence, payload";
const columns =
  "position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id, recorded_at";
const select = (name: string, what: string) => ({
  name,
  text: `select ${what} from events
    where aggregate_type = 'Position' and aggregate_id = $1 order by sequence`,
});
const page = {
  name: "page",
  text: `select ${columns} from events where position > $1 order by position limit 1000`,
};

const append = async (
  client: pg.Client,
  appends: ReadonlyArray<plain.PlainAppend>,
): Promise<number> => {
  const at = new Date().toISOString();
  const [first, ...others] = appends;
  if (first === undefined) return 0;
  const [event, ...more] = first.events;
  if (event !== undefined && others.length === 0 && more.length === 0) {
    const { type, id, expected, view } = first;
    await client.query({
      name: `one ${view.table}`,
      text: `select append_one_${view.table}($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      values: [
        ...[type, id, expected, event.type, event.version],
        ...[JSON.stringify(event.payload), JSON.stringify(event.metadata), at],
        JSON.stringify(view.payload),
      ],
    });
    return 1;
  }
  const events = appends.flatMap(({ type, id, expected, events }) =>
    events.map((event, place) => ({ ...event, stream: type, id, sequence: expected + place + 1 })),
  );
  const { table } = first.view;
  await client.query({
    name: `many ${table}`,
    text: `select append_many_${table}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    values: [
      appends.map(({ type }) => type),
      appends.map(({ id }) => id),
      appends.map(({ expected }) => expected),
      appends.map(({ expected, events }) => expected + events.length),
      appends.map(({ view }) => JSON.stringify(view.payload)),
      events.map(({ stream }) => stream),
      events.map(({ id }) => id),
      events.map(({ sequence }) => sequence),
      events.map(({ type }) => type),
      events.map(({ version }) => version),
      events.map(({ payload }) => JSON.stringify(payload)),
      events.map(({ metadata }) => JSON.stringify(metadata)),
      at,
    ],
  });
  return events.length;
};

// The rule of positions is ours: the lock is a statement of its own, so that what follows sees all
// that was committed before it was given.
const lock = "perform pg_advisory_xact_lock(1, 'events'::regclass::oid::integer)";
const put =
  "on conflict (view_id) do update set version = excluded.version, payload = excluded.payload";

const appendOne = (view: string) => `
create function append_one_${view}(of_type text, of_id text, expected bigint, event text,
  event_version text, payload text, metadata text, at timestamptz, view_payload text)
returns bigint language plpgsql as $$
declare
  at_version bigint;
  place bigint;
begin
  ${lock};
  at_version := coalesce((select e.sequence from events e
    where e.aggregate_type = of_type collate "C" and e.aggregate_id = of_id collate "C"
    order by e.sequence desc limit 1), 0);
  if at_version <> expected then raise exception '% is at version %', of_id, at_version; end if;
  place := coalesce((select max(e.position) from events e), 0) + 1;
  insert into events values (place, of_type, of_id, expected + 1, event, event_version,
    payload::json, metadata::json, null, at);
  insert into ${view} (view_id, version, payload) values (of_id, expected + 1, view_payload::json)
  ${put};
  return place;
end $$`;

const appendMany = (view: string) => `
create function append_many_${view}(s_type text[], s_id text[], s_expected bigint[],
  s_version bigint[], s_view text[], e_type text[], e_id text[], e_sequence bigint[], e_event text[],
  e_version text[], e_payload text[], e_metadata text[], at timestamptz)
returns bigint language plpgsql as $$
declare
  base bigint;
begin
  ${lock};
  if exists (select 1 from unnest(s_type, s_id, s_expected) s(type, id, expected)
    where s.expected <> coalesce((select e.sequence from events e
      where e.aggregate_type = s.type collate "C" and e.aggregate_id = s.id collate "C"
      order by e.sequence desc limit 1), 0))
  then raise exception 'a stream is at another version'; end if;
  base := coalesce((select max(e.position) from events e), 0);
  insert into events
  select base + e.place, e.type, e.id, e.sequence, e.event, e.version, e.payload::json,
    e.metadata::json, null, at
  from unnest(e_type, e_id, e_sequence, e_event, e_version, e_payload, e_metadata)
    with ordinality e(type, id, sequence, event, version, payload, metadata, place);
  insert into ${view} (view_id, version, payload)
  select s.id, s.version, s.payload::json from unnest(s_id, s_version, s_view) s(id, version, payload)
  ${put};
  return base + cardinality(e_id);
end $$`;
