import type { StoreError } from "@ledgerfold/event-store/EventStore";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { Data, Effect } from "effect";

/** Carries a result past the transaction that it ends. */
export class TakenBack<A> extends Data.TaggedError("TakenBack")<{ readonly value: A }> {}

/** What comes of work in a transaction of which nothing is kept. */
export const takenBack = <A, E, R>(
  database: Service,
  work: Effect.Effect<A, E, R>,
): Effect.Effect<A, E | StoreError, R> =>
  Effect.flatMap(work, (value) => new TakenBack({ value })).pipe(
    database.transaction,
    Effect.catchAll((error) =>
      error instanceof TakenBack ? Effect.succeed(error.value) : Effect.fail(error),
    ),
  );
