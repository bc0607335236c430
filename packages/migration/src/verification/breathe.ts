import { Effect } from "effect";

/** Gives signals and timers their turn, for which work that never waits leaves no room. */
export const breathe: Effect.Effect<void> = Effect.async((resume) => {
  const turn = setImmediate(() => resume(Effect.void));
  return Effect.sync(() => clearImmediate(turn));
});
