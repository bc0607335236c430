import { Schema } from "effect";

/** Where a server can keep no log. */

/** A server, or what stands before it, does not do what the order of a log rests on. */
export class UnfitServer extends Schema.TaggedError<UnfitServer>()("UnfitServer", {
  database: Schema.String,
  /**
   * - `shared`: two transactions had one advisory lock at the same time;
   * - `kept`: a lock stayed when the transaction that had taken it was over;
   * - `stale`: who got the lock did not see what its last holder had committed.
   */
  fault: Schema.Literal("shared", "kept", "stale"),
}) {
  override get message() {
    return `${this.database}: no log can be kept on this server: ${faults[this.fault]}. Nothing was written. Name a PostgreSQL server, or a pooler before one that pools by session or by transaction; of a server that is said to be compatible, see whether advisory locks and read committed have to be turned on.`;
  }
}

const faults = {
  shared:
    "its advisory locks do not keep others out until a transaction ends, so two writers would not wait for each other",
  kept: "its advisory locks stay when their transaction is over, so one writer would keep out all others",
  stale:
    "a statement in a transaction does not see what others have committed before it, so a writer would not know where the log ends",
};
