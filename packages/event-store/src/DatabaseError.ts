import { Schema } from "effect";
import type { InvalidArgument } from "./InvalidArgument.ts";

/** How a database can fail a store, whichever it is. */

/** A database could not do what it was asked; `reason` says what that means for what was written. */
export class DatabaseError extends Schema.TaggedError<DatabaseError>()("DatabaseError", {
  /** The path of the file, or the URL without its password. */
  database: Schema.String,
  /** What was going on, as `append` or `begin`. */
  operation: Schema.String,
  /** The database's own name of the failure, as `SQLITE_FULL` or `53100`, where it gave one. */
  code: Schema.String,
  /**
   * - `failed`: the database refused it, or could not do it;
   * - `cancelled`: the server's own time for a statement was over, or somebody there ended it;
   * - `readOnly`: the server takes no writes, as a standby;
   * - `unreachable`: no connection could be made, and nothing was sent;
   * - `lost`: the connection broke or the network fell silent; of a transaction nothing is kept;
   * - `unknown`: the same with the answer to what may have been kept;
   * - `unconfirmed`: it is committed, no standby has confirmed it, and it may be lost with its server.
   */
  reason: Schema.optionalWith(
    Schema.Literal(
      "failed",
      "cancelled",
      "readOnly",
      "unreachable",
      "lost",
      "unknown",
      "unconfirmed",
    ),
    { default: () => "failed" },
  ),
  cause: Schema.Defect,
}) {
  override get message() {
    const reason = this.cause instanceof Error ? this.cause.message : String(this.cause);
    return `${this.database}: ${this.operation} failed: ${reason} (${this.code}).`;
  }
}

/** Somebody else was in the way, and nothing was written: the same again may succeed. */
export class DatabaseBusy extends Schema.TaggedError<DatabaseBusy>()("DatabaseBusy", {
  database: Schema.String,
  /**
   * - `held`: another process held the database for longer than this one was ready to wait;
   * - `own`: another transaction of this process did;
   * - `unconfirmed`: a commit did, which waits for its standby;
   * - `exhausted`: all connections that this process may have stayed in use for so long;
   * - `overtaken`: a transaction that ran at the same time made this one impossible.
   */
  reason: Schema.optionalWith(
    Schema.Literal("held", "own", "unconfirmed", "exhausted", "overtaken"),
    { default: () => "held" },
  ),
  /** Whose it is, as the server calls it, where that is known. */
  holder: Schema.optionalWith(Schema.String, { default: () => "" }),
}) {
  override get message() {
    return `${this.fact}. ${advice[this.reason]}`;
  }

  /** What was in the way: a clause, without what to do about it. */
  get fact() {
    return `${this.database}${ways[this.reason](this.holder === "" ? "" : ` (${this.holder})`)}`;
  }
}

const ways = {
  held: (holder: string) => ` is held by another process${holder}`,
  own: (holder: string) =>
    `: another transaction of this process${holder} held what was waited for`,
  unconfirmed: (holder: string) =>
    `: a commit${holder} waits for its standby, and all others for that`,
  exhausted: () => ": all connections of this process stayed in use",
  overtaken: () => ": another transaction came between",
};

const advice = {
  held: "Wait until that is done, or stop it, and try again.",
  own: "Nothing was written; let neither wait for the other, and try again.",
  unconfirmed: "Nothing was written; see to the standby, and try again.",
  exhausted:
    "Nothing was written; let less run at once or give it more connections, and try again.",
  overtaken: "Nothing was written; try again.",
};

/** How any verb of a store may fail. */
export type StoreError = DatabaseError | DatabaseBusy | InvalidArgument;

/**
 * Whether it is for a while only, as when a server is restarted or another takes its place: what was
 * asked for is not at fault.
 */
export const isPassing = (error: unknown): error is DatabaseError | DatabaseBusy =>
  error instanceof DatabaseBusy ||
  (error instanceof DatabaseError && error.reason !== "failed" && error.reason !== "cancelled");
