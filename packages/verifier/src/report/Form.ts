import type { Effect } from "effect";
import type * as Document from "../Document.ts";
import type { Sink } from "../proof/Proof.ts";
import type * as NewFile from "./NewFile.ts";

/** One form of a report, JSON or HTML: takes what is found, and writes it. */
export interface Form {
  /** Before all else. */
  readonly begin: (version: Document.Version) => Effect.Effect<void>;
  readonly difference: (difference: Document.Difference) => Effect.Effect<void>;
  /** After all differences. */
  readonly finding: (finding: Document.Finding) => Effect.Effect<void>;
  /** After all findings. */
  readonly proof: Sink<NewFile.ReportFailed>;
  /** What the proof has found, for the summary. */
  readonly tables: () => ReadonlyArray<Document.TableProof>;
  readonly finish: (
    summary: Document.Summary,
  ) => Effect.Effect<NewFile.Published, NewFile.ReportFailed>;
}
