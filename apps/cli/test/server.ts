import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject, onTestFinished } from "vitest";
import { run } from "./support.ts";

/** What the tests with a log in PostgreSQL share. */

export const query = async (
  url: string,
  text: string,
): Promise<ReadonlyArray<Record<string, unknown>>> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
};

/** A new database, which goes with the test. */
export const database = async (server = inject("postgres")): Promise<string> => {
  const name = `cli_${randomBytes(6).toString("hex")}`;
  await query(server, `create database ${name}`);
  onTestFinished(async () => void (await query(server, `drop database ${name} with (force)`)));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
};

/** The command on the rows of a file whose log is there. */
export const into = (path: string, url: string, ...words: ReadonlyArray<string>) =>
  run(["--database-url", path, ...words], { env: { EVENT_STORE_URL: url } });
