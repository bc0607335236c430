import { Schema } from "effect";

/** The command was called in a way that cannot work; nothing was looked at or touched. */
export class UsageError extends Schema.TaggedError<UsageError>()("UsageError", {
  message: Schema.String,
}) {}
