import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
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
  const program = fileURLToPath(new URL("postgresServerProgram.ts", import.meta.url));
  const server = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(server, "exit");
  const [url] = await Promise.race([
    once(server.stdout, "data"),
    ended.then(([code]) => Promise.reject(new Error(`PostgreSQL did not start (${code})`))),
  ]);
  provide("postgres", String(url).trim());
  return async () => {
    server.stdin.end();
    await ended;
  };
};
