import { rmSync } from "node:fs";
import { join } from "node:path";
import * as Measurement from "../Measurement.ts";
import { median } from "../Numbers.ts";
import type { Options, Section } from "../Section.ts";
import * as Server from "../Server.ts";

/** One append of very many events on each engine: what it takes, and what it holds. */

const engines = ["memory", "SQLite", "PostgreSQL"] as const;
type On = (typeof engines)[number];

export const appends = ({ folder, rounds, events, onProgress }: Options): Promise<Section> =>
  Server.use(async (server) => {
    const take = async (on: On, count: number) => {
      const measure = async (place: string) => {
        const taken = Measurement.take("appends", on, place, count);
        Measurement.insistSame(`the events in ${on}`, taken.count, count);
        return taken;
      };
      if (on === "PostgreSQL") return server.inDatabase(measure);
      const path = join(folder, "appends.db");
      try {
        return await measure(path);
      } finally {
        for (const part of ["", "-wal", "-shm"]) rmSync(`${path}${part}`, { force: true });
      }
    };
    const measured = events.flatMap((count) =>
      engines.map((on) => {
        return { on, count, seconds: [] as Array<number>, megabytes: [] as Array<number> };
      }),
    );
    const alone = new Map<On, Array<number>>(engines.map((on) => [on, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const on of engines) alone.get(on)?.push((await take(on, 1)).megabytes);
      for (const { on, count, seconds, megabytes } of measured) {
        onProgress(`appends: ${count} in ${on}, round ${round + 1} of ${rounds}`);
        const taken = await take(on, count);
        seconds.push(taken.seconds);
        megabytes.push(taken.megabytes);
      }
    }
    return {
      name: "appends",
      about: [
        "So many events in one append to a fresh stream of a position, each a fill of some 250 bytes, in a process of its own. Its memory is the most that the process ever had in RAM; an event's is what that is beyond a process that appends one, shared among them.",
      ],
      settings: {},
      columns: [
        { key: "what", title: "on" },
        { key: "events", title: "events" },
        { key: "seconds", title: "seconds", digits: 2 },
        { key: "each", title: "µs an event", digits: 1 },
        { key: "megabytes", title: "peak MB" },
        { key: "bytes", title: "bytes an event" },
      ],
      rows: measured.map(({ on, count, seconds, megabytes }) => ({
        what: on,
        events: count,
        seconds: median(seconds),
        each: (median(seconds) * 1e6) / count,
        megabytes: median(megabytes),
        bytes: ((median(megabytes) - median(alone.get(on) ?? [])) * 2 ** 20) / count,
        rounds: { seconds, megabytes },
      })),
    };
  });
