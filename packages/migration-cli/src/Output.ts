import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { Schema } from "effect";
import * as CommitState from "./CommitState.ts";

/** What goes to stdout and stderr, and whether all of it got there. */

/** Some of what belongs there was never written, so nobody can have read it. */
class OutputFailed extends Schema.TaggedError<OutputFailed>()("OutputFailed", {
  stream: Schema.Literal("stdout", "stderr"),
  cause: Schema.Defect,
}) {
  override get message() {
    const reason = this.cause instanceof Error ? this.cause.message : String(this.cause);
    return `Not all that belongs on ${this.stream} could be written there: ${reason}; ${CommitState.shown()}.`;
  }
}

let failure: OutputFailed | undefined;

/** What kept something from being written first, if anything did. */
export const failed = (): OutputFailed | undefined => failure;

/** Whoever reads our output may stop reading; that is no failure, and no reason to stop working. */
const isReaderGone = (stream: NodeJS.WriteStream, cause: NodeJS.ErrnoException): boolean =>
  cause.code === "EPIPE" ||
  cause.code === "ECONNRESET" ||
  (cause.code === "EIO" && stream.isTTY === true);

const fail = (stream: NodeJS.WriteStream, cause: Error) => {
  if (isReaderGone(stream, cause)) return;
  failure ??= new OutputFailed({ stream: stream === process.stdout ? "stdout" : "stderr", cause });
};

/** Notes what goes wrong with either from now on. */
export const watch = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (cause) => fail(stream, cause));
  }
};

/** A terminal and a pipe are sockets to Node. */
const isFile = (stream: unknown): boolean => !(stream instanceof Socket);

export const write = (stream: NodeJS.WriteStream & { readonly fd: number }, text: string): void => {
  if (!isFile(stream)) {
    stream.write(text);
    return;
  }
  // Node's stream for a file takes what was written in part, as on a full disk, for all of it.
  try {
    const bytes = Buffer.from(text);
    for (let from = 0; from < bytes.length; ) from += writeSync(stream.fd, bytes, from);
  } catch (cause) {
    fail(stream, cause as Error);
  }
};
