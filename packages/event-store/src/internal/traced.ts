import { Context, DefaultServices, Effect, Tracer } from "effect";

/**
 * Gives an effect a span where somebody traces. Effect's own tracer keeps spans for nobody, at a
 * price that is a good part of what a small append costs.
 */
export const traced = <A, E, R>(
  name: string,
  effect: Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> =>
  Effect.withFiberRuntime((fiber) =>
    fiber.currentTracer === native
      ? effect
      : (Effect.withSpan(effect, name) as Effect.Effect<A, E, R>),
  );

const native = Context.get(DefaultServices.liveServices, Tracer.Tracer);
