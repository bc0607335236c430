import type { StoreError } from "@ledgerfold/event-store/EventStore";
import type { Service as Postgres, Session } from "@ledgerfold/event-store/postgres/Database";
import * as Query from "@ledgerfold/event-store/postgres/Query";
import { Deferred, Effect, Fiber, Option } from "effect";
import { sql } from "kysely";

/**
 * Work on one connection whose statements may take the server long, as a sort of many rows or the
 * wait for a lock do: who is interrupted does not wait until they are done.
 */
export interface Cancelling {
  /** Says which connection it is. */
  readonly on: (session: Session) => Effect.Effect<void, StoreError>;
  readonly during: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>;
}

/** `by` is of the same server, and asks for it on another connection. */
export const make = (by: Postgres): Effect.Effect<Cancelling> =>
  Effect.map(Deferred.make<number>(), (known) => {
    const cancel = Effect.flatMap(
      Deferred.poll(known),
      Option.match({
        onNone: () => Effect.void,
        onSome: Effect.flatMap((backend) =>
          by.use((session) =>
            session.execute(
              "cancelling",
              Query.raw(sql`select pg_cancel_backend(${sql.lit(backend)})`),
            ),
          ),
        ),
      }),
    );
    return {
      on: (session) =>
        Effect.flatMap(session.execute("asking who serves", backend), ([{ pid } = { pid: 0 }]) =>
          Deferred.succeed(known, pid),
        ),
      during: (work) =>
        Effect.flatMap(Effect.fork(work), (fiber) =>
          Effect.onInterrupt(Fiber.join(fiber), () =>
            Fiber.interruptFork(fiber).pipe(
              // Where that fails, too, there is nothing left but to wait.
              Effect.zipRight(Effect.ignore(cancel)),
              Effect.zipRight(Fiber.await(fiber)),
            ),
          ),
        ),
    };
  });

const backend = Query.raw(sql<{ pid: number }>`select pg_backend_pid() as pid`);
