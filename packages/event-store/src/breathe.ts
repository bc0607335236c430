import { Effect } from "effect";

/**
 * Lets timers and signals have their turn. An engine that answers at once never waits, so a long
 * loop on it that does not breathe cannot be interrupted.
 */
export const breathe: Effect.Effect<void> = Effect.async((resume) => {
  const turn = setImmediate(() => resume(Effect.void));
  return Effect.sync(() => clearImmediate(turn));
});
