import { defineConfig } from "vitest/config";

/** The command is also run with its events in a real PostgreSQL. */
export default defineConfig({
  test: { globalSetup: "../../packages/event-store/test/PostgresServer.ts" },
});
