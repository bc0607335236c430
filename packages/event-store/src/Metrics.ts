import { Effect, Metric } from "effect";
import type { AppendError, Appended } from "./EventStore.ts";

/** What a store counts through Effect's metrics, for whatever they are sent to. */

/** Events that were appended, with those of transactions that were rolled back later. */
export const appended = Metric.counter("ledgerfold_events_appended", { incremental: true });

/** Appends that were refused because the stream had moved on. */
export const conflicts = Metric.counter("ledgerfold_append_conflicts", { incremental: true });

/** Counts what comes of an append of so many events. */
export const counted =
  (events: number) =>
  (
    effect: Effect.Effect<ReadonlyArray<Appended>, AppendError>,
  ): Effect.Effect<ReadonlyArray<Appended>, AppendError> =>
    Effect.tapBoth(effect, {
      onSuccess: () => Metric.incrementBy(appended, events),
      onFailure: ({ _tag }) =>
        _tag === "VersionConflict" ? Metric.increment(conflicts) : Effect.void,
    });

/** How many positions of the log a subscription, by its name, still has before it. */
export const lag = (subscription: string): Metric.Metric.Gauge<number> =>
  Metric.tagged(subscriptionLag, "subscription", subscription);

const subscriptionLag = Metric.gauge("ledgerfold_subscription_lag");
