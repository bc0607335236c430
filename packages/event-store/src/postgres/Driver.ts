import { Effect } from "effect";
import { DatabaseError } from "../DatabaseError.ts";

/**
 * What is made on `pg`, which whoever uses a server installs beside this package. It is loaded with
 * the first connection, so that where it is missing is a failure of connecting.
 */
export const load = Effect.tryPromise({
  try: async () => ({
    Notifications: await import("./Notifications.ts"),
    Pool: await import("./Pool.ts"),
  }),
  catch: (cause) =>
    new DatabaseError({
      database: "PostgreSQL",
      operation: "connecting",
      code: "ERR_MODULE_NOT_FOUND",
      cause: String(cause).includes("Cannot find package 'pg'")
        ? new Error("pg is not installed, which speaks to servers: run `npm install pg@8`")
        : cause,
    }),
});
