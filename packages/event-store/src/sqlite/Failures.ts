import { Either, Exit } from "effect";
import { isOfSqlite } from "./Driver.ts";
import { codeOf } from "./SqliteError.ts";

/** The failures of a statement that mean something to the store. */

/** Whether a unique key refused a row. */
export const isTaken = (cause: unknown): boolean =>
  /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/.test(codeOf(cause));

/** What it gives, or nothing where a unique key refused a row of it. */
export const unlessTaken = <A>(statement: () => A): A | undefined => {
  try {
    return statement();
  } catch (cause) {
    if (isTaken(cause)) return undefined;
    throw cause;
  }
};

/** Throws where a trigger of the file's owner made SQLite leave rows out without an error. */
export const insistWritten = (changes: number, table: string, wanted = 1): void => {
  if (changes !== wanted) throw new LeftOut(`a trigger of ${table} keeps rows from being written`);
};

/** The same of rows that were to be deleted, and of which so many are left. */
export const insistDeleted = (left: number, table: string): void => {
  if (left > 0) throw new LeftOut(`a trigger of ${table} keeps rows from being deleted`);
};

class LeftOut extends Error {}

/**
 * The result of an append, which runs an aggregate's functions too: what those throw is a defect.
 * What the database throws goes on.
 */
export const ownFailures = <A, E>(work: () => Either.Either<A, E>): Exit.Exit<A, E> => {
  try {
    return Either.match(work(), { onLeft: Exit.fail, onRight: Exit.succeed });
  } catch (cause) {
    if (cause instanceof LeftOut || isOfSqlite(cause)) throw cause;
    return Exit.die(cause);
  }
};
