import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Effect } from "effect";

/** Runs `program.ts` in a process of its own, which is killed with the scope at the latest. */
export const program = (...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [fileURLToPath(new URL("program.ts", import.meta.url)), ...args], {
        stdio: ["ignore", "pipe", "pipe"],
      }),
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL")),
  );
