import * as PostgresDatabase from "@ledgerfold/event-store/postgres/Database";
import { Effect, FiberRef, Layer, Runtime } from "effect";
import * as Patience from "./Patience.ts";

/** A server that is waited for as long as the patience says, on two connections. */
export const layer = (
  options: Pick<PostgresDatabase.Options, "url" | "applicationName" | "prepare">,
) =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const patience = yield* Patience.ofServer;
      const tell = yield* FiberRef.get(Patience.teller);
      const runFork = Runtime.runFork(yield* Effect.runtime());
      const told = new Set<string>();
      return PostgresDatabase.layer({
        ...options,
        patience,
        connections: 2,
        // In a large file there is much to do on this side alone while the transaction is open.
        idleInTransaction: "1 hour",
        onHeld: ({ fact }) => {
          // Some locks are waited for in several goes.
          if (told.has(fact)) return;
          told.add(fact);
          runFork(tell(`Waiting, for up to ${patience / 1_000} s: ${fact}.`));
        },
      });
    }),
  );
