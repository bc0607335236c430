import * as Server from "@ledgerfold/fixtures/PostgresServer";
import type { TestProject } from "vitest/node";

/**
 * A PostgreSQL server for a run of the tests, gone with it, or the one that
 * `LEDGERFOLD_POSTGRES_URL` names: there each test makes a schema of its own and drops it.
 */

declare module "vitest" {
  export interface ProvidedContext {
    postgres: string;
  }
}

export default async ({ provide }: TestProject) => {
  const given = process.env.LEDGERFOLD_POSTGRES_URL;
  if (given !== undefined) {
    provide("postgres", given);
    return;
  }
  const { url, stop } = await Server.start({
    // An order of texts that is not that of their bytes, as many servers have it.
    initdbFlags: ["--no-locale", "--no-sync", "--locale-provider=icu", "--icu-locale=en-US"],
    settings: ["max_connections=300", "fsync=off"],
  });
  provide("postgres", url);
  return stop;
};
