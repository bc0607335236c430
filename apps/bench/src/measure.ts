import { readFileSync } from "node:fs";
import type { Measured } from "./Measurement.ts";

/** One measurement in a process of its own: `measure.ts KIND PARAMETER...` prints it as JSON. */

// Each loads what it needs and no more, so that the floor's memory is the floor's.
const kinds: Readonly<
  Record<string, () => Promise<(...parameters: Array<string>) => Measured | Promise<Measured>>>
> = {
  floor: async () => (await import("./measured/floor.ts")).floor,
  shopFloor: async () => (await import("./measured/shopFloor.ts")).shopFloor,
  migration: async () => (await import("./measured/migration.ts")).migration,
  verification: async () => (await import("./measured/verification.ts")).verification,
  store: async () => (await import("./measured/store.ts")).store,
  appends: async () => (await import("./measured/appends.ts")).appends,
  raw: async () => (await import("./measured/raw.ts")).raw,
  postgres: async () => (await import("./measured/postgres.ts")).postgres,
  emmettPostgres: async () => (await import("./measured/emmettPostgres.ts")).emmettPostgres,
  emmettSqlite: async () => (await import("./measured/emmettSqlite.ts")).emmettSqlite,
  rawPostgres: async () => (await import("./measured/rawPostgres.ts")).rawPostgres,
};

const [kind = "", ...parameters] = process.argv.slice(2);
const measure = await kinds[kind]?.();
if (measure === undefined) throw new Error(`There is nothing to measure that is called ${kind}.`);
const measured = await measure(...parameters);
// Not resourceUsage().maxRSS: that begins with what the parent process had.
const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
console.log(JSON.stringify({ ...measured, megabytes: Number(peak) / 1024 }));
