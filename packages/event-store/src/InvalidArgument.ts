import { Schema } from "effect";

/**
 * A number, a name, an id or an option that no store takes, whichever its engine. Nothing was read
 * and nothing written.
 */
export class InvalidArgument extends Schema.TaggedError<InvalidArgument>()("InvalidArgument", {
  /** What was called, as `EventStore.read`. */
  operation: Schema.String,
  argument: Schema.String,
  /** What was given, shortened. */
  found: Schema.String,
  rule: Schema.String,
}) {
  override get message() {
    const { operation, argument, found, rule } = this;
    return `${operation}: ${argument} is ${found}, but must be ${rule}.`;
  }
}
