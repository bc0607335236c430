import { statSync } from "node:fs";

/**
 * For who has a file open: throws once its path leads to another file, or to none. SQLite goes on with
 * a file that was moved, replaced or removed, and nobody would find what is written to that.
 */
export const watch = (path: string): (() => void) => {
  const opened = identityOf(path);
  return () => {
    if (identityOf(path) !== opened) {
      throw new Error(
        "it was moved, removed or replaced by another file, such as a backup, since it was opened here; restart what has it open",
      );
    }
  };
};

/** Undefined where no file is. */
const identityOf = (path: string): string | undefined => {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}/${found.ino}`;
};
