import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { column, select, viewTables } from "./Files.ts";

/** Runs of the migration in processes of their own. */

const child = fileURLToPath(new URL("child.ts", import.meta.url));

export interface Options {
  readonly execution?: "commit" | "dry-run";
  readonly node?: ReadonlyArray<string>;
  /** Kills the process, without a chance to clean up, once it has said so many lines. */
  readonly killAfter?: number;
}

export interface Ended {
  readonly signal: string | null;
  readonly code: number | null;
  readonly lines: ReadonlyArray<string>;
  /** What it said last of all, unless it was killed before. */
  readonly outcome: Readonly<Record<string, unknown>>;
}

export const run = async (path: string, options: Options = {}): Promise<Ended> => {
  const { execution = "commit", node = [], killAfter = Number.POSITIVE_INFINITY } = options;
  const migration = spawn(process.execPath, [...node, child, path, execution], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: Array<string> = [];
  createInterface(migration.stdout).on("line", (line) => {
    lines.push(line);
    if (lines.length === killAfter) migration.kill("SIGKILL");
  });
  const [code, signal] = await once(migration, "close");
  const last = lines.at(-1) ?? "";
  return { code, signal, lines, outcome: last.startsWith("{") ? JSON.parse(last) : {} };
};

/** The log and the views, but for what differs from run to run: its moment and its id. */
export const content = (path: string): ReadonlyArray<unknown> => {
  const [moment] = column(
    path,
    "select payload ->> '$.Migrated.migrated_at' from events order by rowid",
  );
  expect(moment).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/);
  const events = select(
    path,
    `select aggregate_type, aggregate_id, sequence, event_type, event_version, event_id,
       replace(payload, '${moment}', 'the moment of migration') as payload,
       json_remove(metadata, '$.run_id') as metadata from events order by rowid`,
  );
  const views = viewTables.map((table) =>
    select(
      path,
      `select view_id, version, replace(payload, '${moment}', 'the moment of migration') as payload
       from ${table} order by rowid`,
    ),
  );
  return [events, ...views];
};
