import * as PostgresServer from "@ledgerfold/fixtures/PostgresServer";
import pg from "pg";
import { afterAll, vi } from "vitest";

/** What the tests of a source share: real servers of two versions. */

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 });

export const versions = [15, 18] as const;

/** A server that goes when the tests of the file are done. */
export const start = async (version: (typeof versions)[number]): Promise<string> => {
  const { url, stop } = await PostgresServer.start({
    version,
    // An order of texts that is not that of their bytes, as many servers have it.
    initdbFlags: ["--no-locale", "--no-sync", "--locale-provider=icu", "--icu-locale=en-US"],
    settings: ["fsync=off"],
  });
  afterAll(stop);
  return url;
};

export const query = async (
  url: string,
  text: string,
  values: ReadonlyArray<unknown> = [],
): Promise<Array<Record<string, unknown>>> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows;
  } finally {
    await client.end();
  }
};

let databases = 0;

/** A new database in which these statements were run. */
export const database = async (server: string, ...statements: ReadonlyArray<string>) => {
  databases += 1;
  const name = `source_${databases}`;
  await query(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  await query(url.href, statements.join(";\n"));
  return url.href;
};

/** The same database as another role. */
export const as = (database: string, role: string, password: string): string => {
  const url = new URL(database);
  url.username = role;
  url.password = password;
  return url.href;
};
