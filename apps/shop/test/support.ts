import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { afterAll } from "vitest";

/** The command in a process of its own, on files in a folder of the test's own. */

const folder = mkdtempSync(join(tmpdir(), "shop-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const byHand = fileURLToPath(new URL("../src/byHand.ts", import.meta.url));
const rederiver = fileURLToPath(new URL("../../../docs/rederive.py", import.meta.url));

let files = 0;
export const temp = (end = "db") => join(folder, `${++files}.${end}`);

export interface Outcome {
  readonly code: number;
  readonly out: ReadonlyArray<string>;
  readonly err: ReadonlyArray<string>;
}

const start = (
  command: string,
  words: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {},
) =>
  new Promise<Outcome>((resolve) => {
    const env = { ...process.env, ...environment };
    execFile(command, words, { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const lines = (text: string) => text.split("\n").filter((line) => line !== "");
      const code = error === null ? 0 : Number(error.code);
      resolve({ code, out: lines(stdout), err: lines(stderr) });
    });
  });

export const run = (path: string, ...words: ReadonlyArray<string>) =>
  start(process.execPath, [main, "--database-url", path, ...words]);

/** The script that a team wrote in place of a definition, on a machine in Berlin. */
export const runByHand = (path: string) =>
  start(process.execPath, [byHand, path], { TZ: "Europe/Berlin" });

export const runWithEventsAt = (url: string, path: string, ...words: ReadonlyArray<string>) =>
  start(process.execPath, [main, "--database-url", path, ...words], { EVENT_STORE_URL: url });

/** What docs/rederive.py, which shares nothing with us, says of a report. */
export const rederive = (path: string, report: string) =>
  start("python3", [rederiver, path, report]);

export const edit = (path: string, sql: string) => {
  const db = new Sqlite(path);
  db.pragma("foreign_keys = off");
  db.exec(sql);
  db.close();
};

export const rows = (path: string, sql: string): ReadonlyArray<unknown> => {
  const db = new Sqlite(path, { readonly: true });
  const found = db.prepare(sql).raw().all();
  db.close();
  return found;
};

export const copyOf = (path: string, sql = "") => {
  const to = temp();
  copyFileSync(path, to);
  edit(to, sql);
  return to;
};

export const digest = (path: string) =>
  createHash("sha256").update(readFileSync(path)).digest("hex");
