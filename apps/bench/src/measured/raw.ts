import Sqlite from "better-sqlite3";
import { Effect } from "effect";
import type { Measured } from "../Measurement.ts";
import * as plain from "./plain.ts";
import { evolve, initial } from "./plainPosition.ts";
import * as pragmas from "./pragmas.ts";
import { prepare } from "./store.ts";
import * as Workload from "./Workload.ts";

/** The same as plain SQL on better-sqlite3, by hand and as fast as it goes, in the same file. */
export const raw = async (
  path: string,
  name: string,
  operations: string,
  warmUps: string,
): Promise<Measured> => {
  const { seed, warmUp, timed } = Workload.named(name)(Number(operations), Number(warmUps));
  await Effect.runPromise(prepare(path, seed));
  const plainly = plain.make();
  for (const commit of seed) plainly(commit);
  const db = new Sqlite(path);
  db.pragma("synchronous = normal");
  db.pragma("cache_size = -16384");
  const [warm, measured] = [warmUp, timed].map((task) => performer(db, task, plainly));
  warm?.();
  const start = performance.now();
  const count = measured?.() ?? 0;
  const seconds = (performance.now() - start) / 1000;
  const used = pragmas.read(db);
  db.close();
  return { seconds, count, settings: used };
};

/** What does the task and returns how many events were written or read; preparing is not measured. */
const performer = (
  db: Sqlite.Database,
  task: Workload.Task,
  plainly: ReturnType<typeof plain.make>,
): (() => number) => {
  switch (task._tag) {
    case "append": {
      const commits = task.commits.map(plainly);
      const append = appender(db);
      return () => commits.reduce((count, commit) => count + append(commit), 0);
    }
    case "load": {
      const read = db.prepare<[string], { sequence: number; payload: string }>(
        `select sequence, payload from events
         where aggregate_type = 'Position' and aggregate_id = ? order by sequence`,
      );
      const load = (id: string) => {
        const rows = read.all(id);
        let state = initial;
        for (const { payload } of rows) state = evolve(state, JSON.parse(payload));
        return { state, version: rows.at(-1)?.sequence ?? 0 };
      };
      return () => task.ids.reduce((count, id) => count + load(id).version, 0);
    }
    case "read": {
      const read = db.prepare<[string]>(
        `select ${columns} from events
         where aggregate_type = 'Position' and aggregate_id = ? order by sequence`,
      );
      return () => task.ids.reduce((count, id) => count + read.all(id).length, 0);
    }
    case "readAll": {
      const page = db.prepare<[number], { position: number }>(
        `select ${columns} from events where rowid > ? order by rowid limit 1000`,
      );
      const readAll = () => {
        let count = 0;
        let rows = page.all(0);
        while (rows.length > 0) {
          count += rows.length;
          rows = page.all(rows.at(-1)?.position ?? 0);
        }
        return count;
      };
      return () => {
        let count = 0;
        for (let time = 0; time < task.times; time += 1) count += readAll();
        return count;
      };
    }
    case "compete":
      throw new Error("Raw writers do not compete.");
  }
};

const columns =
  "rowid as position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id, recorded_at";

const appender = (db: Sqlite.Database) => {
  const [begin, commit, rollback] = ["begin immediate", "commit", "rollback"].map((sql) =>
    db.prepare(sql),
  ) as [Sqlite.Statement, Sqlite.Statement, Sqlite.Statement];
  const version = db
    .prepare<[string, string], number | null>(
      "select max(sequence) from events where aggregate_type = ? and aggregate_id = ?",
    )
    .pluck();
  const insert = db.prepare(
    `insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
       metadata, event_id, recorded_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const putView = new Map(
    Workload.aggregates.map(({ view }) => [
      view.table,
      db.prepare(
        `insert into ${view.table} (view_id, version, payload) values (?, ?, ?)
         on conflict (view_id) do update set version = excluded.version, payload = excluded.payload`,
      ),
    ]),
  );
  return (appends: ReadonlyArray<plain.PlainAppend>): number => {
    let count = 0;
    const at = new Date().toISOString();
    begin.run();
    try {
      for (const { type, id, expected, events, view } of appends) {
        let sequence = version.get(type, id) ?? 0;
        if (sequence !== expected) throw new Error(`${type} ${id} is at version ${sequence}`);
        for (const event of events) {
          sequence += 1;
          const payload = JSON.stringify(event.payload);
          const metadata = JSON.stringify(event.metadata);
          insert.run(type, id, sequence, event.type, event.version, payload, metadata, null, at);
        }
        putView.get(view.table)?.run(id, sequence, JSON.stringify(view.payload));
        count += events.length;
      }
      commit.run();
    } catch (cause) {
      rollback.run();
      throw cause;
    }
    return count;
  };
};
