import { defineConfig } from "vitest/config";

/** The tests run the command as it is shipped, also beside a real PostgreSQL. */
export default defineConfig({
  test: { globalSetup: ["./build.js", "../../packages/event-store/test/PostgresServer.ts"] },
});
