import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import * as Draft from "@ledgerfold/event-store/internal/Draft";
import * as LeasedDraft from "@ledgerfold/event-store/internal/sqlite/LeasedDraft";
import { Effect, Schema, type Scope } from "effect";

/** A report could not be written, and nothing of a half one is left. */
export class ReportFailed extends Schema.TaggedError<ReportFailed>()("ReportFailed", {
  path: Schema.String,
  cause: Schema.Defect,
}) {
  override get message() {
    const reason = this.cause instanceof Error ? this.cause.message : String(this.cause);
    return `The report ${JSON.stringify(this.path)} could not be written: ${reason}. Nothing of it is left; see to that, or put it elsewhere.`;
  }
}

/**
 * A file that has its name only once it is whole and on the disk. It replaces none, and only its
 * owner may read it. A killed process leaves one that ends in `.partial`, and a lock beside it, until
 * the next is made of the same path.
 */
export interface NewFile {
  /** Does nothing once a write has failed; `check` and `publish` then fail with the reason. */
  readonly write: (text: string) => Effect.Effect<void>;
  readonly check: Effect.Effect<void, ReportFailed>;
  readonly publish: Effect.Effect<Published, ReportFailed>;
}

export interface Published {
  readonly path: string;
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

export const make = (path: string): Effect.Effect<NewFile, ReportFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const attempt = <A>(work: () => A) =>
      Effect.try({ try: work, catch: (cause) => new ReportFailed({ path, cause }) });
    const { path: draft } = yield* Effect.acquireRelease(
      attempt(() => LeasedDraft.reserve(path)),
      ({ remove }) => Effect.sync(remove),
    );
    const file = yield* Effect.acquireRelease(
      attempt(() => openSync(draft, "r+")),
      (opened) => Effect.sync(() => closeSync(opened)),
    );
    const sum = createHash("sha256");
    let waiting: Array<string> = [];
    let length = 0;
    let bytes = 0;
    let failure: ReportFailed | undefined;
    const check = Effect.suspend(() => failure ?? Effect.void);
    const flush = () => {
      const piece = Buffer.from(waiting.join(""));
      for (let from = 0; from < piece.length; ) from += writeSync(file, piece, from);
      sum.update(piece);
      bytes += piece.length;
      waiting = [];
      length = 0;
    };
    return {
      write: (text) =>
        Effect.sync(() => {
          if (failure !== undefined) return;
          waiting.push(text);
          length += text.length;
          if (length < pieceLength) return;
          try {
            flush();
          } catch (cause) {
            failure = new ReportFailed({ path, cause });
          }
        }),
      check,
      publish: Effect.zipRight(
        check,
        attempt(() => {
          flush();
          fsyncSync(file);
          Draft.publish(draft, path);
          return { path, bytes, sha256: sum.digest("hex") };
        }),
      ),
    };
  });

/** Characters. */
const pieceLength = 262_144;
