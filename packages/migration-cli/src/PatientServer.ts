import * as PostgresDatabase from "@ledgerfold/event-store/postgres/Database";
import { Effect, Layer } from "effect";
import * as Patience from "./Patience.ts";

/** A server that is waited for as long as the patience says, on two connections. */
export const layer = (
  options: Pick<PostgresDatabase.Options, "url" | "applicationName" | "prepare">,
) =>
  Layer.unwrapEffect(
    Effect.map(Patience.ofServer, (patience) =>
      PostgresDatabase.layer({
        ...options,
        patience,
        connections: 2,
        // In a large file there is much to do on this side alone while the transaction is open.
        idleInTransaction: "1 hour",
      }),
    ),
  );
