import { Duration, type Schedule } from "effect";
import type { DatabaseBusy } from "../DatabaseError.ts";
import * as Argument from "../internal/Argument.ts";

/** Which file, and how it is opened. */
export interface Options {
  readonly path: string;
  /**
   * `create` makes a missing file, in WAL mode; the others fail. A file that is there keeps its
   * journal mode. The default is `write`.
   */
  readonly mode?: "create" | "write" | "read";
  /**
   * What a commit waits for: with `full` it survives a power cut, with `normal` only a crash of the
   * process (in WAL mode). The default is `full`.
   */
  readonly synchronous?: "full" | "normal";
  /** How long to wait for another writer. The default is ten seconds. */
  readonly patience?: Duration.DurationInput;
  /**
   * When to try again while another process is in the way. The default is every 50 milliseconds for
   * as long as the patience.
   */
  readonly again?: Schedule.Schedule<unknown, DatabaseBusy>;
}

export const problem = ({ path, mode, synchronous, patience }: Options) =>
  Argument.fileName(operation, "path", path) ??
  Argument.oneOf(operation, "mode", mode, ["create", "write", "read", undefined]) ??
  Argument.oneOf(operation, "synchronous", synchronous, ["full", "normal", undefined]) ??
  Argument.duration(operation, "patience", patience);

export const patienceOf = ({ patience = "10 seconds" }: Options) => Duration.toMillis(patience);

const operation = "SqliteDatabase";
