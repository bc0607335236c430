import { Effect } from "effect";

/**
 * Lets timers and signals have their turn. SQLite works without ever waiting, so a long loop that
 * does not breathe cannot be interrupted.
 */
export const breathe: Effect.Effect<void> = Effect.async((resume) => {
  const turn = setImmediate(() => resume(Effect.void));
  return Effect.sync(() => clearImmediate(turn));
});
