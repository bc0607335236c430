import * as Driver from "./Driver.ts";

/** SQLite's name of the failure; a schema that it cannot make sense of is damage, too. */
export const codeOf = (cause: unknown): string => {
  if (cause instanceof Driver.DriverNeeded) return cause.code;
  if (!Driver.isOfSqlite(cause)) return "no SQLite code";
  return cause.code === "SQLITE_ERROR" && ofSchema.test(cause.message)
    ? "SQLITE_CORRUPT"
    : cause.code;
};

const ofSchema = /^(malformed database schema|unsupported file format)/;

export const isBusy = (cause: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(codeOf(cause));

/** What SQLite itself would throw of a file that contradicts itself, had it looked. */
export const damaged = (message: string) => Driver.failure(message, "SQLITE_CORRUPT_INDEX");
