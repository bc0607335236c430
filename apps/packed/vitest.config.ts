import { defineConfig } from "vitest/config";

/** The program appends to a real PostgreSQL, too. */
export default defineConfig({
  test: { globalSetup: "../../packages/event-store/test/PostgresServer.ts" },
});
