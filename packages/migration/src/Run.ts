import * as Timestamp from "@ledgerfold/scalars/Timestamp";
import { Clock, Effect } from "effect";
import type { Backup } from "./Backup.ts";

/**
 * `dry-run` does the whole work but the writes. `rehearsal` does these too, for a caller who takes
 * back the transaction around it.
 */
export type Execution = "dry-run" | "rehearsal" | "commit";

export interface Options {
  readonly execution: Execution;
  /** What the operator has decided of what the migrations leave open, by the decision's name. */
  readonly decisions?: Readonly<Record<string, string>>;
  /** Undeclared tables, and columns as `table.column`, that are left out knowingly. */
  readonly leaveOut?: ReadonlyArray<string>;
  /**
   * Run once, inside the transaction and right before the first write, whatever that is; when it
   * fails nothing is written. A run that has nothing to write does not run it, nor does a dry run.
   */
  readonly backup?: Backup;
  /** Of the program, as the history of the log has it. */
  readonly version?: string;
  /** What the program was started with, as the history of the log has it: nothing secret. */
  readonly options?: Readonly<Record<string, ReadonlyArray<string>>>;
  /**
   * Called in the moment in which what the run has written is kept, or may be: `isKnown` is false
   * where a server's answer to the commit got lost.
   */
  readonly onCommitted?: (isKnown: boolean) => void;
  /** Called right before the commit, which may fail. */
  readonly onCommitting?: () => void;
}

/** One execution of the migration. */
export interface Run extends Options {
  readonly id: string;
  readonly migratedAt: Timestamp.Timestamp;
}

export const make = (options: Options): Effect.Effect<Run> =>
  Effect.map(Clock.currentTimeMillis, (now) => ({
    ...options,
    id: crypto.randomUUID(),
    migratedAt: Timestamp.fromMilliseconds(now),
  }));
