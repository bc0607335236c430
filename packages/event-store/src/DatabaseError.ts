import { Schema } from "effect";

/** How a database can fail a store, whichever it is. */

export class DatabaseError extends Schema.TaggedError<DatabaseError>()("DatabaseError", {
  /** The path of the file, or the URL without its password. */
  database: Schema.String,
  operation: Schema.String,
  /** The database's own name of the failure, as `SQLITE_FULL` or `53100`, where it gave one. */
  code: Schema.String,
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
   * Another connection held the database for longer than this one was ready to wait, or a
   * transaction that ran at the same time made this one impossible.
   */
  reason: Schema.optionalWith(Schema.Literal("held", "overtaken"), { default: () => "held" }),
}) {
  override get message() {
    return this.reason === "held"
      ? `${this.database} is held by another process. Wait until that is done, or stop it, and try again.`
      : `${this.database}: another transaction came between. Nothing was written; try again.`;
  }
}

/** How any verb of a store may fail. */
export type StoreError = DatabaseError | DatabaseBusy;
