import type { LogOptions, ReadOptions, StreamId } from "../EventStore.ts";
import * as Argument from "./Argument.ts";

/** What may be asked for of a stream, and of the log. */

export const streamProblem = (operation: string, stream: StreamId) =>
  Argument.text(operation, "stream.type", stream.type) ??
  Argument.text(operation, "stream.id", stream.id);

export const problem = (operation: string, { from, limit, direction }: ReadOptions) =>
  Argument.whole(operation, "from", from) ??
  Argument.whole(operation, "limit", limit) ??
  Argument.oneOf(operation, "direction", direction, ["forwards", "backwards", undefined]);

export const logProblem = (operation: string, { after, limit, aggregates, types }: LogOptions) =>
  Argument.whole(operation, "after", after) ??
  Argument.whole(operation, "limit", limit) ??
  Argument.names(operation, "aggregates", aggregates) ??
  Argument.names(operation, "types", types);
