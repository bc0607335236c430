import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as PostgresServer from "@ledgerfold/fixtures/PostgresServer";
import { Client } from "pg";
import * as Sample from "../src/Sample.ts";

/** The command in a process of its own, on databases of a real server. */

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export const start = async (version: 15 | 18) => {
  const folder = mkdtempSync(join(tmpdir(), "subscriptions-"));
  const server = await PostgresServer.start({
    version,
    initdbFlags: ["--locale=C"],
    settings: ["fsync=off"],
  });
  let databases = 0;
  const urlOf = (name: string) => {
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    return url.href;
  };
  return {
    /** A new database; with the billing service's tables and rows in it, unless it is to be empty. */
    database: async (customers?: number): Promise<string> => {
      const name = `billing_${++databases}`;
      await query(server.url, `create database ${name}`);
      if (customers !== undefined) await Sample.write(urlOf(name), customers);
      return urlOf(name);
    },
    file: (name: string) => join(folder, name),
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** On the rows of one database, with the log at another place. */
export const run = (legacy: string, log: string, ...words: ReadonlyArray<string>) =>
  new Promise<Outcome>((resolve) => {
    const env = { ...process.env, LEGACY_URL: legacy, EVENT_STORE_URL: log };
    execFile(process.execPath, [main, ...words], { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });

export const query = async (url: string, sql: string): Promise<ReadonlyArray<unknown>> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: "array" })).rows;
  } finally {
    await client.end();
  }
};
