import { fileURLToPath } from "node:url";
import { startVitest } from "vitest/node";

/** Runs `broken.ts` under vitest, and prints what came of it as vitest's JSON report. */

const root = fileURLToPath(new URL("..", import.meta.url));
await startVitest("test", [], {
  root,
  config: false,
  include: ["test/broken.ts"],
  reporters: ["json"],
  watch: false,
});
process.exitCode = 0;
