import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import * as LeasedFile from "./LeasedFile.ts";

/** Drafts of files that get their names once they are whole: `report.json.0123abcd.partial`. */

/**
 * An empty draft beside where the file is to be, for its owner's eyes from the start. Removes what
 * processes that have ended have left of drafts of the same file or, by their names, of others that
 * `isOfSame` knows. Synchronous and throws, also where the file is there already.
 */
export const reserve = (path: string, isOfSame?: IsOfSame): LeasedFile.LeasedFile => {
  if (existsSync(path)) throw new Error("this file exists already");
  for (const draft of find(path, isOfSame)) {
    LeasedFile.sweep({ path: draft, lock: lockOf(draft) });
  }
  return LeasedFile.reserve(() => {
    const draft = `${path}.${randomBytes(4).toString("hex")}.partial`;
    return { path: draft, lock: lockOf(draft) };
  });
};

/** The drafts that are there, whoever made them and however long ago. */
export const find = (
  path: string,
  isOfSame: IsOfSame = (name) => name === basename(path),
): ReadonlyArray<string> => {
  const folder = dirname(path);
  const drafts = readdirSync(folder).flatMap((name) => {
    const [, draft = "", of] =
      /^((.*)\.[0-9a-f]{8}\.partial)(?:-lock|-journal|-wal|-shm)?$/s.exec(name) ?? [];
    return of !== undefined && isOfSame(of) ? [join(folder, draft)] : [];
  });
  return [...new Set(drafts)];
};

export const lockOf = (draft: string): string => `${draft}-lock`;

/** Takes the name that a file was to have. */
type IsOfSame = (name: string) => boolean;
