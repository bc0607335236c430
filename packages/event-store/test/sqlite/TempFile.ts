import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "@effect/vitest";
import { Effect } from "effect";

// Whoever works on real files may wait for a busy machine longer than five seconds.
vi.setConfig({ testTimeout: 120_000 });

/** The path of a file to be, in a directory of its own that goes with the scope. */
export const make = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "event-store-"))),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true })),
  ),
  (directory) => join(directory, "log.db"),
);
