import { defineConfig } from "vitest/config";

/** The tests run the command as it is shipped. */
export default defineConfig({ test: { globalSetup: "./build.js" } });
